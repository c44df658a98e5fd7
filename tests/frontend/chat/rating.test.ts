// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Chat } from "../../../wagtail_livechat/static_src/loader/host";
import type { VisitorConversation, VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { FakeNetwork } from "../connection/fake";
import { siteAnswers } from "../widget";
import { mountPanel } from "./panel";
import { conversation, message, ready } from "./samples";

describe("whether it helped, at the end", () => {
  let network: FakeNetwork;
  let root: ShadowRoot;
  let chat: Chat;

  beforeEach(async () => {
    vi.useFakeTimers();
    localStorage.clear();
    sessionStorage.clear();
    document.body.replaceChildren();
    siteAnswers();
    network = new FakeNetwork();
    vi.stubGlobal("WebSocket", function (url: string) {
      return network.open(url);
    });
    ({ chat, root } = mountPanel());
    chat.open({ focus: true });
    await pass();
    network.socket.opens();
    await pass();
    await says(ready({ conversation: conversation({ last_seq: 1 }), messages: [message(1)] }));
  });

  afterEach(async () => {
    chat.stop();
    await pass(200); // Preact's own wait for the next frame.
    vi.useRealTimers();
  });

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const says = async (update: VisitorUpdate): Promise<void> => {
    network.socket.says(update);
    await pass();
  };
  const becomes = (revision: number, changes: Partial<VisitorConversation>): Promise<void> =>
    says({ type: "conversation.changed", conversation: conversation({ last_seq: 1, revision, ...changes }) });
  const buttons = (): HTMLButtonElement[] => [...root.querySelectorAll<HTMLButtonElement>(".whole button")];

  test("it is asked once it is over, said by one tap, and asked no more", async () => {
    expect(buttons()).toEqual([]);
    await becomes(2, { state: "closed", agent: null, asks_at_end: true });
    expect(buttons().map((each) => each.textContent)).toEqual(["helped_yes", "helped_no"]);
    buttons()[1]!.click();
    await pass(50);
    expect(network.socket.asked("conversation.rate")).toMatchObject([{ helped: false }]);
    expect(root.activeElement?.tagName).toBe("TEXTAREA");
    await becomes(3, { state: "closed", agent: null });
    expect(buttons()).toEqual([]);
  });

  test("where it has been taken up again nobody asks", async () => {
    await becomes(2, { state: "closed", agent: null, asks_at_end: true });
    await becomes(3, { state: "waiting", agent: null });
    expect(buttons()).toEqual([]);
    expect(network.socket.asked("conversation.rate")).toEqual([]);
  });
});
