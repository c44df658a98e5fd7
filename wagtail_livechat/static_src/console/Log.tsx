/* What was said in one conversation. New lines never move what somebody is reading. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ConversationCard } from "../protocol";
import { CardSent } from "./Cards";
import type { Desk, View } from "./desk";
import { Icon } from "./Icon";
import { type Line, linesOf } from "./lines";
import { powers } from "./lists";
import { typingNow } from "./state";
import { Text } from "./Text";
import type { Following } from "./threads";
import { words } from "./words";

/** This close to the end counts as being there. */
const NEAR_PX = 80;

export function Log({
  view,
  desk,
  card,
  thread,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
  readonly thread: Following;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(0);
  const lines = useMemo(() => linesOf(thread, card), [thread, card]);
  const seen = useRef(thread.history.last);

  function toEnd(): void {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }

  // Stay at the end if one was there; otherwise count what came below.
  useLayoutEffect(() => {
    if (atEnd.current) {
      toEnd();
      seen.current = thread.history.last;
      setBelow(0);
    } else {
      setBelow(Math.max(0, thread.history.last - seen.current));
    }
  }, [lines]);

  // The composer and the keyboard of a phone change the room that is left.
  useEffect(() => {
    const box = scroller.current;
    if (!box || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  function onScroll(): void {
    const box = scroller.current;
    if (!box) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    if (atEnd.current) {
      seen.current = thread.history.last;
      setBelow(0);
    }
  }

  const typists = typingNow(view.state, card.id, view.now);
  return (
    <div class="lc-log">
      {/* Focusable, so that the keyboard can scroll it. What is new is told by the announcer:
          a log that is filled anew with each conversation would be read out whole. */}
      <div
        ref={scroller}
        class="lc-log__scroll"
        role="log"
        aria-live="off"
        aria-label={words.history()}
        tabIndex={0}
        onScroll={onScroll}
      >
        {!thread.loaded && lines.length === 0 && <p class="lc-empty">{words.loading()}</p>}
        <ol class="lc-lines">
          {lines.map((line) => (
            <li key={line.key} class={`lc-line lc-line--${line.type}`}>
              <LineView line={line} view={view} desk={desk} card={card} />
            </li>
          ))}
        </ol>
        {typists.map((typist) => (
          <p key={typist.alias ?? ""} class="lc-typing">
            <span class="lc-typing__dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {typist.alias === null ? words.visitorTypes() : words.colleagueTypes(typist.alias)}
          </p>
        ))}
      </div>
      {below > 0 && (
        <button
          type="button"
          class="button button-small lc-below"
          onClick={() => {
            atEnd.current = true;
            toEnd();
            setBelow(0);
          }}
        >
          <Icon name="arrow-down" />
          {words.newBelow(below)}
        </button>
      )}
    </div>
  );
}

function LineView({
  line,
  view,
  desk,
  card,
}: {
  readonly line: Line;
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
}) {
  switch (line.type) {
    case "day":
      return <p class="lc-divider">{view.times.day(line.at, view.now)}</p>;
    case "missed":
      return <p class="lc-divider lc-divider--missed">{words.missed()}</p>;
    case "note":
      return (
        <article class="lc-note" aria-label={words.noteBy(line.note.author)}>
          <header class="lc-note__head">
            <Icon name="lock" />
            <span>{words.noteBy(line.note.author)}</span>
            <Moment at={line.at} view={view} />
          </header>
          <p class="lc-text" dir="auto">
            <Text text={line.note.text} />
          </p>
        </article>
      );
    case "draft":
      return <DraftView line={line} view={view} desk={desk} card={card} />;
    case "message": {
      const { message } = line;
      if (message.kind === "notice") {
        return (
          <p class="lc-notice">
            {words.notice(message.notice, message.sender?.alias ?? null)} <Moment at={line.at} view={view} />
          </p>
        );
      }
      const ours = message.kind === "agent";
      const automatic = message.kind === "signpost";
      const failed = card.failed.includes(message.seq);
      const side = automatic ? "ours lc-message--signpost" : ours ? "ours" : "theirs";
      return (
        <article class={`lc-message lc-message--${side}`}>
          <header class={line.goesOn ? "w-sr-only" : "lc-message__head"}>
            <bdi>
              {automatic
                ? words.signpost()
                : ours
                  ? authorOf(message.wrote, message.sender?.alias ?? "")
                  : words.visitor(card.label)}
            </bdi>
          </header>
          <div class="lc-bubble" title={view.times.full(line.at)}>
            {message.card ? (
              <CardSent card={message.card} />
            ) : (
              message.text && (
                <p class="lc-text" dir="auto" lang={ours ? undefined : card.language}>
                  <Text text={message.text} />
                </p>
              )
            )}
            {message.guidance?.cards.map((page) => <CardSent key={page.url || page.title} card={page} />)}
            {message.guidance && message.guidance.choices.length > 0 && (
              <p class="lc-choices">
                <span class="w-sr-only">{words.choices()} </span>
                {message.guidance.choices.map((choice) => (
                  <bdi key={choice}>{choice}</bdi>
                ))}
              </p>
            )}
          </div>
          {failed && (
            <p class="lc-failed">
              <Icon name="warning" />
              {words.didNotHelp()}
            </p>
          )}
          <footer class={line.leadsOn ? "w-sr-only" : "lc-message__foot"}>
            <Moment at={line.at} view={view} />
            {line.state === "seen" && (
              <span class="lc-state lc-state--seen">
                <Icon name="view" />
                {words.seen()}
              </span>
            )}
            {line.state === "sent" && (
              <span class="lc-state">
                <Icon name="check" />
                {words.sent()}
              </span>
            )}
          </footer>
        </article>
      );
    }
  }
}

function DraftView({
  line,
  view,
  desk,
  card,
}: {
  readonly line: Extract<Line, { type: "draft" }>;
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
}) {
  const { draft } = line;
  const can = powers(view.state, card);
  const again = line.of === "reply" ? can.reply : can.note;
  return (
    <article
      class={
        line.of === "note"
          ? "lc-note lc-note--draft"
          : "lc-message lc-message--ours lc-message--draft"
      }
    >
      {line.of === "note" && (
        <header class="lc-note__head">
          <Icon name="lock" />
          <span>{words.mode("note")}</span>
        </header>
      )}
      <div class={line.of === "note" ? "" : "lc-bubble"}>
        <p class="lc-text" dir="auto">
          <Text text={draft.text} />
        </p>
      </div>
      {draft.failure ? (
        <footer class="lc-message__foot lc-failure">
          <span role="alert">
            <Icon name="warning" />
            {words.failed(draft.failure.message || draft.failure.code)}
          </span>
          {again && (
            <button type="button" class="lc-link" onClick={() => desk.retry(draft.ref)}>
              {words.retry()}
            </button>
          )}
          <button type="button" class="lc-link" onClick={() => desk.takeBack(draft.ref)}>
            {words.takeBack()}
          </button>
        </footer>
      ) : (
        <footer class="lc-message__foot">
          <span class="lc-state">
            <Icon name="time" />
            {view.status.type === "open" ? words.sending() : words.sendingWhenBack()}
          </span>
        </footer>
      )}
    </article>
  );
}

function Moment({ at, view }: { readonly at: number; readonly view: View }) {
  return (
    <time class="lc-time" dateTime={new Date(at).toISOString()} title={view.times.full(at)}>
      {view.times.clock(at)}
    </time>
  );
}

/** The account for colleagues, the alias that the visitor saw. */
function authorOf(wrote: string | null, alias: string): string {
  if (!wrote || wrote.toLowerCase() === alias.toLowerCase()) return alias;
  return alias ? words.wroteAs(wrote, alias) : wrote;
}
