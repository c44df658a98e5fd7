import { describe, expect, test } from "vitest";
import {
  acknowledged,
  emptyHistory,
  entries,
  headKnown,
  type History,
  isStored,
  missingSince,
  received,
  refused,
  type Stored,
  withdrawn,
  written,
} from "../../wagtail_livechat/static_src/thread";

const message = (seq: number, ref = `ref-${seq}`, kind: Stored["kind"] = "agent"): Stored => ({
  seq,
  ref,
  kind,
  text: `message ${seq}`,
  at: seq,
});
const empty = emptyHistory<Stored>();
const seqs = (history: History<Stored>): number[] => history.messages.map((each) => each.seq);
const states = (history: History<Stored>, read = 0): (string | null)[] =>
  entries(history, "visitor", read).map((entry) => entry.state);
const draft = { ref: "mine", text: "Hello", at: 1 };

describe("a thread", () => {
  test("messages stand in the order of seq, each once, however they arrive", () => {
    let history = empty;
    for (const seq of [3, 1, 1, 2, 3, 5, 2, 4]) history = received(history, [message(seq)]);
    expect(seqs(history)).toEqual([1, 2, 3, 4, 5]);
    expect(history.held).toEqual([]);
  });

  test("history replayed twice is the same history", () => {
    const all = [1, 2, 3].map((seq) => message(seq));
    expect(received(received(empty, all), all)).toEqual(received(empty, all));
  });

  test("what arrives before its time is held, and what is missing is asked for", () => {
    const history = received(empty, [message(1), message(4)]);
    expect(seqs(history)).toEqual([1]);
    expect(missingSince(history)).toBe(1);
    expect(missingSince(received(history, [message(2), message(3)]))).toBeNull();
  });

  test("a heartbeat shows that the tail was lost", () => {
    expect(missingSince(headKnown(received(empty, [message(1)]), 2))).toBe(1);
  });

  test("the stored message takes the place of what was being sent", () => {
    const history = written(empty, draft);
    expect(states(history)).toEqual(["sending"]);
    const stored = received(history, [message(1, "mine", "visitor")]);
    expect(states(stored)).toEqual(["sent"]);
    expect(states(stored, 1)).toEqual(["seen"]);
  });

  test("an acknowledged one shows as sent before it comes back", () => {
    const history = acknowledged(written(empty, draft), "mine", 1);
    expect(states(history)).toEqual(["sent"]);
    expect(missingSince(history)).toBe(0);
  });

  test("a stored message is never shown as failed", () => {
    const failure = { code: "busy", message: "Busy." };
    const stored = received(written(empty, draft), [message(1, "mine", "visitor")]);
    expect(states(refused(stored, "mine", failure))).toEqual(["sent"]);
    const acked = acknowledged(written(empty, draft), "mine", 1);
    expect(states(refused(acked, "mine", failure))).toEqual(["sent"]);
    const failed = refused(written(empty, draft), "mine", failure);
    expect(states(failed)).toEqual(["failed"]);
    expect(states(acknowledged(failed, "mine", 1))).toEqual(["sent"]);
    expect(states(received(failed, [message(1, "mine", "visitor")]))).toEqual(["sent"]);
  });

  test("a stored message is not written again by a storage that still holds it", () => {
    const stored = received(empty, [message(1, "mine", "visitor")]);
    expect(written(stored, draft)).toEqual(stored);
    expect(isStored(stored, "mine")).toBe(true);
  });

  test("a failed one can be tried again, or taken back", () => {
    const failed = refused(written(empty, draft), "mine", { code: "x", message: "y" });
    expect(states(written(failed, draft))).toEqual(["sending"]);
    expect(states(withdrawn(failed, "mine"))).toEqual([]);
  });

  test("two written after one another stay in that order", () => {
    const history = written(written(empty, draft), { ref: "second", text: "you", at: 2 });
    expect(entries(history, "visitor", 0).map((entry) => entry.key)).toEqual(["mine", "second"]);
  });

  test("what others wrote has no state of ours", () => {
    expect(states(received(empty, [message(1)]))).toEqual([null]);
  });
});
