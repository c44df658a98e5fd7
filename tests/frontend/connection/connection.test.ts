import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection } from "../../../wagtail_livechat/static_src/connection/connection";
import { Outbox } from "../../../wagtail_livechat/static_src/connection/outbox";
import { NotAdmitted } from "../../../wagtail_livechat/static_src/connection/poll";
import type { Connection, Frame, Status } from "../../../wagtail_livechat/static_src/connection/types";
import { MAX_EXCHANGE, type VisitorCommand, type VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { FakeNetwork, FakePage, FakeStorage, uuid } from "./fake";

const READY = {
  type: "ready",
  now: 0,
  available: true,
  conversation: null,
  messages: [],
  more: false,
  poll_ms: 2_000,
  signpost: false,
} as const satisfies VisitorUpdate;

const say = (n: number): VisitorCommand => ({ type: "message.send", ref: uuid(n), text: `message ${n}` });
const ack = (n: number): VisitorUpdate => ({ type: "ack", ref: uuid(n), conversation: "c", seq: n, at: 0 });

describe("the line to the server", () => {
  let network: FakeNetwork;
  let page: FakePage;
  let storage: FakeStorage;
  let outbox: Outbox<VisitorCommand>;
  let statuses: Status[];
  let updates: VisitorUpdate[];
  let admissions: number;
  let requests: { readonly commands: readonly Frame[] }[];
  let answer: (commands: readonly VisitorCommand[]) => Promise<readonly VisitorUpdate[]>;
  let admit: () => Promise<void>;
  let lane: (command: VisitorCommand) => string;
  let line: Connection<VisitorCommand>;

  beforeEach(() => {
    vi.useFakeTimers();
    network = new FakeNetwork();
    page = new FakePage();
    storage = new FakeStorage();
    statuses = [];
    updates = [];
    admissions = 0;
    requests = [];
    answer = async () => [READY];
    lane = () => "";
    admit = async () => void (admissions += 1);
    outbox = new Outbox<VisitorCommand>({
      prefix: "out:",
      storage,
      tab: "a",
      now: Date.now,
      keep: (command) => (command.type === "message.send" ? "stored" : "moment"),
      lane: (command) => lane(command),
    });
    line = createConnection<VisitorCommand, VisitorUpdate>({
      socketUrl: () => "ws://shop.test/livechat/ws/",
      exchange: async (_hello, commands) => {
        requests.push({ commands });
        return answer(commands);
      },
      admit: () => admit(),
      hello: () => ({ type: "hello", v: 1, language: "en", since: 0 }),
      pong: { type: "pong" },
      ready: "ready",
      storedRefs: (update) => (update.type === "message.sent" ? [update.message.ref] : []),
      outbox,
      onUpdate: (update) => updates.push(update),
      onStatus: (status) => statuses.push(status),
      page,
      open: network.open,
      random: () => 0.5,
    });
  });

  afterEach(() => {
    line.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  const opened = async (): Promise<void> => {
    line.start();
    await settle();
    network.socket.opens();
    await settle();
    network.socket.says(READY);
  };

  test("it is admitted, says hello, and is open when the server is ready", async () => {
    await opened();
    expect(admissions).toBe(1);
    expect(network.socket.frames).toEqual([{ type: "hello", v: 1, language: "en", since: 0 }]);
    expect(statuses).toEqual([
      { type: "connecting", attempt: 1 },
      { type: "open", by: "socket" },
    ]);
  });

  test("what was written before it was open is sent as soon as it is", async () => {
    line.send(say(1));
    await opened();
    expect(network.socket.asked("message.send")).toEqual([say(1)]);
  });

  test("an acknowledged message is not sent again; the next one follows", async () => {
    await opened();
    line.send(say(1));
    line.send(say(2));
    expect(network.socket.asked("message.send")).toEqual([say(1)]);
    network.socket.says(ack(1));
    expect(network.socket.asked("message.send")).toEqual([say(1), say(2)]);
    network.socket.says(ack(2));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(network.socket.asked("message.send")).toHaveLength(2);
  });

  test("a lost acknowledgement is made good by the message itself", async () => {
    await opened();
    line.send(say(1));
    network.socket.says({
      type: "message.sent",
      conversation: "c",
      message: { seq: 1, ref: uuid(1), kind: "visitor", text: "x", at: 0, sender: null, notice: null },
    });
    expect(outbox.list()).toEqual([]);
  });

  test("a line that is cut comes back by itself and sends again what had no answer", async () => {
    await opened();
    line.send(say(1));
    network.socket.ends(1006);
    expect(line.status.type).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.sockets).toHaveLength(2);
    network.socket.opens();
    await settle();
    network.socket.says(READY);
    expect(network.socket.asked("message.send")).toEqual([say(1)]);
  });

  test("silence for forty seconds means that the line is dead", async () => {
    await opened();
    await vi.advanceTimersByTimeAsync(39_000);
    expect(line.status.type).toBe("open");
    network.socket.says({ type: "heartbeat", heads: [] });
    await vi.advanceTimersByTimeAsync(39_000);
    expect(line.status.type).toBe("open");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(network.sockets.length).toBeGreaterThan(1);
    expect(network.sockets[0]!.closed).toBe(true);
  });

  test("a heartbeat is answered", async () => {
    await opened();
    network.socket.says({ type: "heartbeat", heads: [] });
    expect(network.socket.asked("pong")).toHaveLength(1);
  });

  test("asked twice and hearing nothing at all, it does not wait for the heartbeat", async () => {
    await opened();
    await vi.advanceTimersByTimeAsync(1_000);
    line.send(say(1));
    await vi.advanceTimersByTimeAsync(9_500);
    expect(network.sockets.length).toBeGreaterThan(1);
  });

  test("a message refused for now is sent again when the server allows it", async () => {
    await opened();
    line.send(say(1));
    network.socket.says({ type: "refused", code: "rate_limited", message: "Slowly.", ref: uuid(1), retry_ms: 1_000 });
    expect(network.socket.asked("message.send")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_300);
    expect(network.socket.asked("message.send")).toHaveLength(2);
    expect(outbox.list()[0]!.refusal).toBeNull();
  });

  test("a message refused for good stays with the writer and its reason", async () => {
    await opened();
    line.send(say(1));
    network.socket.says({ type: "refused", code: "too_big", message: "Too long.", ref: uuid(1), retry_ms: null });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(network.socket.asked("message.send")).toHaveLength(1);
    expect(outbox.list()[0]!.refusal).toEqual({ code: "too_big", message: "Too long." });
  });

  test("a key that is not known is asked for anew, once", async () => {
    line.start();
    await settle();
    network.socket.opens();
    network.socket.says({ type: "error", code: "identity_missing", message: "Who?", close_code: 4401, retry_ms: null });
    network.socket.ends(1006);
    await settle();
    expect(admissions).toBe(2);
    network.socket.says({ type: "error", code: "identity_missing", message: "Who?", close_code: 4401, retry_ms: null });
    network.socket.ends(4401);
    expect(line.status).toEqual({ type: "refused", closeCode: 4401, code: "identity_missing", message: "Who?" });
  });

  test.each([4403, 4410, 4426])("after %i it does not come back by itself", async (code) => {
    await opened();
    network.socket.ends(code);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(line.status).toMatchObject({ type: "refused", closeCode: code });
    expect(network.sockets).toHaveLength(1);
    expect(requests).toEqual([]);
  });

  test("a server that says goodbye is left alone as long as it asks for", async () => {
    await opened();
    network.socket.says({ type: "bye", retry_ms: 4_000 });
    network.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(3_900);
    expect(network.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(network.sockets).toHaveLength(2);
  });

  const withoutSockets = async (): Promise<void> => {
    line.start();
    await settle();
    network.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    network.socket.ends(1006);
    await settle();
  };

  test("where sockets do not get through, the same goes over HTTP", async () => {
    answer = async (commands) => [
      ...commands.map((command) => ack(Number(("ref" in command ? command.ref : "")?.slice(-3)))),
      READY,
    ];
    line.send(say(1));
    line.send(say(2));
    await withoutSockets();
    expect(line.status).toEqual({ type: "open", by: "poll" });
    await settle();
    expect(requests.flatMap((request) => request.commands)).toEqual([say(1), say(2)]);
    expect(outbox.list()).toEqual([]);
  });

  test("what is too long for one request goes in several", async () => {
    lane = (command) => ("ref" in command ? (command.ref ?? "") : "");
    answer = async (commands) => [
      ...commands.map((command) => ack(Number(("ref" in command ? command.ref : "")?.slice(-3)))),
      READY,
    ];
    const long = (n: number): VisitorCommand => ({ ...say(n), text: "語".repeat(4_000) }) as VisitorCommand;
    for (let n = 1; n <= 12; n += 1) line.send(long(n));
    await withoutSockets();
    await vi.advanceTimersByTimeAsync(10_000);
    const bytes = requests.map(
      (request) => new TextEncoder().encode(JSON.stringify({ hello: {}, ...request })).length,
    );
    expect(Math.max(...bytes)).toBeLessThanOrEqual(MAX_EXCHANGE);
    expect(bytes[0]).toBeGreaterThan(MAX_EXCHANGE / 2);
    expect(requests.flatMap((request) => request.commands)).toHaveLength(12);
    expect(outbox.list()).toEqual([]);
  });

  test("it asks in the server's rhythm, and less often when nobody looks", async () => {
    await withoutSockets();
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(requests).toHaveLength(2);
    page.isVisible = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(requests).toHaveLength(3);
  });

  test("a socket is tried again each minute, and then carries", async () => {
    await withoutSockets();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(network.sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(network.sockets).toHaveLength(3);
    network.socket.opens();
    await settle();
    network.socket.says(READY);
    expect(line.status).toEqual({ type: "open", by: "socket" });
    const asked = requests.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests).toHaveLength(asked);
  });

  test("a server that was down altogether gets its socket back as soon as HTTP answers", async () => {
    answer = async () => {
      throw new TypeError("network");
    };
    await withoutSockets();
    expect(line.status.type).toBe("lost");
    answer = async () => [READY];
    await vi.advanceTimersByTimeAsync(3_000);
    expect(network.sockets).toHaveLength(3);
    network.socket.opens();
    await settle();
    network.socket.says(READY);
    expect(line.status).toEqual({ type: "open", by: "socket" });
  });

  test("too many sockets of one browser: this tab goes over HTTP", async () => {
    await opened();
    network.socket.says({ type: "error", code: "too_many", message: "", close_code: 4409, retry_ms: null });
    network.socket.ends(4409);
    await settle();
    expect(line.status).toEqual({ type: "open", by: "poll" });
  });

  test("HTTP that is not admitted stops as a socket would", async () => {
    answer = async () => {
      throw new NotAdmitted(4403, "http_403", "");
    };
    await withoutSockets();
    expect(line.status).toMatchObject({ type: "refused", closeCode: 4403 });
  });

  test("without the first admission nothing is opened, and it is tried again", async () => {
    admit = async () => {
      admissions += 1;
      if (admissions === 1) throw new TypeError("network");
    };
    line.start();
    await settle();
    expect(network.sockets).toEqual([]);
    expect(line.status.type).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(network.sockets).toHaveLength(1);
  });

  test("when the network is back it does not wait for its turn", async () => {
    await opened();
    page.events!.offline();
    expect(line.status.type).toBe("lost");
    page.events!.woke(true);
    await settle();
    expect(network.sockets).toHaveLength(2);
  });

  test("a laptop that slept finds out at once that its line is dead", async () => {
    await opened();
    vi.setSystemTime(Date.now() + 3_600_000);
    page.events!.woke(false);
    await settle();
    expect(network.sockets).toHaveLength(2);
  });

  test("a page in the browser's page cache holds no socket, and comes back with one", async () => {
    await opened();
    page.events!.left();
    expect(network.socket.closed).toBe(true);
    page.events!.returned();
    await settle();
    expect(network.sockets).toHaveLength(2);
  });

  test("what is only for the moment is dropped when the line is not open", async () => {
    expect(line.send({ type: "typing.set", active: true })).toBe(false);
    await opened();
    expect(line.send({ type: "typing.set", active: true })).toBe(true);
    expect(network.socket.asked("typing.set")).toHaveLength(1);
  });

  test("stopped, it closes and never comes back", async () => {
    await opened();
    line.stop();
    expect(network.socket.closed).toBe(true);
    page.events?.woke(true);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(network.sockets).toHaveLength(1);
    expect(line.status).toEqual({ type: "idle" });
  });

  test("started twice, it is one line", async () => {
    await opened();
    line.start();
    await settle();
    expect(network.sockets).toHaveLength(1);
  });
});
