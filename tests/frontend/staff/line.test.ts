import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Connection, Status } from "../../../wagtail_livechat/static_src/connection";
import type { AgentCommand, AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { createLine } from "../../../wagtail_livechat/static_src/staff/line";
import { createStaffOutbox } from "../../../wagtail_livechat/static_src/staff/outbox";
import { FakeNetwork, FakeStorage, uuid } from "../connection/fake";
import { ready } from "../console/factories";
import { FakeChannels, FakeLocks } from "./browser";

interface Tab {
  readonly line: Connection<AgentCommand>;
  readonly statuses: Status[];
  readonly updates: AgentUpdate[];
}

describe("several tabs of one browser", () => {
  let network: FakeNetwork;
  let channels: FakeChannels;
  let locks: FakeLocks;
  let tickets: number;
  let tabs: Tab[];

  function opens(): Tab {
    const statuses: Status[] = [];
    const updates: AgentUpdate[] = [];
    const tab = {
      statuses,
      updates,
      line: createLine({
        ticketUrl: "/admin/livechat/ticket/",
        exchangeUrl: "/admin/livechat/exchange/",
        user: "1",
        outbox: createStaffOutbox("1", `tab ${tabs.length}`, new FakeStorage()),
        cursors: () => [],
        onStatus: (status) => statuses.push(status),
        onUpdate: (update) => updates.push(update),
      }),
    };
    tabs.push(tab);
    tab.line.start();
    return tab;
  }

  async function serverAnswers(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    network.socket.opens();
    await vi.advanceTimersByTimeAsync(0);
    network.socket.says(ready([]));
    await vi.advanceTimersByTimeAsync(0);
  }

  function live(): number {
    return network.sockets.filter((socket) => !socket.closed).length;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    network = new FakeNetwork();
    channels = new FakeChannels();
    locks = new FakeLocks();
    tickets = 0;
    tabs = [];
    vi.stubGlobal("WebSocket", function (this: object, url: string) {
      return network.open(url);
    });
    vi.stubGlobal("BroadcastChannel", function (this: object, name: string) {
      return channels.make(name);
    });
    vi.stubGlobal("fetch", async () => {
      tickets += 1;
      return new Response(JSON.stringify({ ticket: `ticket ${tickets}`, socket: "/livechat/staff/ws/" }));
    });
    vi.stubGlobal("navigator", { locks });
  });

  afterEach(() => {
    for (const tab of tabs) tab.line.stop();
    expect(channels.count()).toBe(0);
    vi.useRealTimers();
  });

  test("open one socket between them, and all hear the server", async () => {
    const [one, two] = [opens(), opens()];
    await serverAnswers();
    expect(live()).toBe(1);
    expect(tickets).toBe(1);
    for (const tab of [one, two]) {
      expect(tab.line.status.type).toBe("open");
      expect(tab.updates.map((update) => update.type)).toContain("staff.ready");
    }
  });

  test("send through it, whichever of them holds it, with the ticket in the first frame", async () => {
    opens();
    const two = opens();
    await serverAnswers();
    two.line.send({ type: "reply.send", ref: uuid(1), conversation: uuid(2), text: "Hello" });
    await vi.advanceTimersByTimeAsync(0);
    expect(network.socket.asked("staff.hello")[0]).toMatchObject({ ticket: "ticket 1" });
    expect(network.socket.asked("reply.send")).toMatchObject([{ text: "Hello" }]);
  });

  test("when the one that holds it closes, the next takes over and nothing written is lost", async () => {
    const [one, two] = [opens(), opens()];
    await serverAnswers();
    one.line.stop();
    two.line.send({ type: "reply.send", ref: uuid(1), conversation: uuid(2), text: "Still here" });
    await serverAnswers();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(live()).toBe(1);
    expect(two.line.status.type).toBe("open");
    expect(network.socket.asked("reply.send")).toMatchObject([{ text: "Still here" }]);
  });

  test("a tab that hangs while it holds the line loses it to one that needs it", async () => {
    // A tab that holds the lock and answers nobody.
    void locks.request("", {}, () => new Promise(() => undefined)).catch(() => undefined);
    const two = opens();
    await vi.advanceTimersByTimeAsync(6_000);
    await serverAnswers();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(two.line.status.type).toBe("open");
  });

  test("without locks each has a line of its own", async () => {
    vi.stubGlobal("navigator", {});
    opens();
    opens();
    await vi.advanceTimersByTimeAsync(0);
    expect(network.sockets).toHaveLength(2);
  });
});
