/* One conversation: who it is, what was said, where to write. */
import type { ComponentChildren, Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ConversationCard } from "../protocol";
import { webAddress } from "../chat/links";
import { Composer, wantsKeyboard } from "./Composer";
import type { Desk, View } from "./desk";
import { Icon } from "./Icon";
import { Log } from "./Log";
import { HandedOver } from "./HandedOver";
import { isLeft, listOf, powers, waitsSince } from "./lists";
import { type Following, newlyFollowed } from "./threads";
import { duration, languageName } from "./time";
import { visitWords } from "./visitors/words";
import { words } from "./words";

/** What is known of where the visitor is. */
type Whereabouts = (card: ConversationCard) => ComponentChildren;

export function Conversation({
  view,
  desk,
  whereabouts,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly whereabouts: Whereabouts;
}) {
  const card = view.selected ? view.state.cards.get(view.selected) : undefined;
  if (!card) {
    const underway = view.selected !== null && view.threads.has(view.selected);
    return (
      <section class="lc-conversation lc-conversation--none" aria-label={words.nothingOpen()}>
        {!underway ? (
          <div class="lc-nothing">
            <Icon name="livechat" />
            <p>{words.nothingOpen()}</p>
            <p class="lc-hint">{words.nothingOpenHint()}</p>
          </div>
        ) : (
          <p class="lc-empty">{words.loading()}</p>
        )}
      </section>
    );
  }
  const thread = view.threads.get(card.id) ?? newlyFollowed;
  return <Opened key={card.id} view={view} desk={desk} card={card} thread={thread} whereabouts={whereabouts} />;
}

function Opened({
  view,
  desk,
  card,
  thread,
  whereabouts,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
  readonly thread: Following;
  readonly whereabouts: Whereabouts;
}) {
  const label = useRef<HTMLHeadingElement>(null);
  const list = listOf(view.state, card);

  // The button that was pressed may be gone now: the focus goes on, and not back to the start.
  const askedBefore = useRef(false);
  useEffect(() => {
    const keptOpen = askedBefore.current && !view.closeAsked && list !== "closed";
    askedBefore.current = view.closeAsked;
    if (document.activeElement !== document.body) return;
    const next = keptOpen ? ".lc-close" : wantsKeyboard() ? ".lc-field" : null;
    const element = next === null ? null : document.querySelector<HTMLElement>(next);
    (element ?? label.current)?.focus({ preventScroll: true });
  }, [list, view.closeAsked]);

  return (
    <section class="lc-conversation" aria-label={words.conversationWith(words.visitor(card.label))}>
      <Head view={view} desk={desk} card={card} label={label} whereabouts={whereabouts} />
      <Log view={view} desk={desk} card={card} thread={thread} />
      <Composer view={view} desk={desk} card={card} />
    </section>
  );
}

