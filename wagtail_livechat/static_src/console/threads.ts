/* What is in the conversations that this console follows: messages, notes, and what was missed.
 *
 * Messages go through the reducer that the visitor's side uses too (thread.ts). Notes have an
 * order of their own: they are not part of what the visitor reads.
 */
import type { AgentUpdate, Note, ThreadMessage } from "../protocol";
import {
  acknowledged,
  emptyHistory,
  headKnown,
  missingSince,
  received,
  refused,
  withdrawn,
  written,
  type Draft,
  type History,
} from "../thread";

export interface Following {
  readonly history: History<ThreadMessage>;
  /** In order of their number. */
  readonly notes: readonly Note[];
  /** Notes written here and not yet stored. */
  readonly noteDrafts: readonly Draft[];
  /** Whether the server has answered for this conversation at least once. */
  readonly loaded: boolean;
  /** The connection was lost when this was the last message: what follows it was missed. */
  readonly missedAfter: number | null;
}

/** By conversation. */
export type Threads = ReadonlyMap<string, Following>;

export const newlyFollowed: Following = {
  history: emptyHistory(),
  notes: [],
  noteDrafts: [],
  loaded: false,
  missedAfter: null,
};

export function followed(threads: Threads, conversation: string): Threads {
  return threads.has(conversation) ? threads : new Map(threads).set(conversation, newlyFollowed);
}

export function unfollowed(threads: Threads, conversation: string): Threads {
  const next = new Map(threads);
  next.delete(conversation);
  return next;
}

/** The threads once `update` was heard. What is not followed stays unknown. */
export function heard(threads: Threads, update: AgentUpdate): Threads {
  switch (update.type) {
    case "thread":
      return changed(threads, update.card.id, (thread) =>
        withNotes(
          {
            ...thread,
            loaded: true,
            // `more` says that the batch was cut: the head shows how much is still to come.
            history: headKnown(received(thread.history, update.messages), update.card.last_seq),
          },
          update.notes,
        ),
      );
    case "thread.message":
      return changed(threads, update.conversation, (thread) => ({
        ...thread,
        history: received(thread.history, [update.message]),
      }));
    case "note.added":
      return changed(threads, update.conversation, (thread) => withNotes(thread, [update.note]));
    case "card.changed":
      return changed(threads, update.card.id, (thread) => ({
        ...thread,
        history: headKnown(thread.history, update.card.last_seq),
      }));
    case "staff.ready":
      return update.cards.reduce(
        (all, card) =>
          changed(all, card.id, (thread) => ({
            ...thread,
            history: headKnown(thread.history, card.last_seq),
          })),
        threads,
      );
    case "heartbeat":
      return update.heads.reduce(
        (all, head) =>
          changed(all, head.conversation, (thread) => ({
            ...thread,
            history: headKnown(thread.history, head.seq),
          })),
        threads,
      );
    case "ack":
      return everywhere(threads, update.ref, (thread) => ({
        ...thread,
        // A note's number is no place in the thread.
        history: thread.history.drafts.some((draft) => draft.ref === update.ref)
          ? acknowledged(thread.history, update.ref, update.seq)
          : thread.history,
      }));
    case "refused":
    case "closed.cards":
    case "canned.found":
    case "canned.suggested":
    case "visitors.window":
    case "visit.trail":
    case "visit.gone":
    case "invitation.changed":
    case "agent.changed":
    case "thread.typing":
    case "error":
    case "bye":
    case "resync":
      return threads;
  }
}

/** A reply was written here, or is tried again. */
export function replyWritten(
  threads: Threads,
  conversation: string,
  draft: { readonly ref: string; readonly text: string; readonly at: number },
): Threads {
  return changed(followed(threads, conversation), conversation, (thread) => ({
    ...thread,
    history: written(thread.history, draft),
  }));
}

