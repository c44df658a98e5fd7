import { describe, expect, test } from "vitest";
import {
  caughtUp,
  cursorOf,
  followed,
  heard,
  missedSince,
  noteWritten,
  replyWritten,
  standing,
  type Threads,
  withGaps,
  writingRefused,
  writingWithdrawn,
} from "../../../wagtail_livechat/static_src/console/threads";
import type { AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../connection/fake";
import { card, message, mine, note, NOW, thread } from "./factories";

const ID = uuid(1);
const OPEN = followed(new Map(), ID);

function after(...updates: AgentUpdate[]): Threads {
  return updates.reduce(heard, OPEN);
}

function texts(threads: Threads): string[] {
  return threads.get(ID)?.history.messages.map((each) => each.text) ?? [];
}

const said = (seq: number): AgentUpdate => ({ type: "thread.message", conversation: ID, message: message(seq) });

describe("following a conversation", () => {
  test("what is not followed stays unknown", () => {
    expect(heard(OPEN, thread(card(2), [message(1)])).has(uuid(2))).toBe(false);
  });

  test("messages show once and in order, whatever comes twice or early", () => {
    const threads = after(thread(mine(1, { last_seq: 2 }), [message(1), message(2)]), said(2), said(4), said(3), said(4));
    expect(texts(threads)).toEqual(["message 1", "message 2", "message 3", "message 4"]);
  });

  test("a head without its message is a gap, in whatever frame it came", () => {
    const loaded = after(thread(mine(1), [message(1)]));
    expect(withGaps(loaded)).toEqual([]);
    const heads: AgentUpdate[] = [
      { type: "heartbeat", heads: [{ conversation: ID, seq: 2 }] },
      { type: "card.changed", card: mine(1, { last_seq: 2 }) },
      said(3),
    ];
    for (const update of heads) expect(withGaps(heard(loaded, update))).toEqual([ID]);
  });

  test("a cut batch leaves a gap to ask for", () => {
    expect(withGaps(after(thread(mine(1, { last_seq: 3 }), [message(1)], { more: true })))).toEqual([ID]);
  });

  test("the cursor says how far messages and notes were read", () => {
    const threads = after(thread(mine(1, { last_seq: 2 }), [message(1), message(2)], { notes: [note(1)] }));
    expect(cursorOf(ID, threads.get(ID)!)).toEqual({ conversation: ID, since: 2, notes_since: 1 });
  });

  test("notes show once, in the order of their numbers", () => {
    const threads = after(
      thread(mine(1), [message(1)], { notes: [note(2)] }),
      { type: "note.added", conversation: ID, note: note(1) },
      { type: "note.added", conversation: ID, note: note(2) },
    );
    expect(threads.get(ID)?.notes.map((each) => each.number)).toEqual([1, 2]);
  });
});

describe("what is written here", () => {
  const draft = { ref: uuid(9), text: "One moment", at: NOW };

  test("a reply on its way gives its place to the stored one", () => {
    const threads = replyWritten(OPEN, ID, draft);
    expect(threads.get(ID)?.history.drafts).toHaveLength(1);
    const stored = heard(threads, {
      type: "thread.message",
      conversation: ID,
      message: message(1, { ref: draft.ref, kind: "agent", text: draft.text }),
    });
    expect(stored.get(ID)?.history.drafts).toEqual([]);
    expect(texts(stored)).toEqual(["One moment"]);
  });

  test("a note on its way gives its place to the stored one, and leaves the messages alone", () => {
    const threads = heard(noteWritten(OPEN, ID, draft), {
      type: "ack",
      ref: draft.ref,
      conversation: ID,
      seq: 40,
      at: NOW,
    });
    // A note's number is not a place in the thread: nothing is missing there.
    expect(threads.get(ID)?.history.head).toBe(0);
    const stored = heard(threads, {
      type: "note.added",
      conversation: ID,
      note: note(40, { ref: draft.ref }),
    });
    expect(stored.get(ID)?.noteDrafts).toEqual([]);
    expect(stored.get(ID)?.notes).toHaveLength(1);
  });

  test("a reply that was acknowledged but not shown is asked for", () => {
    const loaded = after(thread(mine(1), [message(1)]));
    const threads = heard(replyWritten(loaded, ID, draft), {
      type: "ack",
      ref: draft.ref,
      conversation: ID,
      seq: 2,
      at: NOW,
    });
    expect(withGaps(threads)).toEqual([ID]);
  });

  test("what was refused says why, and can be taken back", () => {
    const failure = { code: "closed", message: "It is closed." };
    const refused = writingRefused(replyWritten(OPEN, ID, draft), draft.ref, failure);
    expect(refused.get(ID)?.history.drafts[0]?.failure).toEqual(failure);
    expect(writingWithdrawn(refused, draft.ref).get(ID)?.history.drafts).toEqual([]);
    const note = writingRefused(noteWritten(OPEN, ID, draft), draft.ref, failure);
    expect(note.get(ID)?.noteDrafts[0]?.failure).toEqual(failure);
  });
});

describe("what was missed", () => {
  test("begins after the last message that was there when the line was lost", () => {
    const before = after(thread(mine(1, { last_seq: 2 }), [message(1), message(2)]));
    const back = missedSince(before, standing(before));
    expect(back.get(ID)?.missedAfter).toBe(2);
    expect(caughtUp(back, ID).get(ID)?.missedAfter).toBeNull();
  });

  test("a second loss does not move what was not yet taken note of", () => {
    const before = after(thread(mine(1), [message(1)]));
    const back = heard(missedSince(before, standing(before)), said(2));
    expect(missedSince(back, standing(back)).get(ID)?.missedAfter).toBe(1);
  });
});
