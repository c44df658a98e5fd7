// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection } from "../../../wagtail_livechat/static_src/connection";
import { App } from "../../../wagtail_livechat/static_src/console/App";
import type { Chosen } from "../../../wagtail_livechat/static_src/console/choosers";
import { Desk } from "../../../wagtail_livechat/static_src/console/desk";
import { createDrafts } from "../../../wagtail_livechat/static_src/console/drafts";
import { Watch } from "../../../wagtail_livechat/static_src/console/visitors/watch";
import type { AgentCommand, AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { createStaffOutbox } from "../../../wagtail_livechat/static_src/staff/outbox";
import { FakeNetwork, FakePage, FakeStorage, uuid } from "../connection/fake";
import { BRUNO, card, message, mine, note, NOW, ready, site, thread } from "./factories";
import { pageCard, trailOf, visit } from "./visitors/factories";
import { readEnglish } from "./words";

const ID = uuid(1);

let network: FakeNetwork;
let desk: Desk;
let watch: Watch;
let choices: { kind: string; site: number; onChosen: (chosen: Chosen) => void }[];
let redraw: () => void;

beforeEach(() => {
  readEnglish();
  vi.useFakeTimers({ now: NOW });
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  network = new FakeNetwork();
  const storage = new FakeStorage();
  const outbox = createStaffOutbox("1", "tab", storage);
  choices = [];
  watch = new Watch({
    now: Date.now,
    visible: () => true,
    onAccepted: () => true,
    remembered: { read: () => false, write: () => undefined },
  });
  desk = new Desk({
    drafts: createDrafts(storage, "1", Date.now),
    outbox,
    line(wiring) {
      const line = createConnection<AgentCommand, AgentUpdate>({
        socketUrl: () => "ws://shop.test/staff/",
        exchange: null,
        hello: () => ({ type: "staff.hello", v: 1, open: wiring.cursors() }),
        pong: { type: "pong" },
        ready: "staff.ready",
        outbox,
        onUpdate(update) {
          wiring.onUpdate(update);
          watch.heard(update);
        },
        onStatus: wiring.onStatus,
        page: new FakePage(),
        open: network.open,
        random: () => 0,
      });
      watch.uses(line);
      return line;
    },
    sound: { wanted: () => false, want: () => undefined },
    language: "en",
    transcriptOf: ({ id, site }) => (site === 1 ? `/transcripts/${id}/` : null),
    now: Date.now,
    choosers: {
      kinds: ["page", "image"],
      choose: (kind, of, onChosen) => choices.push({ kind, site: of, onChosen }),
    },
    watched: () => true,
    remembered: { read: () => null, write: () => undefined },
  });
});

afterEach(() => {
  desk.stop();
  watch.stop();
  cleanup();
  vi.useRealTimers();
});

function app() {
  return (
    <App view={desk.view} desk={desk} watching={watch.view} visitors={watch} greeting={() => "Hello?"} />
  );
}

async function opens(...given: Parameters<typeof ready>): Promise<void> {
  const { rerender } = render(app());
  redraw = () => rerender(app());
  desk.subscribe(redraw);
  desk.start();
  await vi.advanceTimersByTimeAsync(0);
  network.socket.opens();
  await vi.advanceTimersByTimeAsync(0);
  await tells(ready(...given));
}

async function tells(...updates: AgentUpdate[]): Promise<void> {
  for (const update of updates) network.socket.says(update);
  await settled();
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

const rows = (): string[] =>
  screen.queryAllByRole("button", { name: /Visitor \d/ }).map((row) => row.dataset["conversation"] ?? "");

describe("the queue", () => {
  test("shows who waits, for how long, where, in which language, and what they said", async () => {
    const sites = [site(1, "The Lamplighter"), site(2, "The Quay")];
    await opens([card(1, { language: "fr", waiting_since: NOW - 125_000, excerpt: "Bonjour ?" })], { sites });
    const row = screen.getByRole("button", { name: /Visitor 1/ });
    expect(row.textContent).toContain("waiting for 2 min");
    expect(row.textContent).toContain("The Lamplighter");
    expect(row.textContent).toContain("French");
    expect(within(row).getByText("Bonjour ?").getAttribute("dir")).toBe("auto");
    expect(row.textContent).toContain("1 unread message");
  });

  test("the wait grows while one looks", async () => {
    await opens([card(1, { waiting_since: NOW - 58_000 })]);
    expect(screen.getByRole("button", { name: /Visitor 1/ }).textContent).toContain("58 s");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(screen.getByRole("button", { name: /Visitor 1/ }).textContent).toContain("1 min");
  });

  test("arrows move between the rows, and the lists", async () => {
    await opens([card(1, { waiting_since: NOW - 9_000 }), card(2), mine(3)]);
    const [first, second] = rows().map((id) => document.querySelector<HTMLElement>(`[data-conversation="${id}"]`)!);
    first!.focus();
    fireEvent.keyDown(first!, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second!, { key: "Home" });
    expect(document.activeElement).toBe(first);
    const tab = screen.getByRole("tab", { name: /Waiting/ });
    tab.focus();
    fireEvent.keyDown(tab, { key: "ArrowRight" });
    await settled();
    expect(screen.getByRole("tab", { selected: true }).textContent).toContain("Mine");
    expect(rows()).toEqual([uuid(3)]);
  });

  test("Tab enters the list at one row only", async () => {
    await opens([card(1), card(2), card(3)]);
    expect(document.querySelectorAll('.lc-row[tabindex="0"]')).toHaveLength(1);
  });

  test("the next conversation is one key away, also while writing", async () => {
    await opens([card(1, { waiting_since: NOW - 9_000 }), card(2, { waiting_since: NOW - 1_000 })]);
    desk.open(ID);
    await settled();
    fireEvent.keyDown(screen.getByRole("textbox"), { key: "ArrowDown", altKey: true });
    await settled();
    expect(screen.getByRole("heading", { level: 2 }).textContent).toContain("Visitor 2");
  });
});

describe("a conversation", () => {
  test("is read as a transcript once it is closed, by those who may", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await tells(thread(mine(1), []));
    expect(screen.queryByRole("link", { name: "Transcript" })).toBeNull();
    await tells({ type: "card.changed", card: mine(1, { state: "closed", revision: 9 }) });
    expect(screen.getByRole("link", { name: "Transcript" }).getAttribute("href")).toBe(
      `/transcripts/${ID}/`,
    );
    await tells({ type: "card.changed", card: mine(1, { state: "closed", revision: 10, site: 2 }) });
    expect(screen.queryByRole("link", { name: "Transcript" })).toBeNull();
  });

  test("shows what was said as text, never as HTML, and links that are honest", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    const hostile = "<img src=x onerror=alert(1)> https://shop.test/a javascript:alert(2)";
    await tells(thread(mine(1), [message(1, { text: hostile })]));
    const log = screen.getByRole("log");
    expect(log.querySelector("img")).toBeNull();
    expect(log.textContent).toContain("<img src=x onerror=alert(1)>");
    const links = within(log).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://shop.test/a"]);
    expect(links[0]?.getAttribute("rel")).toBe("noopener noreferrer nofollow ugc");
  });

  test("a note looks and is named otherwise than a message", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await tells(thread(mine(1), [message(1)], { notes: [note(1, { text: "A regular" })] }));
    expect(screen.getByRole("article", { name: "Internal note by bruno" }).textContent).toContain("A regular");
  });

  test("the composer says which of the two one writes, and that only staff read the one", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await settled();
    expect(screen.getByRole("textbox").getAttribute("aria-label")).toBe("Reply to Visitor 1");
    fireEvent.click(screen.getByRole("button", { name: "Internal note" }));
    await settled();
    expect(screen.getByRole("textbox").getAttribute("aria-label")).toBe("Internal note about Visitor 1");
    expect(screen.getByText(/The visitor never sees them/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Add the note" })).toBeTruthy();
  });

  test("Enter sends, Shift and Enter does not, nor does a key that composes a character", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await settled();
    const field = screen.getByRole("textbox");
    fireEvent.input(field, { target: { value: "Good morning" } });
    fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    expect(network.socket.asked("reply.send")).toEqual([]);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(network.socket.asked("reply.send")).toMatchObject([{ text: "Good morning" }]);
  });

  test("closing is asked about beside the button, with the careful answer first at hand", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    await settled();
    const keep = screen.getByRole("button", { name: "Keep it open" });
    expect(document.activeElement).toBe(keep);
    fireEvent.keyDown(keep, { key: "Escape" });
    await settled();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(network.socket.asked("conversation.close")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Close the conversation" }));
    expect(network.socket.asked("conversation.close")).toHaveLength(1);
  });

  test("a colleague who took it is named, what was written stays, and sending waits", async () => {
    await opens([card(1)]);
    desk.open(ID);
    desk.write("I can help");
    await settled();
    await tells({ type: "card.changed", card: mine(1, { agent: BRUNO }) });
    expect(screen.getByRole("alert").textContent).toContain("Bruno has picked up this conversation");
    expect((screen.getByRole("textbox") as HTMLTextAreaElement).value).toBe("I can help");
    expect((screen.getByRole("button", { name: "Send" }) as HTMLButtonElement).disabled).toBe(true);
  });

  test("the page is shown if it was shared, its title only to those who may view it", async () => {
    const page = { title: "The basket", url: "https://shop.test/basket/", at: NOW };
    await opens([mine(1, { page })]);
    desk.open(ID);
    await settled();
    expect(screen.getByRole("link", { name: /The basket/ }).getAttribute("href")).toBe(page.url);
    await tells({ type: "card.changed", card: mine(1, { page: { title: null, url: null, at: NOW } }) });
    expect(screen.getByText("A page that you may not view")).toBeTruthy();
    expect(screen.queryByRole("link", { name: /The basket/ })).toBeNull();
  });

  test("a page address that is none is no link", async () => {
    await opens([mine(1, { page: { title: "Trap", url: "javascript:alert(1)", at: NOW } })]);
    desk.open(ID);
    await settled();
    expect(screen.queryByRole("link", { name: /Trap/ })).toBeNull();
    expect(screen.getByText("Trap")).toBeTruthy();
  });
});

