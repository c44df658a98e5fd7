import { describe, expect, test } from "vitest";
import { type Line, linesOf } from "../../../wagtail_livechat/static_src/console/lines";
import {
  followed,
  heard,
  missedSince,
  newlyFollowed,
  noteWritten,
  replyWritten,
} from "../../../wagtail_livechat/static_src/console/threads";
import type { Note, ThreadMessage } from "../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../connection/fake";
import { message, mine, note, NOW, thread } from "./factories";

const ID = uuid(1);

function lines(messages: readonly ThreadMessage[], notes: readonly Note[] = [], read = 0): readonly Line[] {
  const card = mine(1, { last_seq: messages.length, read_by_visitor: read });
  const threads = heard(followed(new Map(), ID), thread(card, messages, { notes }));
  return linesOf(threads.get(ID) ?? newlyFollowed, card);
}

const kinds = (all: readonly Line[]): string[] => all.map((line) => line.type);
const ours = (seq: number): ThreadMessage =>
  message(seq, { kind: "agent", sender: { alias: "Anna", avatar: null }, wrote: "anna" });

describe("the lines of a conversation", () => {
  test("a day is named where it begins", () => {
    const all = lines([message(1, { at: NOW }), message(2, { at: NOW + 24 * 3_600_000 })]);
    expect(kinds(all)).toEqual(["day", "message", "day", "message"]);
  });

  test("a note stands where it was written, and the messages keep their order", () => {
    const all = lines(
      [message(1, { at: NOW }), message(2, { at: NOW - 5_000 }), message(3, { at: NOW + 9_000 })],
      [note(1, { at: NOW + 5_000 })],
    );
    expect(kinds(all)).toEqual(["day", "message", "message", "note", "message"]);
  });

  test("what is on its way comes last", () => {
    const card = mine(1);
    let threads = heard(followed(new Map(), ID), thread(card, [message(1)]));
    threads = noteWritten(threads, ID, { ref: uuid(8), text: "a note", at: 0 });
    threads = replyWritten(threads, ID, { ref: uuid(9), text: "a reply", at: 0 });
    const drafts = linesOf(threads.get(ID)!, card).filter((line) => line.type === "draft");
    expect(drafts.map((line) => line.of)).toEqual(["reply", "note"]);
  });

  test("several messages of one person in a row carry one name and one foot", () => {
    const all = lines([message(1), message(2), ours(3)]).filter((line) => line.type === "message");
    expect(all.map((line) => [line.goesOn, line.leadsOn])).toEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
  });

  test("where the visitor stopped reading, each of our messages says so", () => {
    const all = lines([ours(1), ours(2)], [], 1).filter((line) => line.type === "message");
    expect(all.map((line) => [line.state, line.leadsOn])).toEqual([
      ["seen", false],
      ["sent", false],
    ]);
  });

  test("what was missed is set apart", () => {
    const card = mine(1, { last_seq: 2 });
    let threads = heard(followed(new Map(), ID), thread(card, [message(1)]));
    threads = heard(missedSince(threads, new Map([[ID, 1]])), thread(card, [message(2)]));
    expect(kinds(linesOf(threads.get(ID)!, card))).toEqual(["day", "message", "missed", "message"]);
  });

  test("a loss during which nothing was said leaves no mark", () => {
    const card = mine(1);
    const threads = heard(followed(new Map(), ID), thread(card, [message(1)]));
    expect(kinds(linesOf(missedSince(threads, new Map([[ID, 1]])).get(ID)!, card))).toEqual(["day", "message"]);
  });
});
