// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection } from "../../../wagtail_livechat/static_src/connection";
import { App } from "../../../wagtail_livechat/static_src/console/App";
import { Desk } from "../../../wagtail_livechat/static_src/console/desk";
import { createDrafts } from "../../../wagtail_livechat/static_src/console/drafts";
import { isDone, lists, powers, waitsSince, calls, listNames } from "../../../wagtail_livechat/static_src/console/lists";
import { arrivals, nothingYet, type State, told } from "../../../wagtail_livechat/static_src/console/state";
import { Watch } from "../../../wagtail_livechat/static_src/console/visitors/watch";
import type { AgentCommand, AgentUpdate, ConversationCard } from "../../../wagtail_livechat/static_src/protocol";
import { createStaffOutbox } from "../../../wagtail_livechat/static_src/staff/outbox";
import { FakeNetwork, FakePage, FakeStorage, uuid } from "../connection/fake";
import { card, message, mine, NOW, ready, site, thread } from "./factories";
import { readEnglish } from "./words";

const SITES = [site(1, "Bookshop", { has_signpost: true })];
const held = (number: number, more: Partial<ConversationCard> = {}): ConversationCard =>
  card(number, { state: "signpost", waiting_since: NOW - 1_000, ...more });
const state = (cards: readonly ConversationCard[], sites = SITES): State =>
  told(nothingYet, ready(cards, { sites }), NOW);

describe("what the signpost holds", () => {
  test("is in a list of its own, the newest first, and calls nobody", () => {
    const all = state([held(1, { last_at: NOW - 9_000 }), held(2, { last_at: NOW }), card(3)]);
    expect(lists(all).signpost.map((each) => each.label)).toEqual(["2", "1"]);
    expect(calls(all)).toEqual({ waiting: 1, unread: 0 });
    expect(waitsSince(held(1))).toBeNull();
    expect(arrivals(state([]), state([held(1)]))).toEqual([]);
  });

  test("a hand-over is an arrival among those that wait", () => {
    const after = state([card(1, { revision: 2, handed_over: "asked" })]);
    expect(arrivals(state([held(1)]), after).map((each) => each.label)).toEqual(["1"]);
  });

  test("the list is there where a site has a signpost, or it still holds something", () => {
    expect(listNames(state([]))).toContain("signpost");
    expect(listNames(state([], [site(1, "Bookshop")]))).not.toContain("signpost");
    expect(listNames(state([held(1)], [site(1, "Bookshop")]))).toContain("signpost");
  });

  test("may be picked up and answered; one's own may be given back", () => {
    const all = state([held(1), mine(2)]);
    expect(powers(all, held(1))).toMatchObject({ pickUp: true, reply: true, giveBack: false });
    expect(powers(all, mine(2))).toMatchObject({ pickUp: false, giveBack: true });
    expect(powers(state([mine(2)], [site(1, "Bookshop")]), mine(2)).giveBack).toBe(false);
    expect(isDone(all, mine(2), "give_back")).toBe(false);
    expect(isDone(all, held(2), "give_back")).toBe(true);
    expect(isDone(all, held(1), "pick_up")).toBe(false);
  });
});

