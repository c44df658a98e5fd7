// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection } from "../../../../wagtail_livechat/static_src/connection";
import { Composer } from "../../../../wagtail_livechat/static_src/console/Composer";
import { Desk } from "../../../../wagtail_livechat/static_src/console/desk";
import { createDrafts } from "../../../../wagtail_livechat/static_src/console/drafts";
import type { AgentCommand, AgentUpdate, CannedReply } from "../../../../wagtail_livechat/static_src/protocol";
import { createStaffOutbox } from "../../../../wagtail_livechat/static_src/staff/outbox";
import { FakeNetwork, FakePage, FakeStorage, uuid } from "../../connection/fake";
import { message, mine, NOW, ready, thread } from "../factories";
import { readEnglish } from "../words";
import { reply } from "./factories";

const ID = uuid(1);
const HOURS = reply(1, "We open at nine.", { title: "Opening hours", shortcut: "hours" });
const RETURNS = reply(2, "Within a month.", { title: "Returns" });
const PAGE = reply(3, "See {{page.link}} please", { title: "The page", missing: ["page.link"] });
const MAP = reply(4, "Find us here:", { cards: [{ kind: "page", id: 7, title: "Find us" }] });

let network: FakeNetwork;
let desk: Desk;

beforeEach(async () => {
  readEnglish();
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  network = new FakeNetwork();
  const storage = new FakeStorage();
  const outbox = createStaffOutbox("1", "tab", storage);
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
        onUpdate: wiring.onUpdate,
        onStatus: wiring.onStatus,
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
  desk.start();
  await settled();
  network.socket.opens();
  await settled();
  await tells(ready([mine(1)]));
  desk.open(ID);
  await tells(thread(mine(1), [message(1)]));
  const view = render(<Drawn />);
  desk.subscribe(() => view.rerender(<Drawn />));
  field().focus();
});

afterEach(() => {
  cleanup();
  desk.stop();
  vi.useRealTimers();
});

function Drawn() {
  return <Composer view={desk.view} desk={desk} card={desk.view.state.cards.get(ID)!} />;
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(20);
}

async function tells(...updates: AgentUpdate[]): Promise<void> {
  for (const update of updates) network.socket.says(update);
  await settled();
}

function asked<T extends AgentCommand["type"]>(type: T): Extract<AgentCommand, { type: T }>[] {
  return network.sockets.flatMap((socket) => socket.asked(type)) as unknown as Extract<AgentCommand, { type: T }>[];
}

function field(): HTMLTextAreaElement {
  return screen.getByRole("textbox");
}

async function types(text: string): Promise<void> {
  const box = field();
  box.value = text;
  box.setSelectionRange(text.length, text.length);
  fireEvent.input(box);
  await settled();
}

async function presses(key: string): Promise<void> {
  fireEvent.keyDown(field(), { key });
  await settled();
}

async function finds(...replies: CannedReply[]): Promise<void> {
  const { ref } = asked("canned.search").at(-1)!;
  await tells({ type: "canned.found", conversation: ID, replies, ref });
}

async function suggests(...replies: CannedReply[]): Promise<void> {
  const { ref } = asked("canned.suggest").at(-1)!;
  await tells({ type: "canned.suggested", conversation: ID, seq: 1, replies, ref });
}

const send = (): HTMLButtonElement => screen.getByRole("button", { name: "Send" });

