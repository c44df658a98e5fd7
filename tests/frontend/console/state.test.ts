import { describe, expect, test } from "vitest";
import { calls } from "../../../wagtail_livechat/static_src/console/lists";
import {
  arrivals,
  newer,
  nothingYet,
  runsShort,
  type State,
  told,
  TYPING_LASTS_MS,
  typingNow,
} from "../../../wagtail_livechat/static_src/console/state";
import type { AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../connection/fake";
import { agent, ANNA, BRUNO, card, message, mine, NOW, ready, thread } from "./factories";

function after(...updates: AgentUpdate[]): State {
  return updates.reduce((state, update) => told(state, update, NOW), nothingYet);
}

describe("what the server has told the console", () => {
  test("a fresh state names everybody, every site and every conversation", () => {
    const state = after(ready([card(1), mine(2)]));
    expect(state.me?.alias).toBe("Anna");
    expect([...state.cards.keys()]).toEqual([uuid(1), uuid(2)]);
    expect(state.sites.get(1)?.name).toBe("Bookshop");
  });

  test("a clock that is ahead of the server's is known to be", () => {
    expect(told(nothingYet, ready([]), NOW + 5_000).ahead).toBe(-5_000);
  });

  test("what a fresh state leaves out is gone, but a closed one that was fetched stays", () => {
    const closed = card(3, { state: "closed", revision: 4 });
    const state = after(
      ready([card(1), card(2)]),
      { type: "closed.cards", cards: [closed], more: false, ref: null },
      ready([card(1)]),
    );
    expect([...state.cards.keys()].sort()).toEqual([uuid(1), uuid(3)]);
    expect(state.olderClosed).toBe(false);
  });

  test("an older account of a conversation changes nothing", () => {
    const state = after(ready([mine(1, { revision: 5 })]), { type: "card.changed", card: card(1) });
    expect(state.cards.get(uuid(1))?.state).toBe("active");
  });

  test("updates in any order lead to the state that a fresh one tells", () => {
    const first = card(1);
    const second = mine(1, { last_seq: 2, read_by_staff: 1, unread: 1 });
    const third = mine(1, { last_seq: 3, read_by_staff: 3, unread: 0 });
    const inOrder = after(ready([first]), ...[second, third].map((each) => ({ type: "card.changed", card: each }) as const));
    const turned = after(ready([first]), ...[third, second].map((each) => ({ type: "card.changed", card: each }) as const));
    expect(inOrder.cards).toEqual(turned.cards);
    expect(inOrder.cards).toEqual(after(ready([third])).cards);
  });

  test("of two accounts of the same revision, what was read counts together", () => {
    const merged = newer(mine(1, { last_seq: 4, read_by_visitor: 2 }), mine(1, { last_seq: 3, read_by_visitor: 3 }));
    expect(merged).toMatchObject({ last_seq: 4, read_by_visitor: 3 });
  });

  test("a message read meanwhile is not unread again", () => {
    const read = mine(1, { last_seq: 4, read_by_staff: 4, unread: 0 });
    const late = mine(1, { last_seq: 4, read_by_staff: 2, unread: 2 });
    expect(newer(read, late).unread).toBe(0);
    expect(newer(late, read).unread).toBe(0);
  });

  test("an agent who changes is changed among the colleagues and as oneself", () => {
    const state = after(ready([]), { type: "agent.changed", agent: agent(1, "Anna", { availability: "away" }) });
    expect(state.me?.availability).toBe("away");
    expect(state.agents.get(1)?.availability).toBe("away");
    expect(state.agents.get(2)).toEqual(BRUNO);
  });

  test("a thread brings the card of a conversation that is in no list", () => {
    const state = after(ready([]), thread(card(7, { state: "closed" }), []));
    expect(state.cards.get(uuid(7))?.state).toBe("closed");
  });
});

describe("a list that was cut", () => {
  const picked: AgentUpdate = { type: "card.changed", card: mine(1) };

  test("it says how many more wait", () => {
    const state = after(ready([card(1)], { more_waiting: 7 }));
    expect(state.moreWaiting).toBe(7);
    expect(calls(state).waiting).toBe(8);
  });

  test("when it gets short, it is time to ask again", () => {
    expect(runsShort(after(ready([card(1)], { more_waiting: 7 }), picked), picked)).toBe(true);
    expect(runsShort(after(ready([card(1)]), picked), picked)).toBe(false);
    const many = Array.from({ length: 200 }, (_, n) => card(n + 1));
    expect(runsShort(after(ready(many, { more_waiting: 7 }), picked), picked)).toBe(false);
    const fresh = ready([card(1)], { more_waiting: 7 });
    expect(runsShort(after(fresh), fresh)).toBe(false);
  });
});

describe("who is writing", () => {
  const typing = (active: boolean, alias: string | null = null): AgentUpdate => ({
    type: "thread.typing",
    conversation: uuid(1),
    active,
    alias,
  });

  test("a visitor who writes is shown, until six seconds have passed", () => {
    const state = after(ready([mine(1)]), typing(true));
    expect(typingNow(state, uuid(1), NOW)).toHaveLength(1);
    expect(typingNow(state, uuid(1), NOW + TYPING_LASTS_MS)).toHaveLength(0);
  });

  test("a visitor who stops, or sends, writes no longer", () => {
    expect(typingNow(after(ready([]), typing(true), typing(false)), uuid(1), NOW)).toEqual([]);
    const sent: AgentUpdate = { type: "thread.message", conversation: uuid(1), message: message(1) };
    expect(typingNow(after(ready([]), typing(true), sent), uuid(1), NOW)).toEqual([]);
  });

  test("a colleague who writes is named, oneself is not", () => {
    const state = after(ready([]), typing(true, BRUNO.alias), typing(true, ANNA.alias));
    expect(typingNow(state, uuid(1), NOW).map((typist) => typist.alias)).toEqual(["Bruno"]);
  });
});

describe("what is new", () => {
  test("a conversation that begins to wait arrives once", () => {
    const before = after(ready([]));
    const then = told(before, { type: "card.changed", card: card(1) }, NOW);
    expect(arrivals(before, then).map((each) => each.id)).toEqual([uuid(1)]);
    const still = told(then, { type: "card.changed", card: card(1, { last_seq: 2 }) }, NOW);
    expect(arrivals(then, still)).toEqual([]);
  });

  test("one that waits again after it was answered arrives again", () => {
    const before = after(ready([mine(1)]));
    const then = told(before, { type: "card.changed", card: card(1, { revision: 3 }) }, NOW);
    expect(arrivals(before, then)).toHaveLength(1);
  });

  test("those that were left out of a long list are no news when they are listed", () => {
    const before = after(ready([card(1)], { more_waiting: 2 }));
    const listed = [2, 3].map((n) => card(n, { waiting_since: NOW - 61_000 }));
    const then = told(before, ready([card(1), ...listed, card(4, { waiting_since: NOW })]), NOW);
    expect(arrivals(before, then).map((each) => each.id)).toEqual([uuid(4)]);
  });

  test("those that waited before the console opened are no news", () => {
    expect(arrivals(nothingYet, after(ready([card(1)])))).toEqual([]);
  });
});
