/* The lines of one conversation as they are shown: messages, notes, what is on its way, days. */
import type { ConversationCard, Note, ThreadMessage } from "../protocol";
import { type Draft, entries } from "../thread";
import type { Following } from "./threads";
import { sameDay } from "./time";

export type Line =
  | { readonly type: "day"; readonly key: string; readonly at: number }
  | { readonly type: "missed"; readonly key: string }
  | {
      readonly type: "message";
      readonly key: string;
      readonly at: number;
      readonly message: ThreadMessage;
      readonly state: "sent" | "seen" | null;
      /** Follows another of the same person within a short while: needs no name again. */
      readonly goesOn: boolean;
      /** Another one follows it in that way, and says the rest. */
      readonly leadsOn: boolean;
    }
  | { readonly type: "note"; readonly key: string; readonly at: number; readonly note: Note }
  | {
      readonly type: "draft";
      readonly key: string;
      readonly at: number;
      readonly of: "reply" | "note";
      readonly draft: Draft;
    };

const GOES_ON_MS = 3 * 60_000;

export function linesOf(thread: Following, card: ConversationCard | undefined): readonly Line[] {
  const stored: Line[] = [];
  const underway: Line[] = [];
  for (const entry of entries(thread.history, "agent", card?.read_by_visitor ?? 0)) {
    if (entry.type === "message") {
      stored.push({
        type: "message",
        key: entry.key,
        at: entry.message.at,
        message: entry.message,
        state: entry.state,
        goesOn: false,
        leadsOn: false,
      });
    } else {
      underway.push({ type: "draft", key: entry.key, at: entry.draft.at, of: "reply", draft: entry.draft });
    }
  }
  const notes = thread.notes.map(
    (note): Line => ({ type: "note", key: note.ref, at: note.at, note }),
  );
  for (const draft of thread.noteDrafts) {
    underway.push({ type: "draft", key: draft.ref, at: draft.at, of: "note", draft });
  }
  return withDividers([...merged(stored, notes), ...underway], thread.missedAfter);
}

/** Notes between the messages by time; the messages keep the order of their seq. */
function merged(messages: readonly Line[], notes: readonly Line[]): readonly Line[] {
  const all: Line[] = [];
  let next = 0;
  for (const message of messages) {
    while (next < notes.length && atOf(notes[next]) < atOf(message)) all.push(notes[next++] as Line);
    all.push(message);
  }
  return [...all, ...notes.slice(next)];
}

function withDividers(lines: readonly Line[], missedAfter: number | null): readonly Line[] {
  const all: Line[] = [];
  let missed = missedAfter;
  let before: Line | null = null;
  for (const line of lines) {
    const at = atOf(line);
    if (!before || !sameDay(atOf(before), at)) {
      all.push({ type: "day", key: `day-${new Date(at).toDateString()}-${all.length}`, at });
      before = null;
    }
    if (missed !== null && line.type === "message" && line.message.seq > missed) {
      all.push({ type: "missed", key: "missed" });
      missed = null;
      before = null;
    }
    const follows = line.type === "message" && goesOn(before, line);
    const above = all.at(-1);
    if (follows && above?.type === "message" && line.state === above.state) {
      all[all.length - 1] = { ...above, leadsOn: true };
    }
    all.push(line.type === "message" ? { ...line, goesOn: follows } : line);
    before = line;
  }
  return all;
}

function goesOn(before: Line | null, line: Extract<Line, { type: "message" }>): boolean {
  return (
    before?.type === "message" &&
    before.message.kind === line.message.kind &&
    line.message.kind !== "notice" &&
    before.message.sender?.alias === line.message.sender?.alias &&
    before.message.wrote === line.message.wrote &&
    line.at - before.at < GOES_ON_MS
  );
}

function atOf(line: Line | undefined): number {
  return line && "at" in line ? line.at : 0;
}