describe("by the keyboard alone", () => {
  test("a slash, a few letters, Enter puts it in, Enter sends", async () => {
    await types("/hou");
    await finds(HOURS, RETURNS);
    const list = screen.getByRole("listbox", { name: "Canned replies" });
    const [first, second] = within(list).getAllByRole("option");
    expect(first!.textContent).toContain("We open at nine.");
    expect(first!.getAttribute("aria-selected")).toBe("true");
    expect(field().getAttribute("aria-controls")).toBe(list.id);
    expect(field().getAttribute("aria-activedescendant")).toBe(first!.id);
    await presses("ArrowDown");
    expect(field().getAttribute("aria-activedescendant")).toBe(second!.id);
    await presses("ArrowUp");
    await presses("Enter");
    expect(field().value).toBe("We open at nine.");
    expect(field().selectionStart).toBe(16);
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(asked("reply.send")).toEqual([]);
    await presses("Enter");
    expect(asked("reply.send").map(({ text }) => text)).toEqual(["We open at nine."]);
  });

  test("who presses Enter before the answer is there means its first one", async () => {
    await types("/h");
    await presses("Enter");
    expect(field().value).toBe("/h");
    await finds(HOURS);
    expect(field().value).toBe("We open at nine.");
    expect(asked("reply.send")).toEqual([]);
  });

  test("several go into one message, each where the caret is", async () => {
    await types("Hello /hou");
    await finds(HOURS);
    await presses("Enter");
    await types(`${field().value} /ret`);
    await finds(RETURNS);
    await presses("Tab");
    expect(field().value).toBe("Hello We open at nine. Within a month.");
  });

  test("Esc closes the list, and it stays closed for this slash", async () => {
    await types("/hou");
    await finds(HOURS);
    await presses("Escape");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(document.activeElement).toBe(field());
    await types("/hour");
    expect(asked("canned.search")).toHaveLength(1);
    await types("/hour\n/");
    expect(asked("canned.search")).toHaveLength(2);
  });

  test("where nothing fits, Enter first closes the list: a search is not sent by mistake", async () => {
    await types("/hurs");
    await finds();
    expect(screen.getAllByText("No canned reply fits.").length).toBeGreaterThan(0);
    await presses("Enter");
    expect(asked("reply.send")).toEqual([]);
    await presses("Enter");
    expect(asked("reply.send").map(({ text }) => text)).toEqual(["/hurs"]);
  });

  test("in a note a slash is a slash", async () => {
    desk.setMode("note");
    await settled();
    await types("/hou");
    expect(asked("canned.search")).toEqual([]);
  });
});

describe("what is not known", () => {
  test("is selected, named, and keeps the message from going out until it is filled in", async () => {
    await types("/page");
    await finds(PAGE);
    expect(screen.getByRole("option").textContent).toContain("Not known: the link to the page");
    await presses("Enter");
    const box = field();
    expect(box.value.slice(box.selectionStart, box.selectionEnd)).toBe("{{page.link}}");
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("the link to the page that the visitor shows");
    expect(box.getAttribute("aria-describedby")).toContain(alert.id);
    expect(send().disabled).toBe(true);
    await presses("Enter");
    expect(asked("reply.send")).toEqual([]);
    await types("See https://a.test/ please");
    expect(screen.queryByRole("alert")).toBeNull();
    await presses("Enter");
    expect(asked("reply.send")).toHaveLength(1);
  });
});

describe("suggestions", () => {
  test("stand above the text, and go into it by a click: nothing is sent by itself", async () => {
    await suggests(HOURS, RETURNS);
    const strip = screen.getByRole("group", { name: "Suggestions" });
    expect(within(strip).getAllByRole("button").map((each) => each.textContent)).toEqual(["Opening hours", "Returns"]);
    await types("Hello!");
    fireEvent.click(within(strip).getByRole("button", { name: "Put “Opening hours” into the text" }));
    await settled();
    expect(field().value).toBe("Hello! We open at nine.");
    expect(document.activeElement).toBe(field());
    expect(asked("reply.send")).toEqual([]);
  });

  test("come first after the slash: two keys put the best one in", async () => {
    await suggests(RETURNS);
    await types("/");
    await finds(HOURS, RETURNS);
    expect(screen.getAllByRole("option").map((each) => each.textContent?.includes("Suggested"))).toEqual([true, false]);
    await presses("Enter");
    expect(field().value).toBe("Within a month.");
  });
});

describe("what goes with it", () => {
  test("is shown, can be taken off, and follows the text", async () => {
    await types("/find");
    await finds(MAP);
    await presses("Enter");
    const with_ = screen.getByRole("group", { name: "Sent with it" });
    expect(with_.textContent).toContain("Find us");
    await presses("Enter");
    await tells({ type: "ack", ref: asked("reply.send")[0]!.ref, conversation: ID, seq: 2, at: NOW });
    expect(asked("card.send")).toMatchObject([{ kind: "page", id: 7, reply: 4 }]);
    expect(screen.queryByRole("group", { name: "Sent with it" })).toBeNull();
    await types("/find");
    await finds(MAP);
    await presses("Enter");
    fireEvent.click(screen.getByRole("button", { name: "Do not send “Find us”" }));
    await settled();
    expect(screen.queryByRole("group", { name: "Sent with it" })).toBeNull();
  });
});
