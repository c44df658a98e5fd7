/* The console's lists, and what each conversation asks of this agent: pure selectors. */
import type { AgentCard, ConversationCard } from "../protocol";
import type { Doing } from "./desk";
import type { State } from "./state";

export type ListName = "waiting" | "mine" | "team" | "signpost" | "closed";

export const LIST_NAMES: readonly ListName[] = ["waiting", "mine", "team", "signpost", "closed"];

/** The lists that there are: where no site has a signpost, it has no list either. */
export function listNames(state: State): readonly ListName[] {
  const has = [...state.sites.values()].some((site) => site.has_signpost);
  const holds = has || [...state.cards.values()].some((card) => card.state === "signpost");
  return holds ? LIST_NAMES : LIST_NAMES.filter((name) => name !== "signpost");
}

/** The list where a conversation belongs. */
export function listOf(state: State, card: ConversationCard): ListName {
  switch (card.state) {
    case "signpost":
      return "signpost";
    case "waiting":
      return "waiting";
    case "active":
      if (card.agent !== null && card.agent.id === state.me?.id) return "mine";
      // Whose agent is gone and who has no answer waits again.
      return isLeft(state, card) && card.waiting_since !== null ? "waiting" : "team";
    case "closed":
      return "closed";
  }
}

/** Whether the agent of a conversation is gone: anybody may take it over then. */
export function isLeft(state: State, card: ConversationCard): boolean {
  if (card.state !== "active") return false;
  const { agent } = card;
  // What was heard of the agent since is newer than what the card says.
  return agent === null || !(state.agents.get(agent.id) ?? agent).present;
}

export type Lists = Readonly<Record<ListName, readonly ConversationCard[]>>;

/** All conversations by list: those that have waited longest first, the closed ones newest first. */
export function lists(state: State): Lists {
  const all: Record<ListName, ConversationCard[]> = {
    waiting: [],
    mine: [],
    team: [],
    signpost: [],
    closed: [],
  };
  for (const card of state.cards.values()) {
    all[listOf(state, card)].push(card);
  }
  all.waiting.sort(byWaiting);
  all.mine.sort(byWaiting);
  all.team.sort(byWaiting);
  all.signpost.sort(byLast);
  all.closed.sort((a, b) => b.last_at - a.last_at || compareIds(a, b));
  return all;
}

/** Since when the visitor waits for a word, or `null` when the last word was ours. */
export function waitsSince(card: ConversationCard): number | null {
  // The signpost answers in seconds: nobody waits for a person there.
  return card.state === "closed" || card.state === "signpost" ? null : card.waiting_since;
}

/** What needs this agent: conversations that wait or wait again, and own ones with something unread. */
export interface Calls {
  readonly waiting: number;
  readonly unread: number;
}

export function calls(state: State): Calls {
  let waiting = state.moreWaiting;
  let unread = 0;
  for (const card of state.cards.values()) {
    if (!state.sites.get(card.site)?.can_reply) continue;
    const name = listOf(state, card);
    if (name === "waiting") waiting += 1;
    if (name === "mine" && card.unread > 0) unread += 1;
  }
  return { waiting, unread };
}

/** The colleagues, those who are here first, then by name; this agent is not among them. */
export function colleagues(state: State): readonly AgentCard[] {
  return [...state.agents.values()]
    .filter((agent) => agent.id !== state.me?.id)
    .sort(
      (a, b) => Number(b.present) - Number(a.present) || a.alias.localeCompare(b.alias) || a.id - b.id,
    );
}

/** What this agent may do in a conversation now. */
export interface Powers {
  readonly reply: boolean;
  readonly pickUp: boolean;
  readonly close: boolean;
  readonly reopen: boolean;
  readonly note: boolean;
  readonly giveBack: boolean;
}

export function powers(state: State, card: ConversationCard): Powers {
  const site = state.sites.get(card.site);
  const allowed = site?.can_reply ?? false;
  const list = listOf(state, card);
  const unheld = list === "waiting" || list === "signpost";
  const free = list !== "mine" && (unheld || isLeft(state, card));
  return {
    reply: allowed && (list === "mine" || free),
    pickUp: allowed && free,
    close: allowed && (list === "mine" || free),
    reopen: allowed && list === "closed",
    note: allowed,
    giveBack: allowed && list === "mine" && (site?.has_signpost ?? false),
  };
}

/** Whether what was asked about a conversation is to be seen there. */
export function isDone(state: State, card: ConversationCard, asked: Doing): boolean {
  const list = listOf(state, card);
  switch (asked) {
    case "pick_up":
      return !powers(state, card).pickUp;
    case "close":
      return list === "closed";
    case "reopen":
      return list !== "closed";
    case "give_back":
      return list !== "mine";
  }
}

function byWaiting(a: ConversationCard, b: ConversationCard): number {
  const waits = (waitsSince(a) ?? Infinity) - (waitsSince(b) ?? Infinity);
  if (waits) return Number.isNaN(waits) ? byLast(a, b) : waits;
  return byLast(a, b);
}

function byLast(a: ConversationCard, b: ConversationCard): number {
  return b.last_at - a.last_at || compareIds(a, b);
}

function compareIds(a: ConversationCard, b: ConversationCard): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