describe("the head of the console", () => {
  test("says how available one is, and changes it", async () => {
    await opens([]);
    expect((screen.getByRole("radio", { name: "Available" }) as HTMLInputElement).checked).toBe(true);
    fireEvent.click(screen.getByRole("radio", { name: "Busy" }));
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "One more" }));
    await vi.advanceTimersByTimeAsync(300);
    expect(network.socket.asked("availability.set")).toMatchObject([{ availability: "busy", capacity: 4 }]);
  });

  test("a lost line is told, with a way to try at once", async () => {
    await opens([mine(1)]);
    network.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(screen.getByRole("alert").textContent).toContain("The connection is lost");
    expect(screen.getByRole("button", { name: "Try again now" })).toBeTruthy();
  });

  test("a session that ended is told in words", async () => {
    await opens([]);
    await tells({ type: "error", code: "session_ended", message: "", close_code: 4403, retry_ms: null });
    network.socket.ends(4403);
    await settled();
    expect(screen.getByRole("alert").textContent).toContain("your session has ended");
    expect(screen.getByRole("button", { name: "Reload the page" })).toBeTruthy();
  });
});

describe("what is sent besides words", () => {
  const PAGE = { kind: "page", title: "Opening hours", url: "https://shop.test/hours/", picture: null, text: "Every day" } as const;

  test("is chosen, looked at, and sent by another click", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Send a page" }));
    expect(choices).toMatchObject([{ kind: "page", site: 1 }]);
    choices[0]!.onChosen({ kind: "page", id: 12, title: "Opening hours" });
    await vi.advanceTimersByTimeAsync(500);
    expect(network.socket.asked("card.send")).toEqual([]);
    const send = within(screen.getByText("Opening hours").closest("p")!).getByRole("button", { name: "Send" });
    expect(document.activeElement).toBe(send);
    fireEvent.click(send);
    await settled();
    expect(network.socket.asked("card.send")).toMatchObject([{ conversation: ID, kind: "page", id: 12 }]);
    expect(screen.getByText("Sending…")).toBeTruthy();
    const [{ ref }] = network.socket.asked("card.send") as unknown as [{ ref: string }];
    await tells({ type: "refused", ref, code: "restricted", message: "Not everybody may see this.", retry_ms: null });
    expect(screen.getByRole("alert").textContent).toContain("Not everybody may see this.");
    expect(screen.queryByText("Sending…")).toBeNull();
  });

  test("can be left again", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Send a page" }));
    choices[0]!.onChosen({ kind: "page", id: 12, title: "Opening hours" });
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Do not send" }));
    await settled();
    expect(screen.queryByText("Opening hours")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Send a page" }));
  });

  test("is a link in the thread, with what it is", async () => {
    await opens([mine(1)]);
    desk.open(ID);
    await tells(thread(mine(1), [message(1, { kind: "agent", text: PAGE.title, card: PAGE })]));
    const link = screen.getByRole("link", { name: /Opening hours/ });
    expect(link.getAttribute("href")).toBe(PAGE.url);
    expect(link.closest(".lc-card")?.textContent).toContain("Page:");
    expect(link.closest(".lc-card")?.textContent).toContain("Every day");
  });
});

