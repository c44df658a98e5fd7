import { describe, expect, test } from "vitest";
import {
  calls,
  colleagues,
  lists,
  powers,
  waitsSince,
} from "../../../wagtail_livechat/static_src/console/lists";
import { nothingYet, type State, told } from "../../../wagtail_livechat/static_src/console/state";
import type { ConversationCard, StaffReady } from "../../../wagtail_livechat/static_src/protocol";
import { agent, ANNA, BRUNO, card, mine, NOW, ready, site } from "./factories";

function desk(cards: readonly ConversationCard[], more: Partial<StaffReady> = {}): State {
  return told(nothingYet, ready(cards, more), NOW);
}

const labels = (cards: readonly ConversationCard[]): string[] => cards.map((each) => each.label);

describe("the lists", () => {
  test("each conversation is in the list that says who answers it", () => {
    const all = lists(
      desk([
        card(1),
        mine(2),
        mine(3, { agent: BRUNO }),
        card(4, { state: "closed" }),
      ]),
    );
    expect(labels(all.waiting)).toEqual(["1"]);
    expect(labels(all.mine)).toEqual(["2"]);
    expect(labels(all.team)).toEqual(["3"]);
    expect(labels(all.closed)).toEqual(["4"]);
  });

  test("an active conversation that lost its agent is the team's", () => {
    expect(labels(lists(desk([mine(1, { agent: null })])).team)).toEqual(["1"]);
  });

  test("who has waited longest comes first", () => {
    const all = lists(
      desk([
        card(1, { waiting_since: NOW - 10_000 }),
        card(2, { waiting_since: NOW - 90_000 }),
        card(3, { waiting_since: NOW - 30_000 }),
      ]),
    );
    expect(labels(all.waiting)).toEqual(["2", "3", "1"]);
  });

  test("own conversations where the visitor waits for a word come before the others", () => {
    const all = lists(
      desk([
        mine(1, { last_at: NOW }),
        mine(2, { waiting_since: NOW - 5_000, last_at: NOW }),
        mine(3, { waiting_since: NOW - 9_000, last_at: NOW - 9_000 }),
        mine(4, { last_at: NOW - 1_000 }),
      ]),
    );
    expect(labels(all.mine)).toEqual(["3", "2", "1", "4"]);
  });

  test("of the closed ones, the last to end comes first", () => {
    const all = lists(
      desk([
        card(1, { state: "closed", last_at: NOW - 9_000 }),
        card(2, { state: "closed", last_at: NOW - 1_000 }),
      ]),
    );
    expect(labels(all.closed)).toEqual(["2", "1"]);
  });

  test("nobody waits in a closed conversation", () => {
    expect(waitsSince(card(1, { state: "closed" }))).toBeNull();
  });
});

describe("a conversation whose agent is gone", () => {
  const GONE = agent(3, "Carl", { present: false });
  const left = (more: Partial<ConversationCard> = {}) => mine(1, { agent: GONE, waiting_since: NOW - 5_000, ...more });

  test("waits again, in its place among the others, and calls", () => {
    const state = desk([card(2, { waiting_since: NOW - 9_000 }), left(), card(3, { waiting_since: NOW - 1_000 })]);
    expect(labels(lists(state).waiting)).toEqual(["2", "1", "3"]);
    expect(calls(state)).toEqual({ waiting: 3, unread: 0 });
  });

  test("can be picked up, answered and closed", () => {
    expect(powers(desk([]), left())).toMatchObject({ pickUp: true, reply: true, close: true });
  });

  test("stays the team's while the visitor has an answer, and can be taken over all the same", () => {
    const answered = left({ waiting_since: null });
    expect(labels(lists(desk([answered])).team)).toEqual(["1"]);
    expect(calls(desk([answered]))).toEqual({ waiting: 0, unread: 0 });
    expect(powers(desk([]), answered)).toMatchObject({ pickUp: true, reply: true, close: true });
  });

  test("what was heard of the agent since counts more than what the card says", () => {
    const withBruno = mine(1, { agent: BRUNO, waiting_since: NOW - 5_000 });
    const before = desk([withBruno]);
    expect(powers(before, withBruno)).toMatchObject({ pickUp: false, close: false });
    const after = told(before, { type: "agent.changed", agent: { ...BRUNO, present: false } }, NOW);
    expect(powers(after, withBruno)).toMatchObject({ pickUp: true, close: true });
    expect(labels(lists(after).waiting)).toEqual(["1"]);
  });

  test("is one's own while one is cut off oneself", () => {
    const me = { ...ANNA, present: false };
    const own = desk([mine(1, { agent: me, waiting_since: NOW })], { me, agents: [me] });
    expect(labels(lists(own).mine)).toEqual(["1"]);
    expect(powers(own, mine(1, { agent: me }))).toMatchObject({ pickUp: false, reply: true });
  });
});

describe("what calls for this agent", () => {
  test("those who wait, and own conversations with something unread", () => {
    const state = desk([card(1), card(2), mine(3, { unread: 4 }), mine(4, { unread: 0 }), mine(5, { agent: BRUNO })]);
    expect(calls(state)).toEqual({ waiting: 2, unread: 1 });
  });

  test("a site where one may only read does not call", () => {
    const sites = [site(1, "Bookshop", { can_reply: false })];
    expect(calls(desk([card(1), mine(2)], { sites }))).toEqual({ waiting: 0, unread: 0 });
  });
});

describe("what an agent may do", () => {
  const state = desk([]);

  test("a waiting conversation may be picked up, or answered at once", () => {
    expect(powers(state, card(1))).toMatchObject({ pickUp: true, reply: true, reopen: false });
  });

  test("a colleague's conversation takes notes, no replies", () => {
    expect(powers(state, mine(1, { agent: BRUNO }))).toMatchObject({
      reply: false,
      note: true,
      pickUp: false,
      close: false,
    });
  });

  test("a closed one may be reopened", () => {
    expect(powers(state, card(1, { state: "closed" }))).toMatchObject({ reopen: true, reply: false });
  });

  test("a site where one may only read allows nothing", () => {
    const reader = desk([], { sites: [site(1, "Bookshop", { can_reply: false })] });
    expect(Object.values(powers(reader, card(1)))).not.toContain(true);
  });
});

test("the colleagues who are here come first, and oneself is not among them", () => {
  const agents = [ANNA, agent(3, "Carl", { present: false }), agent(4, "Dora"), BRUNO];
  expect(colleagues(desk([], { agents })).map((each) => each.alias)).toEqual(["Bruno", "Dora", "Carl"]);
});
