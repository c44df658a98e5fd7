/* What the server has told this console: who works here, and which conversations there are.
 *
 * A pure reducer over AgentUpdate. What is in a conversation is kept by threads.ts; what the
 * agent looks at and writes is kept by desk.ts.
 */
import type {
  AgentCard,
  AgentUpdate,
  ConversationCard,
  SiteCard,
} from "../protocol";

/** Typing is forgotten after this long, should the word that it stopped never come. */
export const TYPING_LASTS_MS = 6_000;

export interface Typist {
  /** A colleague's alias; `null` is the visitor. */
  readonly alias: string | null;
  readonly until: number;
}

export interface State {
  /** Whether the server has said at least once how things stand. */
  readonly ready: boolean;
  /** How far the server's clock is ahead of this browser's, in milliseconds. */
  readonly ahead: number;
  readonly me: AgentCard | null;
  readonly sites: ReadonlyMap<number, SiteCard>;
  readonly agents: ReadonlyMap<number, AgentCard>;
  readonly cards: ReadonlyMap<string, ConversationCard>;
  /** How many conversations wait besides those that the server named. */
  readonly moreWaiting: number;
  /** Whether older closed conversations can still be fetched. */
  readonly olderClosed: boolean;
  readonly typing: ReadonlyMap<string, readonly Typist[]>;
}

export const nothingYet: State = {
  ready: false,
  ahead: 0,
  me: null,
  sites: new Map(),
  agents: new Map(),
  cards: new Map(),
  moreWaiting: 0,
  olderClosed: true,
  typing: new Map(),
};

/** The state once `update` was heard at `now` (milliseconds, this browser's clock). */
export function told(state: State, update: AgentUpdate, now: number): State {
  switch (update.type) {
    case "staff.ready": {
      const cards = new Map<string, ConversationCard>();
      // The server names what is not closed: what it leaves out ended, or is no longer ours to
      // see. Closed ones that were fetched before are still what they were.
      for (const card of state.cards.values()) {
        if (card.state === "closed") cards.set(card.id, card);
      }
      for (const card of update.cards) {
        cards.set(card.id, newer(state.cards.get(card.id), card));
      }
      return {
        ...state,
        ready: true,
        ahead: update.now - now,
        me: update.me,
        sites: new Map(update.sites.map((site) => [site.id, site])),
        agents: new Map(update.agents.map((agent) => [agent.id, agent])),
        cards,
        moreWaiting: update.more_waiting,
      };
    }
    case "card.changed":
      return withCards(state, [update.card]);
    case "thread":
      return withCards(state, [update.card]);
    case "closed.cards":
      return { ...withCards(state, update.cards), olderClosed: update.more };
    case "agent.changed": {
      const agents = new Map(state.agents).set(update.agent.id, update.agent);
      const me = state.me?.id === update.agent.id ? update.agent : state.me;
      return { ...state, agents, me };
    }
    case "thread.typing":
      return {
        ...state,
        typing: replaced(
          state.typing,
          update.conversation,
          typists(state, update.conversation, update.alias, update.active, now),
        ),
      };
    case "thread.message": {
      // Whoever just spoke is no longer typing.
      const { kind, sender } = update.message;
      const alias = kind === "visitor" ? null : sender?.alias;
      if (alias === undefined || !state.typing.has(update.conversation)) return state;
      return {
        ...state,
        typing: replaced(
          state.typing,
          update.conversation,
          typists(state, update.conversation, alias, false, now),
        ),
      };
    }
    case "visitors.window":
    case "visit.trail":
    case "visit.gone":
    case "invitation.changed": // Whom one watches is kept by visitors/.
    case "canned.found":
    case "canned.suggested": // What may be said is kept by canned.ts.
    case "note.added":
    case "ack":
    case "refused":
    case "error":
    case "bye":
    case "heartbeat":
    case "resync":
      return state;
  }
}

const FEW_WAITING = 100;

/** Whether the list of those that wait gets short while the server has more: time to ask again. */
export function runsShort(state: State, update: AgentUpdate): boolean {
  if (update.type !== "card.changed" || !state.moreWaiting) return false;
  return [...state.cards.values()].filter((card) => card.state === "waiting").length < FEW_WAITING;
}

/** Which of two accounts of one conversation to believe, merged where neither is older. */
export function newer(known: ConversationCard | undefined, card: ConversationCard): ConversationCard {
  if (!known || card.revision > known.revision) return card;
  if (card.revision < known.revision) return known;
  const later = card.last_seq >= known.last_seq ? card : known;
  return {
    ...later,
    read_by_staff: Math.max(known.read_by_staff, card.read_by_staff),
    read_by_visitor: Math.max(known.read_by_visitor, card.read_by_visitor),
    note_count: Math.max(known.note_count, card.note_count),
    unread:
      card.last_seq !== known.last_seq
        ? later.unread
        : card.read_by_staff >= known.read_by_staff
          ? card.unread
          : known.unread,
    visitor_present: card.visitor_present,
    page: card.page,
  };
}

/** The visitor (`null`) and the colleagues who are writing in a conversation at `now`. */
export function typingNow(state: State, conversation: string, now: number): readonly Typist[] {
  return (state.typing.get(conversation) ?? []).filter(
    (typist) => typist.until > now && typist.alias !== state.me?.alias,
  );
}

/** The conversations that began to wait between two states; none before the first `staff.ready`. */
export function arrivals(before: State, after: State): readonly ConversationCard[] {
  if (!before.ready || before.cards === after.cards) return [];
  // Those that were left out of a long list are no news when their turn to be listed comes.
  let since = 0;
  if (before.moreWaiting) {
    for (const card of before.cards.values()) since = Math.max(since, card.waiting_since ?? 0);
  }
  return [...after.cards.values()].filter(
    (card) =>
      card.state === "waiting" &&
      before.cards.get(card.id)?.state !== "waiting" &&
      (card.waiting_since ?? Infinity) > since,
  );
}

function withCards(state: State, changed: readonly ConversationCard[]): State {
  const cards = new Map(state.cards);
  for (const card of changed) cards.set(card.id, newer(state.cards.get(card.id), card));
  return { ...state, cards };
}

function typists(
  state: State,
  conversation: string,
  alias: string | null,
  active: boolean,
  now: number,
): readonly Typist[] {
  const others = (state.typing.get(conversation) ?? []).filter(
    (typist) => typist.alias !== alias && typist.until > now,
  );
  return active ? [...others, { alias, until: now + TYPING_LASTS_MS }] : others;
}

function replaced(
  typing: State["typing"],
  conversation: string,
  list: readonly Typist[],
): State["typing"] {
  const next = new Map(typing);
  if (list.length) next.set(conversation, list);
  else next.delete(conversation);
  return next;
}
