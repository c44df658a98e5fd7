/* The queue: lists of conversations, those that have waited longest first, and the team. */
import { useRef } from "preact/hooks";
import type { ConversationCard } from "../protocol";
import type { Desk, View } from "./desk";
import { Icon } from "./Icon";
import { colleagues, isLeft, listNames, lists, waitsSince, type ListName } from "./lists";
import { typingNow } from "./state";
import { duration, languageName } from "./time";
import { words } from "./words";

export function Queue({ view, desk }: { readonly view: View; readonly desk: Desk }) {
  const all = lists(view.state);
  const shown = all[view.list];
  return (
    <section class="lc-queue" aria-label={words.conversations()}>
      <Tabs view={view} desk={desk} count={(name) => all[name].length + (name === "waiting" ? view.state.moreWaiting : 0)} />
      <div
        class="lc-list"
        role="tabpanel"
        id="livechat-list"
        aria-labelledby={`livechat-tab-${view.list}`}
      >
        {shown.length > 0 ? (
          <Rows view={view} desk={desk} cards={shown} />
        ) : (
          <p class="lc-empty">{words.listEmpty(view.list)}</p>
        )}
        {view.list === "waiting" && view.state.moreWaiting > 0 && (
          <p class="lc-empty">{words.moreWaiting(view.state.moreWaiting)}</p>
        )}
        {view.list === "closed" && view.state.olderClosed && (
          <p class="lc-older">
            <button
              type="button"
              class="button button-small button-secondary"
              disabled={view.fetchingClosed}
              onClick={() => desk.fetchClosed()}
            >
              {view.fetchingClosed ? words.loadingOlder() : words.older()}
            </button>
          </p>
        )}
      </div>
      <Team view={view} />
    </section>
  );
}

