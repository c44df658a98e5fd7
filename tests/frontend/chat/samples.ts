/** A conversation as the server tells it. */
import type { Message, Sender, VisitorConversation, VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";

export const CAMILLE: Sender = { alias: "Camille", avatar: null };
export const NOON = new Date(2026, 4, 12, 12, 0).getTime();

export const message = (seq: number, changes: Partial<Message> = {}): Message => ({
  seq,
  ref: `ref-${seq}`,
  kind: "agent",
  text: `message ${seq}`,
  at: NOON + seq * 1_000,
  sender: (changes.kind ?? "agent") === "agent" ? CAMILLE : null,
  notice: null,
  card: null,
  guidance: null,
  ...changes,
});

export const conversation = (changes: Partial<VisitorConversation> = {}): VisitorConversation => ({
  id: "conversation-1",
  state: "active",
  revision: 1,
  last_seq: 0,
  read_by_staff: 0,
  read_by_visitor: 0,
  agent: CAMILLE,
  agent_present: true,
  page_shared: false,
  asks: null,
  asks_at_end: false,
  ...changes,
});

export const ready = (changes: Partial<VisitorUpdate & { type: "ready" }> = {}): VisitorUpdate & { type: "ready" } => ({
  type: "ready",
  now: NOON,
  available: true,
  conversation: null,
  messages: [],
  more: false,
  poll_ms: 2_000,
  signpost: false,
  ...changes,
});
