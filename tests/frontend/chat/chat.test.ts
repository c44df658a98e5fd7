// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Chat, ChatHost, ChatView } from "../../../wagtail_livechat/static_src/loader/host";
import { NOTHING, recall, remember } from "../../../wagtail_livechat/static_src/loader/memory";
import type { VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { WATCHING } from "../assist/site";
import { FakeNetwork, FakeStorage } from "../connection/fake";
import { CONFIG, type Site, siteAnswers } from "../widget";
import { mountPanel } from "./panel";
import { CAMILLE, conversation, message, ready } from "./samples";

describe("the panel", () => {
  let site: Site;
  let network: FakeNetwork;
  let root: ShadowRoot;
  let launcher: HTMLButtonElement;
  let chat: Chat;
  let views: ChatView[];
  let events: [string, unknown][];
  let page: string | null;

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    sessionStorage.clear();
    document.body.replaceChildren();
    document.title = "The Waves";
    site = siteAnswers();
    network = new FakeNetwork();
    vi.stubGlobal("WebSocket", function (url: string) {
      return network.open(url);
    });
    views = [];
    events = [];
    page = "token-1";
    mount();
  });

  afterEach(async () => {
    chat.stop();
    await pass(200); // Preact's own wait for the next frame.
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const mount = (change: Partial<ChatHost> = {}): void => {
    ({ chat, root, launcher } = mountPanel({
      emit: (event, detail) => events.push([event, detail]),
      page: () => page,
      changed: (view) => views.push(view),
      ...change,
    }));
  };
  const nextPage = (): void => {
    chat.stop();
    document.body.replaceChildren();
    network = new FakeNetwork();
    mount();
  };

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const find = <E extends Element = HTMLElement>(selector: string): E | null => root.querySelector<E>(selector);
  const all = (selector: string): string[] =>
    [...root.querySelectorAll(selector)].map((each) => each.textContent ?? "");
  const field = (): HTMLTextAreaElement => find<HTMLTextAreaElement>("textarea")!;
  const says = async (update: VisitorUpdate): Promise<void> => {
    network.socket.says(update);
    await pass();
  };
  const connected = async (update = ready()): Promise<void> => {
    await pass();
    network.socket.opens();
    await pass();
    await says(update);
  };
  const opened = async (update = ready()): Promise<void> => {
    chat.open({ focus: true });
    await connected(update);
  };
  const type = async (text: string): Promise<void> => {
    field().value = text;
    field().dispatchEvent(new InputEvent("input", { bubbles: true }));
    await pass();
  };
  const press = async (key: string, init: KeyboardEventInit = {}): Promise<void> => {
    field().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
    await pass();
  };
  const write = async (text: string): Promise<void> => {
    await type(text);
    await press("Enter");
  };
  const asked = (type: string) => network.socket.asked(type);
  const click = async (selector: string): Promise<void> => {
    find<HTMLButtonElement>(selector)!.click();
    await pass();
  };
  const view = (): ChatView => views[views.length - 1]!;

  test("where a site may watch, the choice about it is in the menu", async () => {
    chat.stop();
    document.body.replaceChildren();
    let chosen = 0;
    mount({ config: WATCHING, choices: () => (chosen += 1) });
    await opened();
    await click(".opener");
    const item = [...root.querySelectorAll<HTMLButtonElement>(".item")].find((each) => each.textContent === "Your choice");
    item!.click();
    await pass();
    expect(chosen).toBe(1);
    expect(find("#menu")).toBeNull();
  });

  test("opening asks for a key, says hello without the page, and greets", async () => {
    await opened();
    expect(site.asked.map(({ url }) => url)).toEqual(["/livechat/start/"]);
    expect(asked("hello")[0]).toEqual({ type: "hello", v: 1, language: "en", since: 0 });
    expect(find(".welcome .text")?.textContent).toBe("welcome");
    expect(find(".standing")?.textContent).toBe("status_available");
    expect(find(".privacy")?.textContent).toBe("privacy");
  });

  test("it is a dialog that does not hold the page, with a log that is silent by itself", async () => {
    await opened();
    const panel = find("[role=dialog]")!;
    expect(panel.getAttribute("aria-modal")).toBe("false");
    expect(root.getElementById(panel.getAttribute("aria-labelledby")!)?.textContent).toBe(CONFIG.team.name);
    expect(find("[role=log]")?.getAttribute("aria-live")).toBe("off");
    expect(root.activeElement).toBe(field());
  });

  test("what is written is sending, then sent, then seen, and never twice", async () => {
    await opened();
    await write("Hello");
    const { ref } = asked("message.send")[0] as { ref: string };
    expect(all(".text")).toEqual(["Hello"]);
    expect(all(".state")).toEqual(["state_sending"]);
    await says({ type: "ack", ref, conversation: "conversation-1", seq: 1, at: 1 });
    expect(all(".state")).toEqual(["state_sent"]);
    await says({ type: "conversation.changed", conversation: conversation({ last_seq: 1 }) });
    await says({ type: "message.sent", conversation: "conversation-1", message: message(1, { ref, kind: "visitor", text: "Hello" }) });
    expect(all(".text")).toEqual(["Hello"]);
    await says({ type: "conversation.changed", conversation: conversation({ last_seq: 1, read_by_staff: 1, revision: 2 }) });
    expect(all(".state")).toEqual(["state_seen"]);
    expect(asked("message.send")).toHaveLength(1);
    expect(field().value).toBe("");
  });

  test("Enter sends; with shift, or while a character is composed, it does not", async () => {
    await opened();
    await type("にほん");
    await press("Enter", { shiftKey: true });
    await press("Enter", { isComposing: true });
    await press("Enter", { keyCode: 229 } as KeyboardEventInit);
    expect(asked("message.send")).toEqual([]);
    await press("Enter");
    expect(asked("message.send")).toHaveLength(1);
  });

  test("blanks are not a message", async () => {
    await opened();
    await write("  \n ");
    expect(asked("message.send")).toEqual([]);
  });

  test("a message that is too long says by how much, and stays", async () => {
    await opened();
    await type("🦉".repeat(4_003));
    expect(find("#count[role=alert]")?.textContent).toBe("too_long 3");
    expect(field().getAttribute("aria-describedby")).toBe("count");
    await press("Enter");
    expect(asked("message.send")).toEqual([]);
    expect([...field().value]).toHaveLength(4_003);
    await type("🦉".repeat(3_990));
    expect(find("#count")?.textContent).toBe("characters_left 10");
  });

  test("a refused message keeps its text, says why, and can be sent again or edited", async () => {
    await opened();
    await write("Hello");
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "refused", ref, code: "conflict", message: "Why not.", retry_ms: null });
    expect(all(".failure [role=alert]")).toEqual(["Why not."]);
    await click(".failure button");
    expect(asked("message.send")).toHaveLength(2);
    await says({ type: "refused", ref, code: "conflict", message: "Why not.", retry_ms: null });
    await click(".failure button:last-child");
    expect(field().value).toBe("Hello");
    expect(all(".text")).toEqual(["welcome"]);
    nextPage();
    expect(localStorage.getItem("livechat:3:draft")).toBe("Hello");
  });

  test("a message that has to wait says why, and goes by itself", async () => {
    await opened(ready({ conversation: conversation() }));
    await write("Hello");
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "refused", ref, code: "rate_limited", message: "One moment.", retry_ms: 1_000 });
    expect(find(".banner[role=status]")?.textContent).toBe("One moment.");
    expect(all(".failure")).toEqual([]);
    await pass(1_500);
    expect(asked("message.send")).toHaveLength(2);
    await says({ type: "ack", ref, conversation: "conversation-1", seq: 1, at: 1 });
    expect(find(".banner")).toBeNull();
  });

  test("a failed message that turns out to be stored is not failed", async () => {
    await opened(ready({ conversation: conversation() }));
    await write("Hello");
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "refused", ref, code: "too_big", message: "No.", retry_ms: null });
    await says({ type: "message.sent", conversation: "conversation-1", message: message(1, { ref, kind: "visitor", text: "Hello" }) });
    expect(all(".failure")).toEqual([]);
    expect(all(".text")).toEqual(["Hello"]);
    expect(localStorage.length).toBe(1);
  });

  test("what could not be sent is sent by itself on the next page, once", async () => {
    await opened();
    network.socket.ends(1006);
    await write("Written in the tunnel");
    expect(all(".state")).toEqual(["state_sending"]);
    await type("and a half sent");
    nextPage();
    chat.open({ focus: false });
    expect(all(".text")).toEqual(["Written in the tunnel"]);
    expect(field().value).toBe("and a half sent");
    await connected();
    expect(asked("message.send")).toMatchObject([{ text: "Written in the tunnel" }]);
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "ack", ref, conversation: "conversation-1", seq: 1, at: 1 });
    await pass(5_000);
    expect(asked("message.send")).toHaveLength(1);
  });

  test("what lay for half a day waits for the visitor's word", async () => {
    await opened();
    network.socket.ends(1006);
    await write("Yesterday");
    vi.setSystemTime(Date.now() + 13 * 3_600_000);
    nextPage();
    chat.open({ focus: false });
    await connected();
    expect(asked("message.send")).toEqual([]);
    expect(all(".failure [role=alert]")).toEqual(["failed_old"]);
    await click(".failure button");
    expect(asked("message.send")).toHaveLength(1);
  });

  test("a lost line is said, and said again when it is back", async () => {
    await opened();
    network.socket.ends(1006);
    await pass();
    expect(find(".banner")?.textContent).toContain("offline");
    expect(find("p[role=status]")?.textContent).toBe("offline");
    await pass(1_000);
    await connected();
    expect(find(".banner")).toBeNull();
    expect(find("p[role=status]")?.textContent).toBe("online");
  });

  test("nobody has to wait for the next try", async () => {
    await opened();
    const opening = network.sockets.length;
    network.socket.ends(1006);
    await pass();
    expect(network.sockets).toHaveLength(opening);
    await click(".banner button");
    expect(network.sockets).toHaveLength(opening + 1);
    await connected();
    expect(find(".banner")).toBeNull();
  });

  test("a refusal is told with a way on, and writing waits", async () => {
    await opened();
    await says({ type: "error", code: "unsupported_version", message: "Reload.", close_code: 4426, retry_ms: null });
    network.socket.ends(4426);
    await pass();
    expect(find(".banner[role=alert] p")?.textContent).toBe("Reload.");
    expect(find(".banner button")?.textContent).toBe("reload");
    expect(field().disabled).toBe(true);
  });

  test("an agent's message is announced once, with who said it, and shown as text", async () => {
    await opened(ready({ conversation: conversation() }));
    const hostile = '<img src=x onerror="alert(1)"> javascript:alert(1) https://shop.test/a';
    await says({ type: "message.sent", conversation: "conversation-1", message: message(1, { text: hostile }) });
    expect(find("p[role=status]")?.textContent).toBe(`Camille: ${hostile}`);
    expect(find(".text img")).toBeNull();
    const links = [...root.querySelectorAll<HTMLAnchorElement>(".text a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://shop.test/a"]);
    expect(links[0]!.rel).toBe("noopener noreferrer nofollow ugc");
    expect(links[0]!.target).toBe("_blank");
    expect(events).toContainEqual(["message", { from: "agent" }]);
  });

  test("history is not news", async () => {
    await opened(ready({ conversation: conversation({ last_seq: 1 }), messages: [message(1)] }));
    expect(find("p[role=status]")?.textContent).toBe("");
    expect(events.map(([name]) => name)).toEqual(["opened"]);
  });

  test("what was missed is asked for, once, until it is answered", async () => {
    await opened(ready({ conversation: conversation() }));
    await says({ type: "message.sent", conversation: "conversation-1", message: message(3) });
    await says({ type: "message.sent", conversation: "conversation-1", message: message(4) });
    expect(asked("messages.fetch")).toMatchObject([{ since: 0 }]);
    const { ref } = asked("messages.fetch")[0] as { ref: string };
    await says({ type: "messages", ref, conversation: "conversation-1", messages: [message(1), message(2)], more: false });
    expect(all(".text")).toEqual(["message 1", "message 2", "message 3", "message 4"]);
    await pass(10_000);
    expect(asked("messages.fetch")).toHaveLength(1);
  });

  test("what was acknowledged comes by itself, or is asked for", async () => {
    await opened(ready({ conversation: conversation() }));
    await write("Hello");
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "ack", ref, conversation: "conversation-1", seq: 1, at: 1 });
    expect(asked("messages.fetch")).toEqual([]);
    await pass(1_500);
    expect(asked("messages.fetch")).toMatchObject([{ since: 0 }]);
  });

  test("a long history is fetched to its end", async () => {
    await opened(ready({ conversation: conversation({ last_seq: 2 }), messages: [message(1)], more: true }));
    expect(asked("messages.fetch")).toMatchObject([{ since: 1 }]);
  });

  test("the agent's typing shows, and is forgotten after six seconds", async () => {
    await opened(ready({ conversation: conversation() }));
    await says({ type: "typing", active: true });
    expect(find(".typing")?.textContent).toBe("typing Camille");
    await pass(6_500);
    expect(find(".typing")).toBeNull();
  });

  test("one's own typing is told rarely, and never what", async () => {
    await opened(ready({ conversation: conversation() }));
    for (const text of ["H", "He", "Hel", "Hell"]) await type(text);
    expect(asked("typing.set")).toEqual([{ type: "typing.set", active: true }]);
    await pass(5_500);
    expect(asked("typing.set").slice(1)).toEqual([{ type: "typing.set", active: false }]);
    expect(JSON.stringify(network.socket.frames)).not.toContain("Hel");
  });

  test("closed, new messages are counted; opened, they are read and the agent is told", async () => {
    await opened(ready({ conversation: conversation() }));
    chat.close();
    await says({ type: "message.sent", conversation: "conversation-1", message: message(1) });
    expect(view()).toMatchObject({ open: false, unread: 1, kept: true });
    expect(find("p[role=status]")?.textContent).toBe("launcher_unread 1");
    expect(events).toContainEqual(["closed", {}]);
    const log = vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(300);
    chat.open({ focus: true });
    await pass();
    expect(asked("read.mark")).toEqual([{ type: "read.mark", seq: 1 }]);
    expect(view().unread).toBe(0);
    log.mockRestore();
  });

  test("Escape closes and gives the focus back to the launcher", async () => {
    await opened();
    await press("Escape");
    expect(find("[role=dialog]")).toBeNull();
    expect(root.activeElement).toBe(launcher);
  });

  test("Escape closes the menu before the panel", async () => {
    await opened();
    await click(".opener");
    expect(find("#menu")).not.toBeNull();
    find("#menu button")!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await pass();
    expect(find("#menu")).toBeNull();
    expect(root.activeElement).toBe(find(".opener"));
    expect(find("[role=dialog]")).not.toBeNull();
  });

  test("closed without a conversation, the line is given back", async () => {
    await opened();
    chat.close();
    await pass();
    expect(network.socket.closed).toBe(true);
    expect(view()).toMatchObject({ open: false, kept: false, available: null });
    expect(recall(localStorage, 3, Date.now())).toMatchObject({ open: false, ongoing: false });
  });

  test("closed with a conversation, it goes on and the next page knows", async () => {
    await opened(ready({ conversation: conversation() }));
    chat.close();
    await pass();
    expect(network.socket.closed).toBe(false);
    expect(recall(localStorage, 3, Date.now())).toMatchObject({ open: false, ongoing: true });
    nextPage();
    await connected(ready({ conversation: conversation() }));
    expect(asked("hello")).toHaveLength(1);
    expect(find("[role=dialog]")).toBeNull();
  });

  test("the page is shown to the team only after the visitor says so, and while it is said", async () => {
    await opened(ready({ conversation: conversation() }));
    await click(".opener");
    await click("[role=switch]");
    expect(asked("page.share")).toMatchObject([{ page: "token-1" }]);
    expect(find(".sharing")?.textContent).toContain("The Waves");
    await says({ type: "ack", ref: (asked("page.share")[0] as { ref: string }).ref, conversation: null, seq: null, at: null });
    await says({ type: "conversation.changed", conversation: conversation({ page_shared: true, revision: 2 }) });
    page = "token-2";
    chat.pageChanged();
    await pass();
    expect(asked("page.share")[1]).toMatchObject({ page: "token-2" });
    await says({ type: "ack", ref: (asked("page.share")[1] as { ref: string }).ref, conversation: null, seq: null, at: null });
    await click("[role=switch]");
    expect(asked("page.share")[2]).toMatchObject({ page: null });
    await says({ type: "conversation.changed", conversation: conversation({ page_shared: false, revision: 3 }) });
    expect(find(".sharing")).toBeNull();
  });

  test("another tab that stops showing the page stops it here", async () => {
    remember(localStorage, 3, { ...NOTHING, sharing: true, shows: "token-1", at: Date.now() });
    nextPage();
    await opened(ready({ conversation: conversation({ page_shared: true }) }));
    expect(find(".sharing")?.textContent).toContain("sharing_page");
    await says({ type: "conversation.changed", conversation: conversation({ page_shared: false, revision: 2 }) });
    expect(find(".sharing")).toBeNull();
  });

  test.each(["pointerdown", "keydown"])("a sound that is wanted may sound after the first %s", (act) => {
    const resume = vi.fn();
    vi.stubGlobal("AudioContext", function () {
      return { resume, close: () => undefined };
    });
    remember(localStorage, 3, { ...NOTHING, sound: true, at: Date.now() });
    nextPage();
    expect(resume).not.toHaveBeenCalled();
    window.dispatchEvent(new Event(act));
    expect(resume).toHaveBeenCalled();
  });

  test("ending asks first; then the conversation can be taken up again", async () => {
    await opened(ready({ conversation: conversation() }));
    await click(".opener");
    await click("#menu .item:nth-of-type(3)");
    expect(asked("conversation.end")).toEqual([]);
    await click(".danger");
    expect(asked("conversation.end")).toHaveLength(1);
    await says({ type: "conversation.changed", conversation: conversation({ state: "closed", revision: 2 }) });
    expect(find(".standing")?.textContent).toBe("status_closed");
    expect(events).toContainEqual(["ended", {}]);
    expect(field().disabled).toBe(false);
  });

  test("forgetting ends, and leaves nothing in the browser", async () => {
    await opened(ready({ conversation: conversation(), messages: [message(1)] }));
    await type("half a word");
    await click(".opener");
    await click("#menu .item:nth-of-type(4)");
    await click(".danger");
    await pass();
    expect(site.asked.map(({ url }) => url)).toContain("/livechat/forget/");
    expect(all(".text")).toEqual(["welcome"]);
    expect(all(".notice")).toEqual(["forgotten"]);
    expect(Object.keys({ ...localStorage, ...sessionStorage })).toEqual([]);
    chat.close();
    await pass();
    expect(Object.keys({ ...localStorage, ...sessionStorage })).toEqual([]);
    network = new FakeNetwork();
    chat.open({ focus: true });
    await pass();
    await write("Somebody else");
    await connected();
    expect(asked("message.send")).toMatchObject([{ text: "Somebody else" }]);
  });

  test("a conversation that was erased elsewhere is gone, and what was unsent stays with its writer", async () => {
    await opened(ready({ conversation: conversation(), messages: [message(1)] }));
    await write("On its way");
    await says({ type: "error", code: "gone", message: "It was erased.", close_code: 4410, retry_ms: null });
    network.socket.ends(4410);
    await pass();
    expect(all(".text")).toEqual(["On its way"]);
    expect(all(".notice")).toEqual(["forgotten"]);
    expect(all(".failure [role=alert]")).toEqual(["It was erased."]);
    await click(".failure button");
    await connected();
    expect(asked("message.send")).toMatchObject([{ text: "On its way" }]);
  });

  test("forgetting that the server does not hear is not claimed", async () => {
    await opened(ready({ conversation: conversation(), messages: [message(1)] }));
    site.broken = true;
    await click(".opener");
    await click("#menu .item:nth-of-type(4)");
    await click(".danger");
    await pass();
    expect(find(".menu .error[role=alert]")).not.toBeNull();
    expect(all(".text")).toEqual(["message 1"]);
  });

  test("notices are worded here, with the agent's alias", async () => {
    await opened(
      ready({
        conversation: conversation({ last_seq: 1 }),
        messages: [message(1, { kind: "notice", text: "", notice: "picked_up", sender: CAMILLE })],
      }),
    );
    expect(all(".notice")[0]).toContain("notice_picked_up Camille");
  });

  test("a storage that refuses everything is said once something waits, and nothing breaks", async () => {
    const storage = new FakeStorage();
    storage.full = true;
    vi.stubGlobal("localStorage", storage);
    nextPage();
    await opened();
    await write("Hello");
    expect(find(".banner")?.textContent).toBe("nothing_kept");
    const { ref } = asked("message.send")[0] as { ref: string };
    await says({ type: "ack", ref, conversation: "conversation-1", seq: 1, at: 1 });
    expect(find(".banner")).toBeNull();
  });

  test("a picture that cannot be had gives way to a letter", async () => {
    await opened(ready({ conversation: conversation({ agent: { alias: "Camille", avatar: "/gone.jpg" } }) }));
    find("img")!.dispatchEvent(new Event("error"));
    await pass();
    expect(find(".head .avatar")?.textContent).toBe("C");
  });
});