describe("whom one talks with, and where they are", () => {
  const SITES = [site(1, "The Lamplighter", { can_watch: true })];
  const page = { title: "Emma", url: "https://shop.test/emma/", at: NOW };

  test("the page that the visitor shows stands above the thread, with the way to the visit", async () => {
    await opens([mine(1, { page, visit: uuid(70) })], { sites: SITES });
    desk.open(ID);
    await settled();
    expect(screen.getByRole("link", { name: /Emma/ })).toBeTruthy();
    expect(network.socket.asked("visit.open")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "See the visit" }));
    expect(watch.view).toMatchObject({ open: true, site: 1, trail: { visit: uuid(70) } });
  });

  test("whoever goes along sees each page as it is opened, until one turns to somebody else", async () => {
    await opens([mine(1, { visit: uuid(70) }), mine(2)], { sites: SITES });
    watch.subscribe(redraw);
    desk.open(ID);
    await settled();
    fireEvent.click(screen.getByRole("button", { name: "Go along", pressed: false }));
    const row = visit(70);
    await tells(trailOf(row, []), trailOf({ ...row, page: pageCard("Emma") }, []));
    expect(within(screen.getByRole("button", { name: "Go along", pressed: true }).parentElement!).getByRole("status").textContent).toContain("Emma");
    desk.open(uuid(2));
    await settled();
    await vi.advanceTimersByTimeAsync(50);
    expect(network.socket.asked("visit.leave")).toMatchObject([{ visit: uuid(70) }]);
  });

  test("who may not watch is led to no visit", async () => {
    await opens([mine(1, { page, visit: uuid(70) })]);
    desk.open(ID);
    await settled();
    expect(screen.queryByRole("button", { name: "See the visit" })).toBeNull();
    expect(screen.queryByRole("navigation")).toBeNull();
  });

  test.each([
    [{ initiator: "agent" }, "Begun by an invitation"],
    [{ initiator: "trigger", began_by: "Lost in maps" }, "Begun by the trigger “Lost in maps”"],
  ] as const)("%j: who began it is said", async (more, words) => {
    await opens([mine(1, more)]);
    desk.open(ID);
    await settled();
    expect(screen.getByText(words)).toBeTruthy();
  });

  test("conversations or visitors: never both at once", async () => {
    await opens([card(1)], { sites: SITES });
    const nav = within(screen.getByRole("navigation"));
    fireEvent.click(nav.getByRole("button", { name: "Visitors" }));
    watch.subscribe(redraw);
    redraw();
    await settled();
    expect(screen.queryByRole("tablist")).toBeNull();
    expect(nav.getByRole("button", { name: /Conversations/ }).textContent).toContain("1");
    fireEvent.click(nav.getByRole("button", { name: /Conversations/ }));
    await settled();
    expect(screen.getByRole("tablist")).toBeTruthy();
    expect(watch.view.open).toBe(false);
  });
});
