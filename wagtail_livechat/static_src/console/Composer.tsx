/* Where an agent writes: to the visitor, or, visibly elsewhere, to colleagues. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { lengthOf, normalise } from "../chat/text";
import { type ConversationCard, MAX_TEXT } from "../protocol";
import type { Offered } from "./canned/canned";
import { AttachedCards, CannedList, LIST, optionId, Suggestions } from "./canned/CannedReplies";
import { askedAt, unfilledIn, withReply } from "./canned/slash";
import { cannedWords, inWords } from "./canned/words";
import { CardSender } from "./Cards";
import type { Desk, View } from "./desk";
import type { Mode } from "./drafts";
import { Icon } from "./Icon";
import { listOf, powers } from "./lists";
import { words } from "./words";

const MODES: readonly Mode[] = ["reply", "note"];
/** Below this many characters left, the number is shown. */
const TELL_BELOW = 200;
const TALLEST_PX = 220;

export function Composer({
  view,
  desk,
  card,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { mode, text, state } = view;
  const can = powers(state, card);
  const allowed = mode === "reply" ? can.reply : can.note;
  // Counted as it will be sent: that may be shorter than what is written, or longer.
  const fit = normalise(text);
  const left = MAX_TEXT - lengthOf(fit);
  const begun = fit.length > 0;
  const obstacle = mode === "reply" && !can.reply ? whyNot(view, card, begun) : null;
  const unfilled = mode === "reply" ? unfilledIn(fit) : [];
  const { canned } = view;
  const isLooking = canned.query !== null;
  const [active, setActive] = useState(0);
  /** Enter was pressed before the answer came: then the first of it is meant. */
  const hurried = useRef(false);
  /** The slash after which the list was closed: it is text then. */
  const closedAt = useRef<number | null>(null);
  /** Where the caret goes once the text is drawn. */
  const caret = useRef<readonly [number, number] | null>(null);
  const [said, say] = useState("");

  // As high as what is written, up to a limit.
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${Math.min(box.scrollHeight + 2, TALLEST_PX)}px`;
    if (caret.current) box.setSelectionRange(...caret.current);
    caret.current = null;
  }, [text, mode, card.id]);

  useEffect(() => setActive(0), [canned.query, canned.offered]);
  useEffect(() => {
    if (canned.looking) return;
    const first = canned.offered[0];
    if (hurried.current && first) put(first);
    hurried.current = false;
  }, [canned.looking, canned.offered]);

  // Opened by somebody with a keyboard: they want to write. A finger gets no keyboard unasked.
  useEffect(() => {
    if (wantsKeyboard()) field.current?.focus({ preventScroll: true });
  }, [card.id]);

  if (!can.note && !can.reply) {
    return (
      <div class="lc-composer">
        <p class="lc-hint">{words.readOnly()}</p>
      </div>
    );
  }

  /** A reply goes where the caret is, in place of what was typed to find it. */
  function put(offered: Offered): void {
    const box = field.current;
    if (!box) return;
    const to = box.selectionEnd;
    const from = isLooking ? (askedAt(text, to)?.from ?? to) : box.selectionStart;
    const { text: written, start, end } = withReply(text, from, to, offered.reply);
    caret.current = [start, end];
    desk.canned.look(null);
    desk.write(written);
    desk.canned.put(offered);
    say(cannedWords.wasPutIn(offered.reply.title));
    box.focus();
  }

  /** Look for what stands after the slash where the caret is. */
  function look(): void {
    const box = field.current;
    const asked = box && mode === "reply" && can.reply ? askedAt(box.value, box.selectionEnd) : null;
    hurried.current = false;
    if (asked?.from !== closedAt.current) closedAt.current = null;
    desk.canned.look(asked && closedAt.current === null ? asked.query : null);
  }

  /** Whether the key was for the list of replies. */
  function chose(event: KeyboardEvent): boolean {
    if (!isLooking || event.isComposing || event.shiftKey || event.altKey) return false;
    const { length } = canned.offered;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (length) setActive((active + (event.key === "ArrowDown" ? 1 : length - 1)) % length);
        return true;
      case "Enter":
      case "Tab": {
        const chosen = canned.offered[active];
        // What stands there while one looks is the answer to fewer letters.
        const isStale = canned.looking && canned.query !== "";
        if (isStale) hurried.current = true;
        else if (chosen) put(chosen);
        else desk.canned.look(null);
        // What is no search after all is sent as it is, by the next Enter.
        return isStale || chosen !== undefined || event.key === "Enter";
      }
      case "Escape":
        closedAt.current = askedAt(text, field.current?.selectionEnd ?? 0)?.from ?? null;
        desk.canned.look(null);
        return true;
      default:
        return false;
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (chose(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      desk.send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".lc-row[aria-current]")?.focus();
    }
  }

  return (
    <form
      class={`lc-composer lc-composer--${mode}`}
      onSubmit={(event) => {
        event.preventDefault();
        desk.send();
        field.current?.focus();
      }}
    >
      <div class="lc-modes" role="group" aria-label={words.modes()}>
        {MODES.map((each) => (
          <button
            key={each}
            type="button"
            class={`lc-mode lc-mode--${each}`}
            aria-pressed={mode === each}
            onClick={() => {
              desk.canned.look(null);
              desk.setMode(each);
              field.current?.focus();
            }}
          >
            <Icon name={each === "note" ? "lock" : "mail"} />
            {words.mode(each)}
          </button>
        ))}
        {mode === "note" && <span class="lc-hint lc-hint--note">{words.noteHint()}</span>}
        {mode === "reply" && can.pickUp && <span class="lc-hint">{words.pickUpHint()}</span>}
        {mode === "reply" && can.reply && <CardSender view={view} desk={desk} card={card} />}
      </div>
      {obstacle && (
        <p class="lc-obstacle" role={begun ? "alert" : undefined}>
          {begun && <Icon name="warning" />}
          {obstacle}
        </p>
      )}
      {!obstacle && view.stale === "waiting" && (
        <p class="lc-obstacle" role="alert">
          <Icon name="warning" />
          {words.staleWaiting()}
        </p>
      )}
      {mode === "reply" && can.reply && !isLooking && <Suggestions canned={canned} onPut={put} />}
      {isLooking && <CannedList canned={canned} active={active} onPut={put} />}
      {mode === "reply" && (
        <AttachedCards attached={canned.attached} onDetach={(each) => desk.canned.detach(each)} />
      )}
      {unfilled.length > 0 && (
        <p id="livechat-unfilled" class="lc-obstacle" role="alert">
          <Icon name="warning" />
          {cannedWords.toFillIn(inWords(unfilled))}
        </p>
      )}
      <p class="w-sr-only" role="status">
        {said}
      </p>
      <div class="lc-composer__row">
        <textarea
          ref={field}
          class="lc-field"
          rows={1}
          dir="auto"
          value={text}
          aria-label={words.composer(mode, words.visitor(card.label))}
          aria-describedby={`${unfilled.length ? "livechat-unfilled " : ""}livechat-composer-hint`}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={isLooking && canned.offered.length ? LIST : undefined}
          aria-activedescendant={isLooking && canned.offered[active] ? optionId(active) : undefined}
          placeholder={words.placeholder(mode)}
          onInput={(event) => {
            desk.write(event.currentTarget.value);
            look();
          }}
          onKeyDown={onKeyDown}
          onClick={() => isLooking && look()}
          onBlur={() => desk.canned.look(null)}
          onFocus={() => desk.looked()}
        />
        <button
          type="submit"
          class="button lc-send"
          disabled={!allowed || !begun || left < 0 || unfilled.length > 0}
        >
          {mode === "reply" ? words.send() : words.addNote()}
        </button>
      </div>
      <p class="lc-composer__foot">
        <span id="livechat-composer-hint" class="lc-hint lc-hint--keys">
          {words.enterSends()} {mode === "reply" && cannedWords.hint()}
        </span>
        {left < TELL_BELOW && (
          <span class={left < 0 ? "lc-over" : "lc-hint"} role={left < 0 ? "alert" : undefined}>
            {left < 0 ? words.tooLong(-left) : words.left(left)}
          </span>
        )}
      </p>
    </form>
  );
}

/** Whether a focused field is welcome: on a touch screen it would bring up the keyboard. */
export function wantsKeyboard(): boolean {
  return window.matchMedia("(pointer: fine)").matches;
}

/** Why one cannot reply now; with a text begun, that it is kept. */
function whyNot(view: View, card: ConversationCard, begun: boolean): string | null {
  switch (listOf(view.state, card)) {
    case "team":
      return begun
        ? words.staleTaken(card.agent?.alias ?? "")
        : words.colleagueAnswers(card.agent?.alias ?? "");
    case "closed":
      return begun ? words.staleClosed() : null;
    default:
      return null;
  }
}