describe("the console", () => {
  let network: FakeNetwork;
  let desk: Desk;
  let watch: Watch;

  beforeEach(() => {
    readEnglish();
    vi.useFakeTimers({ now: NOW });
    vi.stubGlobal("matchMedia", () => ({ matches: true }));
    network = new FakeNetwork();
    const storage = new FakeStorage();
    const outbox = createStaffOutbox("1", "tab", storage);
    watch = new Watch({
      now: Date.now,
      visible: () => true,
      onAccepted: () => true,
      remembered: { read: () => false, write: () => undefined },
    });
    desk = new Desk({
      drafts: createDrafts(storage, "1", Date.now),
      outbox,
      line: (wiring) =>
        createConnection<AgentCommand, AgentUpdate>({
          socketUrl: () => "ws://shop.test/staff/",
          exchange: null,
          hello: () => ({ type: "staff.hello", v: 1, open: wiring.cursors() }),
          pong: { type: "pong" },
          ready: "staff.ready",
          outbox,
          ...wiring,
          page: new FakePage(),
          open: network.open,
          random: () => 0,
        }),
      sound: { wanted: () => false, want: () => undefined },
      language: "en",
      now: Date.now,
      watched: () => true,
      remembered: { read: () => null, write: () => undefined },
    });
  });

  afterEach(() => {
    desk.stop();
    cleanup();
    vi.useRealTimers();
  });

  const app = () => (
    <App view={desk.view} desk={desk} watching={watch.view} visitors={watch} greeting={() => ""} />
  );
  const settled = () => vi.advanceTimersByTimeAsync(0);
  async function opens(cards: readonly ConversationCard[]): Promise<void> {
    const { rerender } = render(app());
    desk.subscribe(() => rerender(app()));
    desk.start();
    await settled();
    network.socket.opens();
    await settled();
    network.socket.says(ready(cards, { sites: SITES }));
    await settled();
  }
  async function tells(update: AgentUpdate): Promise<void> {
    network.socket.says(update);
    await settled();
  }

  test("shows the dialogue with the answers that failed, and why a person was asked", async () => {
    const of = card(1, { handed_over: "not_helped", failed: [2], email: "reader@example.org", last_seq: 4 });
    await opens([of]);
    desk.open(of.id);
    await settled();
    const guidance = {
      cards: [
        { kind: "page", title: "Opening hours", url: "/hours/", picture: null, text: "On Sunday" },
        { kind: "page", title: "Gone", url: "", picture: null, text: "" },
      ],
      choices: [],
      pieces: [],
    } as const;
    await tells(
      thread(of, [
        message(1),
        message(2, { kind: "signpost", text: "These pages may help:", guidance }),
        message(3),
        message(4, { kind: "signpost", text: "Another", guidance: { cards: [], choices: ["A", "B"], pieces: [] } }),
      ]),
    );
    const log = screen.getByRole("log");
    expect(within(log).getAllByText("Did not help")).toHaveLength(1);
    expect(within(log).getAllByText("Signpost (automatic)")).toHaveLength(2);
    expect(within(log).getByRole("link", { name: /Opening hours/ })).toBeTruthy();
    expect(within(log).queryByRole("link", { name: /Gone/ })).toBeNull();
    expect(within(log).getByText("B")).toBeTruthy();
    const head = document.querySelector(".lc-head")!.textContent;
    expect(head).toContain("The visitor said that the signpost did not help.");
    expect(head).toContain("1 answer did not help.");
    expect(head).toContain("reader@example.org");
  });

  test("what the signpost holds is read in its list, and picked up there", async () => {
    await opens([held(1)]);
    fireEvent.click(screen.getByRole("tab", { name: /Signpost/ }));
    await settled();
    fireEvent.click(screen.getByRole("button", { name: /Visitor 1/ }));
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Pick up" }));
    await settled();
    expect(network.socket.asked("conversation.pick_up")).toMatchObject([{ conversation: uuid(1) }]);
  });

  test("gives one's own back", async () => {
    await opens([mine(1)]);
    desk.open(uuid(1));
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Give back to the signpost" }));
    await settled();
    expect(network.socket.asked("conversation.give_back")).toMatchObject([{ conversation: uuid(1) }]);
    expect(screen.getByRole("button", { name: "Giving back…" }).getAttribute("aria-disabled")).toBe("true");
    await tells({ type: "card.changed", card: held(1, { revision: 3 }) });
    expect(screen.queryByRole("button", { name: /iv(e|ing) back/ })).toBeNull();
    expect(document.querySelector(".lc-head")!.textContent).toContain("The signpost answers");
  });
});
