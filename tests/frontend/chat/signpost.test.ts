// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Chat, ChatView } from "../../../wagtail_livechat/static_src/loader/host";
import type { Guidance, Message, VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { FakeNetwork } from "../connection/fake";
import { CONFIG, siteAnswers } from "../widget";
import { mountPanel } from "./panel";
import { conversation, message, ready } from "./samples";

const NOTHING: Guidance = { cards: [], choices: [], pieces: [] };
const HOURS = { kind: "page", title: "Opening hours", url: "/hours/", picture: null, text: "On Sunday" } as const;
const answer = (seq: number, guidance: Partial<Guidance> = {}, changes: Partial<Message> = {}): Message =>
  message(seq, { kind: "signpost", sender: null, guidance: { ...NOTHING, ...guidance }, ...changes });

describe("the signpost in the panel", () => {
  let network: FakeNetwork;
  let root: ShadowRoot;
  let chat: Chat;
  let views: ChatView[];
  let events: [string, unknown][];

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    sessionStorage.clear();
    document.body.replaceChildren();
    siteAnswers();
    network = new FakeNetwork();
    vi.stubGlobal("WebSocket", function (url: string) {
      return network.open(url);
    });
    views = [];
    events = [];
    ({ chat, root } = mountPanel({
      config: { ...CONFIG, signpost: true },
      emit: (event, detail) => events.push([event, detail]),
      changed: (view) => views.push(view),
    }));
  });

  afterEach(async () => {
    chat.stop();
    await pass(200); // Preact's own wait for the next frame.
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const find = <E extends Element = HTMLElement>(selector: string): E | null => root.querySelector<E>(selector);
  const all = (selector: string): string[] =>
    [...root.querySelectorAll(selector)].map((each) => each.textContent ?? "");
  const button = (text: string): HTMLButtonElement =>
    [...root.querySelectorAll("button")].find((each) => each.textContent === text)!;
  const says = async (update: VisitorUpdate): Promise<void> => {
    network.socket.says(update);
    await pass();
  };
  const opened = async (update: VisitorUpdate): Promise<void> => {
    chat.open({ focus: true });
    await pass();
    network.socket.opens();
    await pass();
    await says(update);
  };
  const asked = (type: string) => network.socket.asked(type);
  const press = async (text: string): Promise<void> => {
    button(text).click();
    await pass(50);
  };
  const talking = (messages: readonly Message[], changes: object = {}) =>
    ready({
      signpost: true,
      available: false,
      conversation: conversation({ state: "signpost", agent: null, agent_present: false, last_seq: messages.length, ...changes }),
      messages,
    });
  const question = message(1, { kind: "visitor" });

  test("it says before the first word that it is automatic, and whether a person is there", async () => {
    await opened(ready({ signpost: true, available: true }));
    expect(all(".standing")).toEqual(["status_signpost"]);
    await says({ type: "availability.changed", available: false, signpost: true });
    expect(all(".standing")).toEqual(["status_signpost_alone"]);
    expect(views.at(-1)!.available).toEqual({ available: false, signpost: true });
    await says({ type: "availability.changed", available: true, signpost: false });
    expect(all(".standing")).toEqual(["status_available"]);
    expect(button("person")).toBeUndefined();
  });

  test("where one asks travels with the hello and the question, and only while it answers", async () => {
    await opened(talking([question, answer(2)]));
    expect(asked("hello")).toMatchObject([{ page: "token-1" }]);
    const field = find<HTMLTextAreaElement>("textarea")!;
    const write = async (text: string): Promise<void> => {
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await pass();
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      await pass();
    };
    await write("And on Monday?");
    expect(asked("message.send")[0]).toMatchObject({ text: "And on Monday?", page: "token-1" });
    const first = asked("message.send")[0]!;
    await says({ type: "ack", ref: first["ref"] as string, conversation: "conversation-1", seq: 3, at: 0 });
    await says({ type: "conversation.changed", conversation: conversation({ state: "waiting", agent: null, revision: 9, last_seq: 3 }) });
    await write("Hello?");
    expect(asked("message.send")[1]).not.toHaveProperty("page");
  });

  test("its words, its pages and that it is automatic are shown, with links and plain text only", async () => {
    const gone = { ...HOURS, title: "Old page", url: "", text: "" };
    const bad = { ...HOURS, title: "<img src=x onerror=alert(1)>", url: "javascript:alert(1)" };
    await opened(talking([question, answer(2, { cards: [HOURS, gone, bad] })]));
    expect(all(".said.theirs .who bdi")).toEqual(["signpost"]);
    expect(all(".said.theirs .meta span")).toEqual(["automatic"]);
    const links = [...root.querySelectorAll<HTMLAnchorElement>(".pages a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual([expect.stringMatching(/\/hours\/$/)]);
    expect(all(".pages li")[1]).toBe("Old pagecard_gone");
    expect(all(".pages b")[2]).toBe(bad.title);
    expect(find(".pages img")).toBeNull();
  });

  test("an editor's own form of the text is kept: elements that are known, words of all others", async () => {
    const pieces = [
      { t: "p", c: ["We are open ", { t: "b", c: ["on Sunday"], href: null }], href: null },
      { t: "a", c: ["here"], href: "javascript:alert(1)" },
      { t: "a", c: ["there"], href: "/hours/" },
    ] as Guidance["pieces"];
    await opened(talking([question, answer(2, { pieces })]));
    expect(all(".rich p b")).toEqual(["on Sunday"]);
    expect([...root.querySelectorAll(".rich a")].map((a) => a.textContent)).toEqual(["there"]);
    expect(find(".rich")!.textContent).toContain("here");
  });

  test("did this help? is asked below the message that it is about; yes thanks, no asks for a person", async () => {
    await opened(talking([question, answer(2)], { asks: 2 }));
    expect(find("[role=group][aria-label=helped]")).not.toBeNull();
    await press("helped_yes");
    expect(asked("answer.judge")).toMatchObject([{ seq: 2, helped: true }]);
    expect(find("[role=status]")!.textContent).toBe("thanks");
    expect(root.activeElement).toBe(find("textarea"));
    await press("helped_no");
    expect(asked("answer.judge")).toMatchObject([{ helped: true }]); // the second waits for the first
    await says({ type: "conversation.changed", conversation: conversation({ state: "signpost", agent: null, revision: 2, last_seq: 2, asks: null }) });
    expect(find("[role=group][aria-label=helped]")).toBeNull();
  });

  test("a choice is sent as one's own words; those of an older step can be chosen no more", async () => {
    await opened(talking([question, answer(2, { choices: ["An order", "<b>A book</b>"] })]));
    expect(all("[aria-label=choices] button")).toEqual(["An order", "<b>A book</b>"]);
    await press("An order");
    expect(asked("message.send")).toMatchObject([{ text: "An order", page: "token-1" }]);
    expect(find("[aria-label=choices]")).toBeNull();
  });

  test("a person is one button away all the time that it answers", async () => {
    await opened(ready({ signpost: true }));
    await press("person");
    expect(asked("person.ask")).toHaveLength(1);
    await says({
      type: "conversation.changed",
      conversation: conversation({ state: "waiting", agent: null, last_seq: 1 }),
    });
    await says({
      type: "message.sent",
      conversation: "conversation-1",
      message: message(1, { kind: "notice", notice: "handed_over_later", text: "", sender: null }),
    });
    expect(all(".notice")[0]).toContain("notice_handed_over_later");
    expect(button("person")).toBeUndefined();
  });

  test("while it looks something up that is seen, and what it found is announced with its pages", async () => {
    await opened(talking([question]));
    expect(find(".typing")!.textContent).toBe("typing signpost");
    await says({ type: "message.sent", conversation: "conversation-1", message: answer(2, { cards: [HOURS] }, { text: "These:" }) });
    expect(find(".typing")).toBeNull();
    expect(find("[role=status]")!.textContent).toBe("signpost: These: Opening hours");
    expect(events).toContainEqual(["message", { from: "signpost" }]);
  });

  test("closed, what it said counts as unread", async () => {
    await opened(talking([question]));
    chat.close();
    await says({ type: "message.sent", conversation: "conversation-1", message: answer(2) });
    expect(views.at(-1)!.unread).toBe(1);
  });
});
