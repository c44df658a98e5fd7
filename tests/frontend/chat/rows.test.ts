import { describe, expect, test } from "vitest";
import { type Row, rows, type Said } from "../../../wagtail_livechat/static_src/chat/rows";
import type { Message } from "../../../wagtail_livechat/static_src/protocol";
import { emptyHistory, entries, received, refused, written } from "../../../wagtail_livechat/static_src/thread";
import { message, NOON } from "./samples";

const MINUTE = 60_000;
const arranged = (messages: readonly Message[], read = 0): readonly Row[] =>
  rows(entries(received(emptyHistory<Message>(), messages), "visitor", read));
const said = (all: readonly Row[]): Said[] => all.flatMap((row) => (row.type === "said" ? [row] : []));

describe("the thread, arranged for reading", () => {
  test("each day begins with its date, once", () => {
    const yesterday = NOON - 24 * 60 * MINUTE;
    const all = arranged([message(1, { at: yesterday }), message(2, { at: yesterday + 1 }), message(3, { at: NOON })]);
    expect(all.map((row) => row.type)).toEqual(["day", "said", "said", "day", "said"]);
  });

  test("what one person said in a row stands together", () => {
    const all = said(arranged([message(1), message(2), message(3, { kind: "visitor" })]));
    expect(all.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  test.each([
    ["a pause", message(2, { at: NOON + 6 * MINUTE })],
    ["another agent", message(2, { sender: { alias: "Noé", avatar: null } })],
    ["a notice", message(2, { kind: "notice", notice: "closed_by_agent" })],
  ])("%s parts them", (_what, second) => {
    expect(said(arranged([message(1), second]))[0]!.last).toBe(true);
  });

  test("only the newest of one's own tells whether it was seen", () => {
    const mine = said(arranged([message(1, { kind: "visitor" }), message(2, { kind: "visitor" })], 2));
    expect(mine.map(({ state, tellsState }) => [state, tellsState])).toEqual([
      ["seen", false],
      ["seen", true],
    ]);
  });

  test("a failed one always tells", () => {
    let history = written(emptyHistory<Message>(), { ref: "a", text: "A", at: NOON });
    history = refused(history, "a", { code: "x", message: "Why." });
    history = written(history, { ref: "b", text: "B", at: NOON });
    const mine = said(rows(entries(history, "visitor", 0)));
    expect(mine[0]).toMatchObject({ state: "failed", failure: "Why.", tellsState: true, last: true });
  });

  test("a card stands in its row with its title as the text", () => {
    const card = { kind: "page", title: "Opening hours", url: "/hours/", picture: null, text: "" } as const;
    const [row] = said(arranged([message(1, { text: card.title, card })]));
    expect([row!.card, row!.text]).toEqual([card, "Opening hours"]);
  });
});
