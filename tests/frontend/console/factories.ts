/** Agents, conversations and messages as the server would tell them. */
import type {
  AgentCard,
  ConversationCard,
  Note,
  SiteCard,
  StaffReady,
  Thread,
  ThreadMessage,
} from "../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../connection/fake";

export const NOW = Date.UTC(2024, 4, 6, 9, 0, 0);

export function agent(id: number, alias: string, more: Partial<AgentCard> = {}): AgentCard {
  return { id, alias, avatar: null, availability: "available", capacity: 3, active: 0, present: true, ...more };
}

export const ANNA = agent(1, "Anna");
export const BRUNO = agent(2, "Bruno");

export function site(id: number, name: string, more: Partial<SiteCard> = {}): SiteCard {
  return { id, name, can_reply: true, can_watch: false, can_invite: false, has_signpost: false, ...more };
}

export function card(number: number, more: Partial<ConversationCard> = {}): ConversationCard {
  return {
    id: uuid(number),
    site: 1,
    state: "waiting",
    revision: 1,
    label: `${number}`,
    language: "en",
    agent: null,
    waiting_since: more.state === undefined || more.state === "waiting" ? NOW - 60_000 : null,
    started_at: NOW - 60_000,
    last_at: NOW - 60_000,
    last_seq: 1,
    last_kind: "visitor",
    excerpt: "Hello?",
    unread: 1,
    read_by_staff: 0,
    read_by_visitor: 0,
    visitor_present: true,
    page: null,
    note_count: 0,
    initiator: "visitor",
    began_by: "",
    visit: null,
    handed_over: null,
    failed: [],
    email: "",
    ...more,
  };
}

export function mine(number: number, more: Partial<ConversationCard> = {}): ConversationCard {
  return card(number, { state: "active", agent: ANNA, revision: 2, ...more });
}

export function ready(cards: readonly ConversationCard[], more: Partial<StaffReady> = {}): StaffReady {
  return {
    type: "staff.ready",
    now: NOW,
    me: ANNA,
    sites: [site(1, "Bookshop")],
    agents: [ANNA, BRUNO],
    cards,
    more_waiting: 0,
    poll_ms: 2_000,
    ...more,
  };
}

export function message(seq: number, more: Partial<ThreadMessage> = {}): ThreadMessage {
  return {
    seq,
    ref: uuid(1_000 + seq),
    kind: "visitor",
    text: `message ${seq}`,
    at: NOW + seq * 1_000,
    sender: null,
    notice: null,
    card: null,
    guidance: null,
    wrote: null,
    ...more,
  };
}

export function note(number: number, more: Partial<Note> = {}): Note {
  return { number, ref: uuid(2_000 + number), text: `note ${number}`, at: NOW + number, author: "bruno", ...more };
}

export function thread(
  of: ConversationCard,
  messages: readonly ThreadMessage[],
  more: Partial<Thread> = {},
): Thread {
  return { type: "thread", card: of, messages, more: false, notes: [], ref: null, ...more };
}
