import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { mountAssist } from "../../../wagtail_livechat/static_src/assist/assist";
import type { Assist } from "../../../wagtail_livechat/static_src/loader/config";
import type { AssistSide } from "../../../wagtail_livechat/static_src/loader/host";
import { findTag } from "../../../wagtail_livechat/static_src/loader/tag";
import type { Invitation, VisitReady, VisitShown, VisitUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { Line } from "../../../wagtail_livechat/static_src/visit/line";
import { FakeNetwork } from "../connection/fake";
import { putTag } from "../widget";
import { ASSIST, cookieOf, dropCookie, putCookie, ready, RECEIPT, server, type Server, VERSION, WATCHING } from "./site";

const NO = { gpc: false, dnt: false };

describe("a site that may watch", () => {
  let site: Server;
  let network: FakeNetwork;
  let side: AssistSide | null;
  let events: [string, unknown][];
  let loads: string[];
  let opened: number;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0);
    localStorage.clear();
    sessionStorage.clear();
    dropCookie();
    document.body.replaceChildren();
    document.title = "The Waves";
    putTag();
    site = server();
    network = new FakeNetwork();
    vi.stubGlobal("WebSocket", function (url: string) {
      return network.open(url);
    });
    events = [];
    loads = [];
    opened = 0;
    side = null;
  });

  afterEach(async () => {
    side?.stop();
    await pass(200);
    expect(document.querySelector("livechat-assist")).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const arrive = async (assist: Assist = ASSIST): Promise<void> => {
    side?.stop();
    side = mountAssist(
      {
        config: { ...WATCHING, assist },
        assist,
        window,
        emit: (event, detail) => events.push([event, detail]),
        tag: () => findTag(document),
        openChat: () => (opened += 1),
      },
      async (url) => {
        loads.push(url);
        return { Line };
      },
    );
    await pass();
  };
  const root = (): ShadowRoot => document.querySelector("livechat-assist")!.shadowRoot!;
  const find = <E extends Element = HTMLElement>(selector: string): E | null => root().querySelector<E>(selector);
  const button = (name: string): HTMLButtonElement =>
    [...root().querySelectorAll("button")].find((each) => each.textContent === name)!;
  const click = async (name: string): Promise<void> => {
    button(name).click();
    await pass();
  };
  const text = (): string => find(".standing")?.textContent ?? "";
  const told = (): readonly Record<string, unknown>[] => site.to(ASSIST.urls.consent);
  const says = async (update: VisitUpdate, ms = 0): Promise<void> => {
    network.socket.says(update);
    await pass(ms);
  };
  /** Somebody who agreed before, on a line that is open. */
  const agreed = async (first: Partial<VisitReady> = {}): Promise<void> => {
    putCookie(cookieOf(true, false));
    await arrive();
    network.socket.opens();
    await pass();
    await says(ready(first));
  };
  const asked = (type: string): Record<string, unknown>[] => network.socket.asked(type);
  const ALICE = { alias: "Alice", avatar: null };
  const invitation = (change: Partial<Invitation> = {}): Invitation => ({
    id: "00000000-0000-4000-8000-000000000001",
    text: "Are you looking for something?",
    sender: ALICE,
    automatic: false,
    expires_at: Date.now() + 60_000,
    ...change,
  });

  // The question.

  test("who has not answered is asked, before anything else on the page", async () => {
    await arrive();
    const element = document.querySelector("livechat-assist")!;
    expect(element.compareDocumentPosition(document.body) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    const banner = find("section.banner")!;
    expect(banner.getAttribute("aria-labelledby")).toBe(banner.querySelector("h2")!.id);
    expect(banner.getAttribute("aria-modal")).toBeNull();
    const answers = [...banner.querySelectorAll(".answers > *")];
    expect(answers.map((each) => [each.localName, each.className, each.textContent])).toEqual([
      ["button", "answer", "Accept"],
      ["button", "answer", "Refuse"],
      ["button", "answer", "Choose"],
    ]);
    expect(root().activeElement).toBeNull();
  });

  test("the editor's words are shown, and a link that runs is none", async () => {
    await arrive();
    expect(find(".banner b")?.textContent).toBe("team");
    expect([...root().querySelectorAll("a")].map((each) => each.getAttribute("href"))).toEqual(["/charter/", "/privacy/"]);
    expect(find(".banner")?.textContent).toContain("not a link");
    expect([...root().querySelectorAll(".purposes li")].map((each) => each.textContent)).toEqual([
      "Live help People may see your pages.",
      "Statistics Totals of each day.",
    ]);
  });

  test("before an answer nothing is kept, nothing is told and no line is loaded", async () => {
    await arrive();
    document.body.click();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    window.dispatchEvent(new Event("scroll"));
    await pass(120_000);
    expect(site.told).toEqual([]);
    expect(loads).toEqual([]);
    expect(network.sockets).toEqual([]);
    expect(localStorage.length + sessionStorage.length).toBe(0);
    expect(document.cookie).toBe("");
    expect(find(".banner")).not.toBeNull();
  });

  test("a refusal is told once, and leaves only the way to change it", async () => {
    await arrive();
    await click("Refuse");
    expect(told()).toEqual([
      { version: VERSION, assistance: false, statistics: false, interface: "banner", ...NO },
    ]);
    expect(find(".banner")).toBeNull();
    expect(text()).toBe("");
    expect(button("Your choice")).toBeDefined();
    expect(localStorage.length + sessionStorage.length).toBe(0);
    await arrive();
    await pass(60_000);
    expect(find(".banner")).toBeNull();
    expect(told()).toHaveLength(1);
    expect(loads).toEqual([]);
  });

  test("a yes opens the line with this page, and can be taken back by one click", async () => {
    await arrive();
    await click("Accept");
    expect(told()[0]).toMatchObject({ assistance: true, statistics: true, interface: "banner" });
    expect(loads).toEqual(["/static/visit.js"]);
    network.socket.opens();
    await pass();
    expect(asked("visit.hello")[0]).toMatchObject({ v: 1, language: "en", device: "desktop", page: "token-1", kind: "page", results: null, active: true, seen: 0 });
    // Where they came from is told only where that is another site.
    expect(asked("visit.hello")[0]).not.toHaveProperty("origin");
    expect(text()).toBe("assistance_on");
    expect(site.to(ASSIST.urls.visit)).toEqual([]); // The key of the visit came with the yes.
    const { socket } = network;
    await click("stop");
    expect(socket.closed).toBe(true);
    expect(told()[1]).toMatchObject({ assistance: false, statistics: true, interface: "settings" });
    expect(site.to(ASSIST.urls.exchange)).toEqual([]); // This view was counted with the visit.
    document.body.replaceChildren();
    putTag("token-2");
    side!.pageChanged(true);
    await pass();
    expect(site.to(ASSIST.urls.exchange)).toHaveLength(1);
  });

  test("with nothing else agreed to, stopping is a word of the indicator", async () => {
    await agreed();
    await click("stop");
    expect(told()).toEqual([
      { version: VERSION, assistance: false, statistics: false, interface: "indicator", ...NO },
    ]);
    expect(text()).toBe("");
    expect(events.filter(([name]) => name === "consent")).toEqual([
      ["consent", { assistance: true, statistics: false }],
      ["consent", { assistance: false, statistics: false }],
    ]);
  });

  test("the answer moves the focus from what is gone to what stays, and is said", async () => {
    await arrive();
    button("Refuse").focus();
    await click("Refuse");
    expect(root().activeElement).toBe(button("Your choice"));
    expect(find(".unseen[role=status]")?.textContent).toBe("saved");
  });

  test("an answer that could not be stored is said, and the question stays", async () => {
    await arrive();
    site.broken = true;
    await click("Accept");
    expect(find(".banner [role=alert]")?.textContent).toBe("not_saved");
    expect(loads).toEqual([]);
    site.broken = false;
    await click("Accept");
    expect(find(".banner")).toBeNull();
  });

  test("a question that has changed meanwhile cannot be agreed to, and says what to do", async () => {
    await arrive();
    site.refuses = "unknown_version";
    await click("Accept");
    expect(find(".banner [role=alert]")?.textContent).toBe("asked_anew");
    site.refuses = "replayed_receipt";
    await click("Accept");
    expect(find(".banner [role=alert]")?.textContent).toBe("not_saved");
    expect(loads).toEqual([]);
  });

  test("a browser that keeps no cookie keeps no yes", async () => {
    site.forgetful = true;
    await arrive();
    await click("Accept");
    expect(find("[role=alert]")?.textContent).toBe("not_saved");
    expect(loads).toEqual([]);
  });

  test("a stop that the server did not hear holds here, and is told again on the next page", async () => {
    await agreed();
    site.broken = true;
    await click("stop");
    expect(network.socket.closed).toBe(true);
    expect(find(".control [role=alert]")?.textContent).toBe("not_saved");
    const sockets = network.sockets.length;
    await arrive();
    expect(network.sockets).toHaveLength(sockets);
    expect(told()).toHaveLength(2);
    site.broken = false;
    await click("stop");
    expect(document.cookie).toContain("nn");
    await arrive();
    expect(told()).toHaveLength(3);
    expect(sessionStorage.length).toBe(0);
  });

  // Each purpose apart.

  test("the choice is a real dialog with nothing ticked; saved untouched it is a refusal", async () => {
    await arrive();
    await click("Choose");
    const dialog = find<HTMLDialogElement>("dialog")!;
    expect(dialog.open).toBe(true);
    expect(root().activeElement).toBe(dialog.querySelector("h2"));
    const boxes = [...dialog.querySelectorAll<HTMLInputElement>("input")];
    expect(boxes.map((box) => [box.type, box.name, box.checked])).toEqual([
      ["checkbox", "assistance", false],
      ["checkbox", "statistics", false],
    ]);
    expect(boxes[0]!.closest("label")!.textContent).toContain("Live help");
    button("Save").click();
    await pass();
    expect(told()).toEqual([
      { version: VERSION, assistance: false, statistics: false, interface: "settings", ...NO },
    ]);
    expect(find("dialog")).toBeNull();
  });

  test("closing the choice changes nothing", async () => {
    await arrive();
    await click("Choose");
    find<HTMLInputElement>("input")!.checked = true;
    find<HTMLDialogElement>("dialog")!.close();
    await pass();
    expect(find("dialog")).toBeNull();
    expect(find(".banner")).not.toBeNull();
    expect(told()).toEqual([]);
  });

  test("one purpose may be had without the other, and what stands is what is ticked", async () => {
    await arrive();
    await click("Choose");
    find<HTMLInputElement>("input[name=statistics]")!.checked = true;
    await click("Save");
    expect(told()[0]).toMatchObject({ assistance: false, statistics: true });
    expect(text()).toBe("statistics_on");
    expect(network.sockets).toEqual([]);
    const hello = { type: "visit.hello", v: 1, language: "en", device: "desktop", page: "token-1", kind: "page", results: null };
    expect(site.to(ASSIST.urls.exchange)).toEqual([{ hello, commands: [] }]);
    await click("Your choice");
    expect([...root().querySelectorAll<HTMLInputElement>("input")].map((box) => box.checked)).toEqual([false, true]);
    expect(find("dialog")?.textContent).toContain(`receipt ${RECEIPT}`);
    find<HTMLDialogElement>("dialog")!.close();
    await pass();
    await click("stop_statistics");
    expect(told()[1]).toMatchObject({ assistance: false, statistics: false });
  });

  test("a version of another meaning asks again; one of the same does not", async () => {
    putCookie(cookieOf(true, true, "-", 5));
    await arrive();
    expect(find(".banner")).toBeNull();
    putCookie(cookieOf(true, true, "-", 4));
    await arrive();
    expect(find(".banner")).not.toBeNull();
    expect(network.sockets).toHaveLength(1);
  });

  test("the browser's own no is respected, said, and can be overruled by a word", async () => {
    vi.stubGlobal("navigator", { ...navigator, userAgent: navigator.userAgent, globalPrivacyControl: true });
    await arrive();
    expect(find(".banner")).toBeNull();
    expect(text()).toBe("signal_gpc");
    expect(told()).toEqual([]);
    await click("Your choice");
    expect(find("dialog")?.textContent).toContain("signal_gpc signal_choose");
    find<HTMLInputElement>("input[name=assistance]")!.checked = true;
    await click("Save");
    expect(told()[0]).toMatchObject({ assistance: true, gpc: true, dnt: false });
    expect(text()).toBe("assistance_on");
  });

  test("a signal that only the server was sent counts as well", async () => {
    await arrive({ ...ASSIST, signals: { gpc: false, dnt: true } });
    expect(find(".banner")).toBeNull();
    expect(text()).toBe("signal_dnt");
  });

  test("Do Not Track is respected as well", async () => {
    vi.stubGlobal("navigator", { ...navigator, userAgent: navigator.userAgent, doNotTrack: "1" });
    await arrive();
    expect(text()).toBe("signal_dnt");
    expect(find(".banner")).toBeNull();
  });

  // The site's own tool.

  test("beside the site's own tool ours is silent; its word is told once", async () => {
    const assist: Assist = { ...ASSIST, external: true, holding: [0], banner: null };
    await arrive(assist);
    expect(root().querySelectorAll(".box")).toHaveLength(0);
    side!.consent({ assistance: true, reference: "cmp-1" });
    await pass();
    expect(told()).toEqual([
      { version: 0, assistance: true, statistics: false, interface: "external", ...NO, reference: "cmp-1" },
    ]);
    expect(network.sockets).toHaveLength(1);
    side!.consent({ assistance: true, reference: "cmp-1" });
    await pass();
    expect(told()).toHaveLength(1);
    side!.consent({});
    await pass();
    expect(told()[1]).toMatchObject({ assistance: false, statistics: false, interface: "external" });
    expect(network.sockets[0]!.closed).toBe(true);
  });

  test("a stop on our control stands until the site's tool has said no as well", async () => {
    const assist: Assist = { ...ASSIST, external: true, holding: [0], banner: null };
    await arrive(assist);
    side!.consent({ assistance: true });
    await pass();
    await click("stop");
    await arrive(assist);
    side!.consent({ assistance: true });
    await pass();
    expect(told().map((each) => each["assistance"])).toEqual([true, false]);
    side!.consent({ assistance: false });
    side!.consent({ assistance: true });
    await pass();
    expect(told().map((each) => each["assistance"])).toEqual([true, false, true]);
  });

  test("without a tool of its own, the site's page cannot say yes for anybody", async () => {
    await arrive();
    side!.consent({ assistance: true, statistics: true });
    await pass();
    expect(told()).toEqual([]);
  });

  // Who is never watched.

  test("an editor is not watched, and is told so", async () => {
    document.body.append(document.createElement("wagtail-userbar"));
    putCookie(cookieOf(true, true));
    await arrive();
    expect(loads).toEqual([]);
    expect(site.told).toEqual([]);
    expect(text()).toBe("editor");
  });

  test("of a hidden page nothing is told, and coming to one ends the line", async () => {
    await agreed();
    const { socket } = network;
    document.body.replaceChildren();
    putTag("").dataset["livechatHidden"] = "";
    side!.pageChanged(true);
    await pass();
    expect(socket.closed).toBe(true);
    expect(asked("page.view")).toEqual([]);
    await pass(60_000);
    expect(network.sockets).toHaveLength(1);
    expect(site.asked).toEqual([]);
  });

  test("a page that nobody has looked at yet tells nothing", async () => {
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    putCookie(cookieOf(true, true));
    await arrive();
    await pass(10_000);
    expect(loads).toEqual([]);
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(network.sockets).toHaveLength(1);
  });

  test("a page that the browser only prepares tells nothing until it is opened", async () => {
    const preparing = document as { prerendering?: boolean };
    preparing.prerendering = true;
    putCookie(cookieOf(true, true));
    await arrive();
    await pass(10_000);
    expect(loads).toEqual([]);
    preparing.prerendering = false;
    document.dispatchEvent(new Event("prerenderingchange"));
    await pass();
    delete preparing.prerendering;
    expect(network.sockets).toHaveLength(1);
  });

  test("a crawler tells nothing, whatever its cookie says", async () => {
    vi.stubGlobal("navigator", { ...navigator, userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1)" });
    putCookie(cookieOf(true, true));
    await arrive();
    await pass(10_000);
    expect(loads).toEqual([]);
    expect(site.told).toEqual([]);
    expect(site.asked).toEqual([]);
  });

  // The visit.

  test("each page is told once, by its token and kind alone", async () => {
    await agreed();
    document.body.replaceChildren();
    const tag = putTag("");
    tag.dataset["livechatKind"] = "search";
    tag.dataset["livechatResults"] = "0";
    side!.pageChanged(true);
    await pass();
    const views = asked("page.view");
    expect(views).toHaveLength(1);
    expect(views[0]).toEqual({ type: "page.view", ref: views[0]!["ref"], page: null, kind: "search", results: 0 });
    side!.page({ kind: "search", results: 12 });
    await pass();
    await says({ type: "ack", ref: String(views[0]!["ref"]), conversation: null, seq: null, at: null });
    expect(asked("page.view")[1]).toMatchObject({ kind: "search", results: 12 });
  });

  test("after a cut the same view is greeted with under its own name", async () => {
    await agreed();
    const view = asked("visit.hello")[0]!["view"];
    network.socket.ends(1006);
    await pass(2_000);
    network.socket.opens();
    await pass();
    expect(asked("visit.hello")[0]!["view"]).toBe(view);
  });

  test("views that a cut left unanswered are told again in their order", async () => {
    await agreed();
    side!.page({ kind: "search", results: 0 });
    side!.page({ kind: "search", results: 12 });
    await pass();
    network.socket.ends(1006);
    await pass(2_000);
    network.socket.opens();
    await pass();
    const first = asked("visit.hello")[0]!;
    expect(first).toMatchObject({ kind: "search", results: 0 });
    await says(ready());
    const again = asked("page.view");
    expect(again[0]).toMatchObject({ ref: first["view"], results: 0 });
    await says({ type: "ack", ref: String(again[0]!["ref"]), conversation: null, seq: null, at: null });
    expect(asked("page.view")[1]).toMatchObject({ results: 12 });
  });

  test("coming back to a page of the browser's memory is a view, if the yes still stands", async () => {
    await agreed();
    const view = asked("visit.hello")[0]!["view"];
    const leave = (): void => void window.dispatchEvent(new Event("pagehide"));
    const back = (): void => {
      window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    };
    leave();
    back();
    await pass();
    network.socket.opens();
    await pass();
    expect(network.sockets).toHaveLength(2);
    expect(asked("visit.hello")[0]!["view"]).not.toBe(view);
    leave();
    putCookie(cookieOf(false, false));
    back();
    await pass(5_000);
    expect(network.sockets).toHaveLength(2);
    expect(text()).toBe("");
  });

  test("whether somebody is there is told, never by which sign", async () => {
    await agreed();
    for (let beat = 0; beat < 4; beat += 1) await says({ type: "heartbeat", heads: [] }, 15_300);
    expect(asked("activity.set")).toEqual([{ type: "activity.set", active: false }]);
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "s" }));
    expect(asked("activity.set")[1]).toEqual({ type: "activity.set", active: true });
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    await pass(6_000);
    expect(asked("activity.set")[2]).toEqual({ type: "activity.set", active: false });
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(asked("activity.set")[3]).toEqual({ type: "activity.set", active: true });
  });

  test("a key of the visit is asked for once in each tab, and again when it is refused", async () => {
    await agreed();
    expect(site.to(ASSIST.urls.visit)).toHaveLength(1);
    await agreed();
    expect(site.to(ASSIST.urls.visit)).toHaveLength(1);
    await says({ type: "error", code: "identity_missing", message: "", close_code: 4401, retry_ms: null });
    network.socket.ends(4401);
    await pass(1_000);
    expect(site.to(ASSIST.urls.visit)).toHaveLength(2);
  });

  test("a server that will not have the visit is not asked again on this page", async () => {
    await agreed();
    await says({ type: "error", code: "no_consent", message: "", close_code: 4403, retry_ms: null });
    network.socket.ends(4403);
    await pass(60_000);
    expect(network.sockets).toHaveLength(1);
    expect(text()).toBe("show_nothing");
    expect(button("show")).toBeUndefined();
  });

  // Who is watching.

  test("who is watching is shown first, and only then said to have been seen", async () => {
    await agreed();
    await says({ type: "watchers.changed", number: 4, watchers: [ALICE] });
    expect(find(".watched .standing")?.textContent).toBe("watched Alice!");
    expect(asked("watchers.seen")).toEqual([]);
    await pass(100);
    expect(asked("watchers.seen")).toEqual([{ type: "watchers.seen", number: 4 }]);
  });

  test("a hidden tab acknowledges nobody until it is looked at", async () => {
    await agreed();
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await says({ type: "watchers.changed", number: 4, watchers: [ALICE] }, 3_000);
    expect(asked("watchers.seen")).toEqual([]);
    visibility.mockReturnValue("visible");
    await pass(200);
    expect(asked("watchers.seen")).toEqual([{ type: "watchers.seen", number: 4 }]);
  });

  test("only what was painted is acknowledged: the newest watchers, once", async () => {
    await agreed();
    await says({ type: "watchers.changed", number: 4, watchers: [ALICE] });
    await says({ type: "watchers.changed", number: 5, watchers: [ALICE, { alias: "Bo", avatar: null }] }, 200);
    expect(asked("watchers.seen")).toEqual([{ type: "watchers.seen", number: 5 }]);
    expect(text()).toBe("watched Alice and Bo!");
  });

  test("it is read out once in a visit, and the end is told", async () => {
    await agreed({ number: 4, watchers: [ALICE] });
    expect(find(".standing")?.getAttribute("aria-live")).toBe("polite");
    await agreed({ number: 4, watchers: [ALICE] });
    expect(text()).toBe("watched Alice!");
    expect(find(".standing")?.getAttribute("aria-live")).toBe("off");
    await says({ type: "watchers.changed", number: 5, watchers: [] });
    expect(find(".watched")).toBeNull();
    expect(text()).toBe("watched_end");
    expect(find(".standing")?.getAttribute("aria-live")).toBe("polite");
  });

  test("what a cut line said last is not believed for long", async () => {
    await agreed({ number: 4, watchers: [ALICE] });
    await pass(100);
    network.socket.ends(1006);
    await pass(9_000);
    expect(text()).toBe("watched Alice!");
    await pass(1_050);
    expect(find(".watched")).toBeNull();
    network.socket.opens();
    await pass();
    expect(asked("visit.hello")[0]).toMatchObject({ seen: 0 });
  });

  test("greeted again within a moment, the tab says whom it shows already", async () => {
    await agreed({ number: 4, watchers: [ALICE] });
    await pass(100);
    network.socket.ends(1006);
    await pass(2_000);
    network.socket.opens();
    await pass();
    expect(asked("visit.hello")[0]).toMatchObject({ seen: 4 });
  });

  test("everything that the staff see is shown, field by field", async () => {
    await agreed({ number: 4, watchers: [ALICE] });
    await click("show");
    const ref = String(asked("visit.show")[0]!["ref"]);
    const page = { kind: "page", title: "The Waves", type: "Book page", section: "Books", url: "/books/waves/" } as const;
    const shown: VisitShown = {
      type: "visit.shown",
      ref,
      watchers: [ALICE],
      visit: {
        id: "visit-id",
        label: "Quiet Heron",
        began_at: Date.UTC(2026, 10, 27, 20, 0, 1),
        page,
        page_since: Date.UTC(2026, 10, 27, 20, 5, 2),
        pages: 41,
        language: "en-gb",
        device: "tablet",
        origin: "https://search.test",
        returning: true,
        idle_since: Date.UTC(2026, 10, 27, 20, 6, 3),
        stuck: ["back_and_forth", "empty_search"],
        score: 3,
        in_conversation: true,
        conversation: "conversation-id",
        invitation: "declined",
        left_at: Date.UTC(2026, 10, 27, 20, 7, 4),
      },
      steps: [
        { number: 2, at: Date.UTC(2026, 10, 27, 20, 5, 2), page, results: null },
        { number: 1, at: Date.UTC(2026, 10, 27, 20, 0, 1), page: { kind: "search", title: null, type: null, section: null, url: null }, results: 9 },
      ],
    };
    await says(shown);
    const dialog = find<HTMLDialogElement>("dialog")!;
    expect(dialog.open).toBe(true);
    const seen = dialog.textContent!;
    for (const part of [
      "Alice", "visit-id", "Quiet Heron", "The Waves", "Book page", "Books", "/books/waves/", "41", "en-gb", "device_tablet",
      "https://search.test", "stuck_back_and_forth", "stuck_empty_search", "conversation-id", "invitation_declined",
      "page_search", "results 9",
    ]) {
      expect(seen, part).toContain(part);
    }
    const labels = [...dialog.querySelectorAll("dt")].map((each) => each.textContent!.replace("field_", ""));
    expect([...labels].sort()).toEqual([...Object.keys(shown.visit), "watchers"].sort());
    const clocks = [...dialog.querySelectorAll("dd")].filter((each) => /:0[1-4]\b/.test(each.textContent!));
    expect(clocks).toHaveLength(4);
  });

  test("while nothing can be shown, it says so", async () => {
    await agreed();
    await click("show");
    await says({ type: "refused", code: "not_found", message: "", ref: String(asked("visit.show")[0]!["ref"]), retry_ms: null });
    expect(find("dialog")?.textContent).toContain("show_nothing");
    find<HTMLDialogElement>("dialog")!.close();
    await says({ type: "watchers.changed", number: 4, watchers: [ALICE] });
    await click("show");
    await says({ type: "refused", code: "unavailable", message: "", ref: String(asked("visit.show")[1]!["ref"]), retry_ms: null });
    expect(find("dialog")).toBeNull();
    await pass(6_000);
    expect(find("dialog")?.textContent).toContain("show_failed");
  });

  // Invitations.

  test("an invitation is a question by somebody, announced, and takes nothing away", async () => {
    await agreed();
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    await says({ type: "invitation.made", invitation: invitation() });
    const card = find("section.card")!;
    expect(card.querySelector(`#${card.getAttribute("aria-labelledby")}`)?.textContent).toBe("Alice");
    expect(card.textContent).toContain("Are you looking for something?");
    expect([...card.querySelectorAll("button")].map((each) => [each.className, each.textContent])).toEqual([
      ["answer", "accept"],
      ["answer", "decline"],
      ["answer", "never"],
    ]);
    expect(find(".unseen")?.textContent).toBe("invites Alice Are you looking for something?");
    expect(document.activeElement).toBe(field);
    expect(opened).toBe(0);
    expect(asked("invitation.seen")).toEqual([]);
    await pass(100);
    expect(asked("invitation.seen")).toEqual([{ type: "invitation.seen", invitation: invitation().id }]);
    expect(events).toContainEqual(["invitation", { state: "shown", automatic: false }]);
  });

  test("an automatic one says that it is", async () => {
    await agreed({ invitation: invitation({ sender: null, automatic: true }) });
    expect(find("#asker")?.textContent).toBe("The Quay bookshopautomatic");
  });

  test("each answer is told once, over HTTP, and yes opens the chat", async () => {
    for (const said of ["accept", "decline", "never"]) {
      dropCookie();
      const id = `00000000-0000-4000-8000-00000000000${said.length}`;
      await agreed({ invitation: invitation({ id }) });
      button(said).click();
      button(said).click();
      await pass();
      expect(find(".card")).toBeNull();
      await says(ready({ invitation: invitation({ id }) }));
      expect(find(".card")).toBeNull();
      expect(site.to(ASSIST.urls.answer).at(-1)).toEqual({ invitation: id, answer: said });
    }
    expect(site.to(ASSIST.urls.answer)).toHaveLength(3);
    expect(opened).toBe(1);
    expect(events.filter(([name]) => name === "invitation").map(([, detail]) => (detail as { state: string }).state)).toEqual([
      "shown", "accepted", "shown", "declined", "shown", "never",
    ]);
  });

  test("one that stands no more is taken off", async () => {
    await agreed({ invitation: invitation() });
    await says({ type: "invitation.ended", invitation: invitation().id, accepted: false });
    expect(find(".card")).toBeNull();
    expect(events).toContainEqual(["invitation", { state: "ended", automatic: false }]);
    expect(opened).toBe(0);
  });

  // Greetings of a page.

  const greet = { id: 11, dwell: 5 };
  const held = (): object => ({
    invitation: { id: "slip-1", text: "May we help?", sender: null, automatic: true, expires_at: Date.now() + 60_000 },
    now: Date.now(),
  });

  test("of whoever refused a page may ask a question, after a while and with a place kept", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    site.held = held();
    await arrive();
    expect(site.asked).toEqual(["/livechat/greetings/token-1/"]);
    await pass(4_500);
    expect(site.told).toEqual([]);
    await pass(1_000);
    expect(site.to(ASSIST.urls.hold)).toEqual([{ greeting: 11, page: "token-1" }]);
    expect(find("section.card")?.textContent).toContain("May we help?");
    expect(localStorage.length + sessionStorage.length).toBe(0);
  });

  test("where nobody could answer nothing is shown, and it is not tried again", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    await arrive();
    await pass(60_000);
    expect(site.to(ASSIST.urls.hold)).toHaveLength(1);
    expect(find(".card")).toBeNull();
  });

  test("no thanks is remembered for the visit, and nothing more is asked", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    site.held = held();
    await arrive();
    await pass(6_000);
    await click("decline");
    expect(site.to(ASSIST.urls.answer)).toEqual([{ invitation: "slip-1", answer: "decline" }]);
    expect(find(".card")).toBeNull();
    await arrive();
    await pass(60_000);
    expect(site.asked).toHaveLength(1);
  });

  test("yes opens the chat, where the conversation is", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    site.held = held();
    await arrive();
    await pass(6_000);
    await click("accept");
    expect(site.to(ASSIST.urls.answer)).toEqual([{ invitation: "slip-1", answer: "accept" }]);
    expect(opened).toBe(1);
    expect(find(".card")).toBeNull();
  });

  test("a yes that was not heard is said, and can be said again", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    site.held = held();
    await arrive();
    await pass(6_000);
    site.broken = true;
    await click("accept");
    expect(find(".card [role=alert]")?.textContent).toBe("invitation_failed");
    expect(opened).toBe(0);
    site.broken = false;
    await click("accept");
    expect(opened).toBe(1);
  });

  test("it goes by itself when its time is over", async () => {
    putCookie(cookieOf(false, false));
    site.greetings = [greet];
    site.held = held();
    await arrive();
    await pass(6_000);
    await pass(61_000);
    expect(find(".card")).toBeNull();
  });

  test("who asked never to be invited is asked by no page", async () => {
    putCookie(cookieOf(false, false, "q"));
    site.greetings = [greet];
    await arrive();
    await pass(10_000);
    expect(site.asked).toEqual([]);
  });

  test("who agreed is asked by the server, not by the page", async () => {
    site.greetings = [greet];
    await agreed();
    await pass(10_000);
    expect(site.asked).toEqual([]);
  });

  // The page around it.

  test("a swapped body leaves the element in its place, once", async () => {
    await arrive();
    const element = document.querySelector("livechat-assist")!;
    document.body.replaceWith(document.createElement("body"));
    putTag("token-2");
    side!.pageChanged(true);
    await pass();
    expect([...document.querySelectorAll("livechat-assist")]).toEqual([element]);
    expect(element.compareDocumentPosition(document.body) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    element.remove();
    side!.pageChanged(false);
    await pass();
    expect(element.isConnected).toBe(true);
  });

  test("the choices can be opened by the page", async () => {
    putCookie(cookieOf(false, false));
    await arrive();
    side!.choices();
    await pass();
    expect(find<HTMLDialogElement>("dialog")?.open).toBe(true);
  });

  test("another tab's answer is noticed when this one is looked at", async () => {
    await arrive();
    putCookie(cookieOf(true, false));
    document.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(find(".banner")).toBeNull();
    expect(network.sockets).toHaveLength(1);
  });
});