function Tabs({
  view,
  desk,
  count,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly count: (name: ListName) => number;
}) {
  const names = listNames(view.state);
  function onKeyDown(event: KeyboardEvent): void {
    const rtl = document.dir === "rtl";
    const step =
      event.key === "ArrowRight" ? (rtl ? -1 : 1) : event.key === "ArrowLeft" ? (rtl ? 1 : -1) : 0;
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = (names.indexOf(view.list) + step + names.length) % names.length;
    const name = names[at] ?? "waiting";
    event.preventDefault();
    desk.show(name);
    document.getElementById(`livechat-tab-${name}`)?.focus();
  }
  return (
    <div class="lc-tabs" role="tablist" aria-label={words.conversations()} onKeyDown={onKeyDown}>
      {names.map((name) => {
        const number = name === "closed" ? 0 : count(name);
        return (
          <button
            key={name}
            type="button"
            role="tab"
            id={`livechat-tab-${name}`}
            class="lc-tab"
            aria-selected={view.list === name}
            aria-controls="livechat-list"
            aria-label={name === "closed" ? undefined : words.tab(name, number)}
            tabIndex={view.list === name ? 0 : -1}
            onClick={() => desk.show(name)}
          >
            {words.list(name)}
            {number > 0 && (
              <span class={`lc-count ${name === "waiting" ? "lc-count--waiting" : ""}`}>{number}</span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function Rows({
  view,
  desk,
  cards,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly cards: readonly ConversationCard[];
}) {
  const list = useRef<HTMLUListElement>(null);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>(".lc-row") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const to =
      event.key === "ArrowDown"
        ? Math.min(at + 1, rows.length - 1)
        : event.key === "ArrowUp"
          ? Math.max(at - 1, 0)
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? rows.length - 1
              : -1;
    if (to < 0 || at < 0) return;
    event.preventDefault();
    rows[to]?.focus();
  }

  const entrance = cards.some((card) => card.id === view.selected) ? view.selected : cards[0]?.id;
  return (
    <ul ref={list} class="lc-rows" onKeyDown={onKeyDown}>
      {cards.map((card) => (
        <li key={card.id}>
          <Row view={view} desk={desk} card={card} entrance={card.id === entrance} />
        </li>
      ))}
    </ul>
  );
}

function Row({
  view,
  desk,
  card,
  entrance,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
  /** Whether Tab enters the list here; the arrows reach the other rows. */
  readonly entrance: boolean;
}) {
  const { state } = view;
  const site = state.sites.get(card.site);
  const waits = waitsSince(card);
  const serverNow = view.now + state.ahead;
  const typing = typingNow(state, card.id, view.now).some((typist) => typist.alias === null);
  const mine = card.agent !== null && card.agent.id === state.me?.id;
  return (
    <button
      type="button"
      class={`lc-row ${card.unread > 0 ? "lc-row--unread" : ""}`}
      data-conversation={card.id}
      aria-current={view.selected === card.id ? "true" : undefined}
      tabIndex={entrance ? 0 : -1}
      onClick={() => desk.open(card.id)}
    >
      <span class="lc-row__top">
        <span
          class={`lc-presence ${card.visitor_present ? "lc-presence--here" : ""}`}
          title={card.visitor_present ? words.present() : words.absent()}
        />
        <span class="lc-row__label">
          <bdi>{words.visitor(card.label)}</bdi>
        </span>
        {card.unread > 0 && (
          <span class="lc-count lc-count--unread">
            <span aria-hidden="true">{card.unread > 99 ? "99+" : card.unread}</span>
            <span class="w-sr-only">{card.unread > 99 ? words.manyUnread() : words.unread(card.unread)}</span>
          </span>
        )}
        {waits !== null ? (
          <span class={`lc-wait lc-wait--${urgency(serverNow - waits)}`}>
            <Icon name="time" />
            <bdi aria-hidden="true">{duration(serverNow - waits)}</bdi>
            <span class="w-sr-only">{words.waitingFor(duration(serverNow - waits))}</span>
          </span>
        ) : (
          <time class="lc-row__at" dateTime={new Date(card.last_at).toISOString()}>
            {view.times.brief(card.last_at, view.now)}
          </time>
        )}
      </span>
      <span class="lc-row__excerpt" dir="auto" lang={card.language}>
        {typing ? <em>{words.visitorTypes()}</em> : card.excerpt || words.noMessage()}
      </span>
      <span class="lc-row__meta">
        {state.sites.size > 1 && <bdi>{site?.name ?? ""}</bdi>}
        <span title={languageName(card.language, view.language)}>
          <span aria-hidden="true">{card.language.toUpperCase()}</span>
          <span class="w-sr-only">{languageName(card.language, view.language)}</span>
        </span>
        {card.agent && view.list !== "mine" && (
          <bdi>
            {mine
              ? words.you()
              : isLeft(state, card)
                ? words.agentLeft(card.agent.alias)
                : card.agent.alias}
          </bdi>
        )}
        {view.begun.has(card.id) && (
          <span class="lc-row__draft">
            <Icon name="edit" />
            {words.draftBegun()}
          </span>
        )}
      </span>
    </button>
  );
}

/** How much a wait presses: shown by weight and colour beside the number. */
function urgency(waited: number): "calm" | "soon" | "late" {
  return waited < 60_000 ? "calm" : waited < 180_000 ? "soon" : "late";
}

function Team({ view }: { readonly view: View }) {
  const others = colleagues(view.state);
  const here = others.filter((agent) => agent.present).length;
  return (
    <details class="lc-team">
      <summary>
        <Icon name="group" />
        <bdi>{words.team(here)}</bdi>
      </summary>
      {others.length > 0 ? (
        <ul>
          {others.map((agent) => (
            <li key={agent.id}>
              <span
                class={`lc-dot lc-dot--${agent.present ? agent.availability : "absent"}`}
                aria-hidden="true"
              />
              <bdi>{agent.alias}</bdi>
              <span class="lc-team__state">
                {agent.present ? words.availability(agent.availability) : words.notHere()}
              </span>
              <span class="lc-team__load">
                <bdi aria-hidden="true">{words.load(agent.active, agent.capacity)}</bdi>
                <span class="w-sr-only">{words.loadLong(agent.active, agent.capacity)}</span>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p class="lc-empty">{words.alone()}</p>
      )}
    </details>
  );
}