function Head({
  view,
  desk,
  card,
  label,
  whereabouts,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
  readonly label: Ref<HTMLHeadingElement>;
  readonly whereabouts: Whereabouts;
}) {
  const can = powers(view.state, card);
  const doing = view.doing.get(card.id);
  const site = view.state.sites.get(card.site);
  const transcript = card.state === "closed" ? view.transcriptOf(card) : null;
  return (
    <header class="lc-head">
      <div class="lc-head__row">
        <button type="button" class="lc-back" aria-label={words.back()} onClick={() => desk.leave()}>
          <Icon name="arrow-left" />
        </button>
        <div class="lc-head__who">
          <h2 class="lc-head__label" ref={label} tabIndex={-1}>
            <span
              class={`lc-presence ${card.visitor_present ? "lc-presence--here" : ""}`}
              aria-hidden="true"
            />
            <bdi>{words.visitor(card.label)}</bdi>
          </h2>
          <p class="lc-head__facts">
            <span>{card.visitor_present ? words.present() : words.absent()}</span>
            {site && (
              <span>
                <bdi>{site.name}</bdi>
              </span>
            )}
            <span>{languageName(card.language, view.language)}</span>
            <span>
              <Standing view={view} card={card} />
            </span>
            {card.initiator !== "visitor" && (
              <span>
                {card.initiator === "trigger"
                  ? visitWords.begunByTrigger(card.began_by)
                  : visitWords.begunByAgent()}
              </span>
            )}
          </p>
        </div>
        <div class="lc-head__acts">
          {transcript && (
            <a class="button button-small button-secondary" href={transcript}>
              {words.transcript()}
            </a>
          )}
          {can.pickUp && (
            <button
              type="button"
              class="button button-small"
              aria-disabled={doing !== undefined}
              onClick={() => desk.pickUp(card.id)}
            >
              {doing === "pick_up" ? words.pickingUp() : words.pickUp()}
            </button>
          )}
          {can.giveBack && (
            <button
              type="button"
              class="button button-small button-secondary"
              aria-disabled={doing !== undefined}
              onClick={() => desk.giveBack(card.id)}
            >
              {doing === "give_back" ? words.givingBack() : words.giveBack()}
            </button>
          )}
          {can.reopen && (
            <button
              type="button"
              class="button button-small"
              aria-disabled={doing !== undefined}
              onClick={() => desk.reopen(card.id)}
            >
              {doing === "reopen" ? words.reopening() : words.reopen()}
            </button>
          )}
          {can.close && !view.closeAsked && (
            <button
              type="button"
              class="button button-small button-secondary lc-close"
              aria-disabled={doing !== undefined}
              onClick={() => desk.askToClose(true)}
            >
              {doing === "close" ? words.closing() : words.close()}
            </button>
          )}
        </div>
      </div>
      {can.close && view.closeAsked && <CloseSure desk={desk} card={card} />}
      <HandedOver card={card} />
      {card.page && <Page card={card} />}
      {whereabouts(card)}
    </header>
  );
}

function Standing({ view, card }: { readonly view: View; readonly card: ConversationCard }) {
  const { agent } = card;
  const mine = agent?.id === view.state.me?.id;
  if (agent && !mine && isLeft(view.state, card)) return <>{words.agentLeft(agent.alias)}</>;
  switch (listOf(view.state, card)) {
    case "waiting": {
      const waits = waitsSince(card) ?? card.last_at;
      return <bdi>{words.waitingFor(duration(view.now + view.state.ahead - waits))}</bdi>;
    }
    case "mine":
      return <>{words.answeredByYou()}</>;
    case "team":
      return <>{words.answeredBy(card.agent?.alias ?? "")}</>;
    case "signpost":
      return <>{words.signpostAnswers()}</>;
    case "closed":
      return <>{words.closedNow()}</>;
  }
}

/** Asked where the answer matters, and without a window over everything. */
function CloseSure({ desk, card }: { readonly desk: Desk; readonly card: ConversationCard }) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    no.current?.focus();
  }, []);
  return (
    <div
      class="lc-sure"
      role="alertdialog"
      aria-labelledby="livechat-close-sure"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          desk.askToClose(false);
        }
      }}
    >
      <p id="livechat-close-sure">{words.closeSure()}</p>
      <button type="button" class="button button-small no" onClick={() => desk.close(card.id)}>
        {words.closeYes()}
      </button>
      <button
        ref={no}
        type="button"
        class="button button-small button-secondary"
        onClick={() => desk.askToClose(false)}
      >
        {words.closeNo()}
      </button>
    </div>
  );
}

/** The page that the visitor chose to show. */
function Page({ card }: { readonly card: ConversationCard }) {
  const { page } = card;
  if (!page) return null;
  const href = page.url ? webAddress(page.url) : null;
  return (
    <p class="lc-page">
      <Icon name="site" />
      <span class="lc-page__is">{words.page()}</span>
      {page.title === null ? (
        <em>{words.hiddenPage()}</em>
      ) : href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          <bdi>{page.title}</bdi>
          <Icon name="link-external" />
          <span class="w-sr-only">({words.opensInTab()})</span>
        </a>
      ) : (
        <bdi>{page.title}</bdi>
      )}
    </p>
  );
}
