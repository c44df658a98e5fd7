// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { View } from "../../../../wagtail_livechat/static_src/console/desk";
import { nothingYet, told } from "../../../../wagtail_livechat/static_src/console/state";
import { timesIn } from "../../../../wagtail_livechat/static_src/console/time";
import { Visitors } from "../../../../wagtail_livechat/static_src/console/visitors/Visitors";
import { Watch } from "../../../../wagtail_livechat/static_src/console/visitors/watch";
import type { AgentCommand, AgentUpdate, VisitRow } from "../../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../../connection/fake";
import { NOW, ready } from "../factories";
import { readEnglish } from "../words";
import { invitation, pageCard, QUAY, SHOP, step, trailOf, visit, windowFor } from "./factories";

let sent: AgentCommand[];
let watch: Watch;
let conversation: string | null;

type Asked<T> = Extract<AgentCommand, { type: T }>;
const last = <T extends AgentCommand["type"]>(type: T): Asked<T> =>
  sent.filter((command) => command.type === type).at(-1) as Asked<T>;

function view(): View {
  const state = told(nothingYet, ready([], { sites: [SHOP, QUAY] }), NOW);
  return { state, now: NOW, language: "en", times: timesIn("en") } as unknown as View;
}

function shown() {
  return (
    <Visitors
      view={view()}
      watching={watch.view}
      visitors={watch}
      greeting={(language) => (language === "fr" ? "Puis-je vous aider ?" : "Can I help?")}
      onConversation={(id) => (conversation = id)}
    />
  );
}

async function tells(...updates: AgentUpdate[]): Promise<void> {
  for (const update of updates) watch.heard(update);
  await vi.advanceTimersByTimeAsync(50);
}

async function shows(rows: readonly VisitRow[], total = rows.length): Promise<void> {
  await tells(windowFor(last("visitors.watch"), rows, { total }));
}

beforeEach(async () => {
  readEnglish();
  vi.useFakeTimers({ now: NOW });
  sent = [];
  conversation = null;
  watch = new Watch({
    now: Date.now,
    visible: () => true,
    onAccepted: () => true,
    remembered: { read: () => true, write: () => undefined },
  });
  watch.uses({ send: (command) => sent.push(command) > 0 });
  watch.start();
  watch.statusIs({ type: "open", by: "socket" });
  watch.heard(ready([], { sites: [SHOP, QUAY] }));
  const { rerender } = render(shown());
  watch.subscribe(() => rerender(shown()));
  await vi.advanceTimersByTimeAsync(50);
});

afterEach(() => {
  watch.stop();
  cleanup();
  vi.useRealTimers();
});

const rowOf = (label: string): HTMLElement =>
  screen.getByRole("button", { name: `Visitor ${label}` }).closest<HTMLElement>('[role="row"]')!;

