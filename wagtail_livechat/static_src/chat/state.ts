/** All that the panel shows, as a pure reducer of what it is told. */
import type { Status, Waiting } from "../connection/types";
import type { Kind, Message, VisitorCommand, VisitorConversation, VisitorUpdate } from "../protocol";
import {
  acknowledged,
  emptyHistory,
  headKnown,
  type History,
  received,
  refused,
  withdrawn,
  written,
} from "../thread";

/** How long an agent who stopped without saying so seems to write. */
export const TYPING_MS = 6_000;

export interface State {
  readonly status: Status;
  /** The line has been open at least once since this page began. */
  readonly wasOpen: boolean;
  /** Whether somebody can answer; `null` until the server has said. */
  readonly available: boolean | null;
  /** Whether the signpost answers first what is asked here. */
  readonly signpost: boolean;
  readonly conversation: VisitorConversation | null;
  readonly history: History<Message>;
  /** The agent is writing until then (milliseconds since 1970), if not told otherwise. */
  readonly typingUntil: number;
  /** How far this tab has shown the messages to the visitor. */
  readonly seen: number;
  /** Why something waits to be sent again, in the server's words. */
  readonly delayed: string | null;
  /** The visitor erased everything; said until something new is written. */
  readonly forgotten: boolean;
}

export const INITIAL: State = {
  status: { type: "idle" },
  wasOpen: false,
  available: null,
  signpost: false,
  conversation: null,
  history: emptyHistory<Message>(),
  typingUntil: 0,
  seen: 0,
  delayed: null,
  forgotten: false,
};

export function statusChanged(state: State, status: Status): State {
  return {
    ...state,
    status,
    wasOpen: state.wasOpen || status.type === "open",
    available: status.type === "idle" || status.type === "refused" ? null : state.available,
    typingUntil: status.type === "open" ? state.typingUntil : 0,
  };
}

/** What the server says. */
export function told(state: State, update: VisitorUpdate, now: number): State {
  switch (update.type) {
    case "ready": {
      const kept = sameConversation(state, update.conversation) ? state : restarted(state);
      return withMessages(
        {
          ...withConversation(kept, update.conversation),
          available: update.available,
          signpost: update.signpost,
        },
        update.messages,
      );
    }
    case "messages":
      return isOther(state, update.conversation) ? state : withMessages(state, update.messages);
    case "message.sent": {
      if (isOther(state, update.conversation)) return state;
      const quiet = update.message.kind === "agent" ? { ...state, typingUntil: 0 } : state;
      return withMessages(quiet, [update.message]);
    }
    case "conversation.changed":
      return withConversation(
        sameConversation(state, update.conversation) ? state : restarted(state),
        update.conversation,
      );
    case "ack":
      return update.ref
        ? { ...state, delayed: null, history: acknowledged(state.history, update.ref, update.seq) }
        : state;
    case "heartbeat": {
      const head = update.heads.find((each) => each.conversation === state.conversation?.id);
      return head ? { ...state, history: headKnown(state.history, head.seq) } : state;
    }
    case "typing":
      return { ...state, typingUntil: update.active ? now + TYPING_MS : 0 };
    case "availability.changed":
      return { ...state, available: update.available, signpost: update.signpost };
    case "refused": {
      const mine = state.history.drafts.some((draft) => draft.ref === update.ref);
      return mine && update.retry_ms ? { ...state, delayed: update.message } : state;
    }
    case "error":
    case "bye":
    case "resync":
      return state;
  }
}

/** The outbox changed: what waits in it is what is being sent, or has failed. */
export function outboxChanged(state: State, waiting: readonly Waiting<VisitorCommand>[]): State {
  const mine = waiting.flatMap(({ command, ...rest }) =>
    command.type === "message.send" ? [{ ...rest, text: command.text }] : [],
  );
  let { history } = state;
  for (const { ref, text, at, refusal } of mine) {
    const known = history.drafts.find((each) => each.ref === ref);
    if (known && !known.failure === !refusal) continue;
    history = written(history, { ref, text, at });
    if (refusal) history = refused(history, ref, refusal);
  }
  for (const draft of history.drafts) {
    const gone = !draft.stored && !mine.some((each) => each.ref === draft.ref);
    // Sent or taken back by another tab; if it was sent, the message itself is on its way.
    if (gone) history = withdrawn(history, draft.ref);
  }
  return history === state.history ? state : { ...state, history };
}

/** The visitor has seen everything up to `seq`. */
export function shown(state: State, seq: number): State {
  return seq > state.seen ? { ...state, seen: seq } : state;
}

/** Nothing is known any more, here or there. */
export function forgot(state: State): State {
  return { ...INITIAL, available: state.available, signpost: state.signpost, forgotten: true };
}

export function unread(state: State): number {
  const read = Math.max(state.seen, state.conversation?.read_by_visitor ?? 0);
  return state.history.messages.filter(({ kind, seq }) => isNews(kind) && seq > read).length;
}

/** Whether somebody else said it: an agent, or the signpost. */
export function isNews(kind: Kind): boolean {
  return kind === "agent" || kind === "signpost";
}

/** Whether what is written now is the signpost's to answer. */
export function isWithSignpost({ conversation, signpost }: State): boolean {
  if (!conversation || conversation.state === "closed") return signpost;
  return conversation.state === "signpost";
}

/** Whether the signpost is looking for an answer. */
export function isLookedUp({ conversation, history }: State): boolean {
  return conversation?.state === "signpost" && history.messages.at(-1)?.kind === "visitor";
}

export function isOngoing(state: State): boolean {
  const stands = state.conversation !== null && state.conversation.state !== "closed";
  return stands || state.history.drafts.length > 0;
}

function sameConversation(state: State, conversation: VisitorConversation | null): boolean {
  return state.conversation?.id === conversation?.id || state.conversation === null;
}

function isOther(state: State, id: string): boolean {
  return state.conversation !== null && state.conversation.id !== id;
}

/** Another conversation, or none: nothing of the former one stays but what is unsent. */
function restarted(state: State): State {
  const { drafts } = state.history;
  return {
    ...state,
    conversation: null,
    history: { ...emptyHistory<Message>(), drafts: drafts.filter((each) => !each.stored) },
    seen: 0,
    typingUntil: 0,
  };
}

function withMessages(state: State, messages: readonly Message[]): State {
  if (messages.length === 0) return state;
  return { ...state, history: received(state.history, messages), forgotten: false };
}

/** The newer state of a conversation wins; of the same revision, what was read furthest. */
function withConversation(state: State, next: VisitorConversation | null): State {
  if (!next) return state;
  const now = state.conversation;
  const newer = !now || next.revision >= now.revision ? next : now;
  const conversation: VisitorConversation = {
    ...newer,
    last_seq: Math.max(next.last_seq, now?.last_seq ?? 0),
    read_by_staff: Math.max(next.read_by_staff, now?.read_by_staff ?? 0),
    read_by_visitor: Math.max(next.read_by_visitor, now?.read_by_visitor ?? 0),
  };
  return { ...state, conversation, history: headKnown(state.history, conversation.last_seq) };
}
