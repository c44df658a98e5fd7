/** The history of one conversation: a pure reducer, the same for visitor and staff.
 *
 * Stored messages are kept by `seq`, without gaps; what arrives early waits in `held` and
 * shows as a wish for what is missing. What one wrote oneself is kept by `ref` until the
 * stored message with the same `ref` takes its place: so nothing is shown twice, and what is
 * stored is never shown as failed, in whatever order acknowledgement, echo and refusal come.
 */
import type { Kind } from "./protocol";

/** What this reducer needs of a stored message; visitor and staff have more in theirs. */
export interface Stored {
  readonly seq: number;
  readonly ref: string;
  readonly kind: Kind;
  readonly text: string;
  readonly at: number;
}

/** Something written here that the server has not yet confirmed as stored. */
export interface Draft {
  readonly ref: string;
  readonly text: string;
  readonly at: number;
  /** Acknowledged as stored; the message itself has not come back yet. */
  readonly stored: boolean;
  /** Why it was refused for good; `null` while it is on its way. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface History<M extends Stored> {
  /** From seq 1 (or from where one began to read) without a gap. */
  readonly messages: readonly M[];
  /** Everything up to this seq is here. */
  readonly last: number;
  /** Arrived before what precedes it; in order of seq. */
  readonly held: readonly M[];
  /** The server has messages up to here. */
  readonly head: number;
  /** Written here and not yet stored, in the order of writing. */
  readonly drafts: readonly Draft[];
}

export type EntryState = "sending" | "failed" | "sent" | "seen";

/** One line of the thread as it is shown. */
export type Entry<M extends Stored> =
  | { readonly type: "message"; readonly key: string; readonly message: M; readonly state: "sent" | "seen" | null }
  | { readonly type: "draft"; readonly key: string; readonly draft: Draft; readonly state: "sending" | "sent" | "failed" };

export function emptyHistory<M extends Stored>(since = 0): History<M> {
  return { messages: [], last: since, held: [], head: since, drafts: [] };
}

/** The messages `news` are stored on the server. Repeats and any order are welcome. */
export function received<M extends Stored>(history: History<M>, news: readonly M[]): History<M> {
  if (news.length === 0) return history;
  const waiting = new Map(history.held.map((message) => [message.seq, message]));
  for (const message of news) {
    if (message.seq > history.last) waiting.set(message.seq, message);
  }
  const messages = [...history.messages];
  let last = history.last;
  for (let next = waiting.get(last + 1); next !== undefined; next = waiting.get(last + 1)) {
    messages.push(next);
    waiting.delete(next.seq);
    last = next.seq;
  }
  const stored = new Set(news.map((message) => message.ref));
  const held = [...waiting.values()].sort((a, b) => a.seq - b.seq);
  return {
    messages,
    last,
    held,
    head: Math.max(history.head, last, held[held.length - 1]?.seq ?? 0),
    drafts: history.drafts.filter((draft) => !stored.has(draft.ref)),
  };
}

/** The server says that its last message is `seq`. */
export function headKnown<M extends Stored>(history: History<M>, seq: number): History<M> {
  return seq > history.head ? { ...history, head: seq } : history;
}

/** What to fetch: everything after this seq; `null` when nothing is missing. */
export function missingSince<M extends Stored>(history: History<M>): number | null {
  return history.head > history.last ? history.last : null;
}

/** Something was written here; written again under the same ref, it is on its way again. */
export function written<M extends Stored>(
  history: History<M>,
  draft: { readonly ref: string; readonly text: string; readonly at: number },
): History<M> {
  if (isStored(history, draft.ref)) return history;
  if (history.drafts.some((each) => each.ref === draft.ref && each.stored)) return history;
  const fresh: Draft = { ref: draft.ref, text: draft.text, at: draft.at, stored: false, failure: null };
  const known = history.drafts.some((each) => each.ref === draft.ref);
  return {
    ...history,
    drafts: known
      ? history.drafts.map((each) => (each.ref === draft.ref ? { ...fresh, at: each.at } : each))
      : [...history.drafts, fresh],
  };
}

/** The server will not store it. A message that is stored all the same stays as it is. */
export function refused<M extends Stored>(
  history: History<M>,
  ref: string,
  failure: { readonly code: string; readonly message: string },
): History<M> {
  return {
    ...history,
    drafts: history.drafts.map((each) =>
      each.ref === ref && !each.stored ? { ...each, failure } : each,
    ),
  };
}

/** The writer took it back. */
export function withdrawn<M extends Stored>(history: History<M>, ref: string): History<M> {
  return { ...history, drafts: history.drafts.filter((each) => each.ref !== ref) };
}

/** The server acknowledged `ref` as `seq`. The message itself follows: until then the draft
 * stays in its place, and the head says what is missing. */
export function acknowledged<M extends Stored>(
  history: History<M>,
  ref: string,
  seq: number | null,
): History<M> {
  const known = seq === null ? history : headKnown(history, seq);
  return {
    ...known,
    drafts: known.drafts.map((each) =>
      each.ref === ref ? { ...each, stored: true, failure: null } : each,
    ),
  };
}

export function isStored<M extends Stored>(history: History<M>, ref: string): boolean {
  return (
    history.messages.some((each) => each.ref === ref) || history.held.some((each) => each.ref === ref)
  );
}

/** The thread as it is shown: what is stored, then what is on its way.
 *
 * `mine` says which kind one writes oneself, `readByOthers` how far the other side has read.
 */
export function entries<M extends Stored>(
  history: History<M>,
  mine: Kind,
  readByOthers: number,
): readonly Entry<M>[] {
  return [
    ...history.messages.map(
      (message): Entry<M> => ({
        type: "message",
        key: message.ref,
        message,
        state: message.kind === mine ? (message.seq <= readByOthers ? "seen" : "sent") : null,
      }),
    ),
    ...history.drafts.map(
      (draft): Entry<M> => ({
        type: "draft",
        key: draft.ref,
        draft,
        state: draft.stored ? "sent" : draft.failure ? "failed" : "sending",
      }),
    ),
  ];
}