describe("the table of visitors", () => {
  test("says where each visitor is, since when, how, and from where", async () => {
    await shows([visit(1)]);
    const row = rowOf("v1");
    for (const text of ["The Waves", "Book", "Fiction", "1 min", "5 min", "4", "www.example.org", "French", "Phone", "New"]) {
      expect(row.textContent).toContain(text);
    }
    expect(row.textContent).not.toContain("https://");
  });

  test("says that visitors see it, and how many there are of each kind", async () => {
    await shows([visit(1)]);
    expect(screen.getByText("Visitors see that you watch.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Seem stuck, 1 visitor" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "All, 3 visitors", pressed: true })).toBeTruthy();
  });

  test("where a visitor has not been told yet, it says that, and nothing of where they are", async () => {
    await shows([visit(1, { page: null, pages: 0 })]);
    const row = rowOf("v1");
    expect(row.textContent).toContain("Being told that you watch…");
    expect(row.textContent).not.toContain("1 min");
  });

  test("names the reasons to seem stuck in words, and no more of them than have room", async () => {
    await shows([visit(1, { stuck: ["back_and_forth", "empty_search", "form_left"] })]);
    const row = rowOf("v1");
    expect(row.textContent).toContain("Back and forth");
    expect(row.textContent).toContain("Search without results");
    expect(within(row).getByText("+1").parentElement?.title).toBe("Form left unfinished");
  });

  test.each([
    [{ page: pageCard(null) }, "A page that you may not view"],
    [{ page: pageCard(null, { kind: "hidden", type: null }) }, "A page where nobody is followed"],
    [{ page: pageCard(null, { kind: "not_found", type: null }) }, "Page not found"],
    [{ in_conversation: true }, "In conversation"],
    [{ invitation: "declined" }, "Declined"],
    [{ idle_since: NOW - 120_000 }, "idle for 2 min"],
    [{ origin: "" }, "Directly"],
    [{ returning: true }, "Returning"],
  ] as [Partial<VisitRow>, string][])("%j is worded: %s", async (more, text) => {
    await shows([visit(1, more)]);
    expect(rowOf("v1").textContent).toContain(text);
  });

  test("tells a screen reader how many rows there are, and which one this is", async () => {
    await shows(
      Array.from({ length: 100 }, (_, at) => visit(at)),
      1_234,
    );
    const table = screen.getByRole("table", { name: "Visitors" });
    expect(table.getAttribute("aria-rowcount")).toBe("1235");
    expect(rowOf("v0").getAttribute("aria-rowindex")).toBe("2");
    // Only what is in sight, and a little more, is there at all.
    expect(within(table).getAllByRole("rowheader").length).toBeLessThan(40);
  });

  test("is sorted by its heads, which say how", async () => {
    await shows([visit(1)]);
    // Newest first is shortest first, as it is shown.
    expect(screen.getByRole("columnheader", { name: "Visit" }).getAttribute("aria-sort")).toBe("ascending");
    fireEvent.click(screen.getByRole("button", { name: "Pages" }));
    expect(last("visitors.watch")).toMatchObject({ order: "pages", descending: true });
    await vi.advanceTimersByTimeAsync(50);
    expect(screen.getByRole("columnheader", { name: "Pages" }).getAttribute("aria-sort")).toBe("descending");
    expect(screen.getByRole("columnheader", { name: "Page" }).hasAttribute("aria-sort")).toBe(false);
  });

  test("is searched once one has paused", async () => {
    await shows([visit(1)]);
    const field = screen.getByRole("searchbox");
    fireEvent.input(field, { target: { value: "wav" } });
    fireEvent.input(field, { target: { value: "waves" } });
    expect(last("visitors.watch")).toMatchObject({ search: "" });
    await vi.advanceTimersByTimeAsync(300);
    expect(sent.filter((each) => each.type === "visitors.watch").map((each) => each.search)).toEqual(["", "waves"]);
    await shows([]);
    expect(screen.getByText("No visitor is like this now.")).toBeTruthy();
    expect(screen.getByRole("status").textContent).toBe("0 visitors");
  });

  test("offers the sites that one may watch", async () => {
    fireEvent.change(screen.getByRole("combobox", { name: "Site" }), { target: { value: "2" } });
    expect(last("visitors.watch").site).toBe(2);
  });

  test("the arrows go from row to row, and Enter opens", async () => {
    await shows([visit(1), visit(2), visit(3)]);
    const [first, second] = ["v1", "v2"].map((label) => screen.getByRole("button", { name: `Visitor ${label}` }));
    expect([first!.tabIndex, second!.tabIndex]).toEqual([0, -1]);
    first!.focus();
    fireEvent.keyDown(first!, { key: "ArrowDown" });
    await vi.advanceTimersByTimeAsync(50);
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second!, { key: "End" });
    await vi.advanceTimersByTimeAsync(50);
    expect(document.activeElement?.textContent).toBe("Visitor v3");
  });

  test("when the row under the keyboard is gone, the keyboard is on the one that took its place", async () => {
    await shows([visit(1), visit(2), visit(3)]);
    screen.getByRole("button", { name: "Visitor v2" }).focus();
    await shows([visit(1), visit(3)]);
    expect(document.activeElement?.textContent).toBe("Visitor v3");
  });

  test("a row that changes is the same element, and does not flicker", async () => {
    await shows([visit(1), visit(2)]);
    const before = rowOf("v2");
    await shows([visit(3), visit(2, { page: pageCard("Emma") }), visit(1)]);
    expect(rowOf("v2")).toBe(before);
    expect(before.textContent).toContain("Emma");
  });
});