/** A note was written here, or is tried again. */
export function noteWritten(
  threads: Threads,
  conversation: string,
  draft: { readonly ref: string; readonly text: string; readonly at: number },
): Threads {
  return changed(followed(threads, conversation), conversation, (thread) => {
    if (thread.notes.some((note) => note.ref === draft.ref)) return thread;
    const fresh: Draft = { ...draft, stored: false, failure: null };
    const others = thread.noteDrafts.filter((each) => each.ref !== draft.ref);
    return { ...thread, noteDrafts: [...others, fresh] };
  });
}

/** What was written under `ref` will not be stored. */
export function writingRefused(
  threads: Threads,
  ref: string,
  failure: { readonly code: string; readonly message: string },
): Threads {
  return everywhere(threads, ref, (thread) => ({
    ...thread,
    history: refused(thread.history, ref, failure),
    noteDrafts: thread.noteDrafts.map((each) => (each.ref === ref ? { ...each, failure } : each)),
  }));
}

/** The writer took back what was refused. */
export function writingWithdrawn(threads: Threads, ref: string): Threads {
  return everywhere(threads, ref, (thread) => ({
    ...thread,
    history: withdrawn(thread.history, ref),
    noteDrafts: thread.noteDrafts.filter((each) => each.ref !== ref),
  }));
}

/** Where each thread stood, for when the connection was lost. */
export function standing(threads: Threads): ReadonlyMap<string, number> {
  return new Map(
    [...threads]
      .filter(([, thread]) => thread.loaded)
      .map(([conversation, thread]) => [conversation, thread.history.last]),
  );
}

/** What comes after `stood` was missed; what was missed before that still was. */
export function missedSince(threads: Threads, stood: ReadonlyMap<string, number>): Threads {
  let next = threads;
  for (const [conversation, last] of stood) {
    next = changed(next, conversation, (thread) =>
      thread.missedAfter === null ? { ...thread, missedAfter: last } : thread,
    );
  }
  return next;
}

/** The agent has taken note of what was missed. */
export function caughtUp(threads: Threads, conversation: string): Threads {
  if (threads.get(conversation)?.missedAfter == null) return threads;
  return changed(threads, conversation, (thread) => ({ ...thread, missedAfter: null }));
}

/** How far each conversation was read, for the server to go on from there. */
export interface CursorOf {
  readonly conversation: string;
  readonly since: number;
  readonly notes_since: number;
}

export function cursorOf(conversation: string, thread: Following): CursorOf {
  return {
    conversation,
    since: thread.history.last,
    notes_since: thread.notes.at(-1)?.number ?? 0,
  };
}

/** The conversations of which messages are known to be missing. */
export function withGaps(threads: Threads): readonly string[] {
  return [...threads]
    .filter(([, thread]) => thread.loaded && missingSince(thread.history) !== null)
    .map(([conversation]) => conversation);
}

/** What somebody wrote here under `ref` and that is not stored yet. */
export function draftOf(thread: Following, ref: string): Draft | undefined {
  return [...thread.history.drafts, ...thread.noteDrafts].find((draft) => draft.ref === ref);
}

function withNotes(thread: Following, news: readonly Note[]): Following {
  if (news.length === 0) return thread;
  const notes = new Map(thread.notes.map((note) => [note.number, note]));
  for (const note of news) notes.set(note.number, note);
  const refs = new Set(news.map((note) => note.ref));
  return {
    ...thread,
    notes: [...notes.values()].sort((a, b) => a.number - b.number),
    noteDrafts: thread.noteDrafts.filter((draft) => !refs.has(draft.ref)),
  };
}

function changed(
  threads: Threads,
  conversation: string,
  change: (thread: Following) => Following,
): Threads {
  const thread = threads.get(conversation);
  if (!thread) return threads;
  const next = change(thread);
  return next === thread ? threads : new Map(threads).set(conversation, next);
}

/** Change the one thread in which `ref` was written. */
function everywhere(
  threads: Threads,
  ref: string,
  change: (thread: Following) => Following,
): Threads {
  for (const [conversation, thread] of threads) {
    if (draftOf(thread, ref)) return changed(threads, conversation, change);
  }
  return threads;
}