describe("one visit", () => {
  async function opens(row: VisitRow, steps = [step(3, "Emma", 20), step(2, "The Waves", 80), step(1, null, 100)]) {
    await shows([row]);
    fireEvent.click(screen.getByRole("button", { name: `Visitor ${row.label}` }));
    await vi.advanceTimersByTimeAsync(50);
    await tells(trailOf(row, steps, { ref: last("visit.open").ref }));
  }
  const trail = (): HTMLElement => screen.getByRole("region", { name: /^Visit( of|$)/ });

  test("shows the current page first, and how long each was open", async () => {
    await opens(visit(1));
    const items = within(trail()).getAllByRole("listitem");
    expect(items.map((item) => item.querySelector(".lc-step-of__dwell")?.textContent?.trim())).toEqual([
      "now 20 s",
      "1 min",
      "20 s",
    ]);
    expect(items[0]!.getAttribute("aria-current")).toBe("step");
    const link = within(items[0]!).getByRole("link");
    expect([link.getAttribute("href"), link.getAttribute("rel")]).toEqual([
      "https://shop.test/page/",
      "noopener noreferrer",
    ]);
  });

  test("how much a search found is said, never what was searched", async () => {
    await opens(visit(1), [step(1, null, 5, { page: pageCard(null, { kind: "search", type: null, section: null }), results: 0 })]);
    expect(within(trail()).getByRole("listitem").textContent).toContain("Search0 results");
  });

  test("nothing of a trail is shown before the visitor has been told", async () => {
    await opens(visit(1, { page: null }), []);
    expect(within(trail()).queryByRole("listitem")).toBeNull();
    expect(trail().textContent).toContain("as soon as their page has told them who watches");
  });

  test("the keyboard is at its head; Escape leads back to the row", async () => {
    await opens(visit(1));
    expect(document.activeElement?.textContent).toBe("Visitor v1");
    fireEvent.keyDown(document.activeElement!, { key: "Escape" });
    await vi.advanceTimersByTimeAsync(50);
    expect(screen.queryByRole("region", { name: /^Visit( of|$)/ })).toBeNull();
    expect((document.activeElement as HTMLElement).dataset["visit"]).toBe(uuid(1));
  });

  test("when the visitor leaves, that is said and nothing else stays", async () => {
    await opens(visit(1));
    await tells({ type: "visit.gone", visit: uuid(1) });
    expect(screen.getByText("This visitor has left, or no longer agrees to be seen.")).toBeTruthy();
    expect(screen.queryByText("The Waves")).toBeNull();
    expect(screen.queryByText("Visitor v1")).toBeNull();
  });

  test("one invites in the visitor's language, with a name and a way to say no", async () => {
    await opens(visit(1));
    const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "What to ask the visitor" });
    expect(field.value).toBe("Puis-je vous aider ?");
    fireEvent.click(screen.getByRole("button", { name: "Invite" }));
    expect(last("invitation.send")).toMatchObject({ visit: uuid(1), text: "Puis-je vous aider ?" });
  });

  test("a text that is too long is not sent", async () => {
    await opens(visit(1));
    fireEvent.input(screen.getByRole("textbox", { name: "What to ask the visitor" }), {
      target: { value: "x".repeat(301) },
    });
    await vi.advanceTimersByTimeAsync(50);
    expect(screen.getByText("1 character too many")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Invite" }).disabled).toBe(true);
  });

  test("an invitation under way shows how it stands, and can be taken back", async () => {
    await opens(visit(1));
    screen.getByRole("button", { name: "Invite" }).focus();
    const made = invitation(uuid(1), { state: "shown", shown_at: NOW + 900 });
    await tells({ type: "invitation.changed", invitation: made });
    expect(screen.queryByRole("button", { name: "Invite" })).toBeNull();
    expect(document.activeElement?.textContent).toBe("Take it back");
    expect(trail().textContent).toContain("Invitedby Anna");
    expect(trail().textContent).toContain("Shown");
    fireEvent.click(screen.getByRole("button", { name: "Take it back" }));
    expect(last("invitation.cancel").invitation).toBe(made.id);
    await tells({ type: "invitation.changed", invitation: { ...made, state: "cancelled", decided_at: NOW } });
    expect(screen.getByRole("button", { name: "Invite again" })).toBeTruthy();
  });

  test("whoever declined is not asked again from here", async () => {
    await opens(visit(1, { invitation: "declined" }));
    expect(trail().textContent).toContain("Declined");
    expect(within(trail()).queryByRole("button", { name: /Invite/ })).toBeNull();
  });

  test("whom one talks with already is not invited, but found", async () => {
    await opens(visit(1, { in_conversation: true, conversation: uuid(60) }));
    expect(screen.queryByRole("button", { name: "Invite" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Open the conversation" }));
    expect(conversation).toBe(uuid(60));
  });

  test("who may only watch cannot invite", async () => {
    fireEvent.change(screen.getByRole("combobox", { name: "Site" }), { target: { value: "2" } });
    await vi.advanceTimersByTimeAsync(50);
    await shows([visit(1)]);
    fireEvent.click(screen.getByRole("button", { name: "Visitor v1" }));
    await tells(trailOf(visit(1), [], { site: 2 }));
    expect(screen.queryByRole("button", { name: "Invite" })).toBeNull();
  });
});
