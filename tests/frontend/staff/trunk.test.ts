import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Connection, Status } from "../../../wagtail_livechat/static_src/connection";
import type { AgentCommand, AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import type { ToTab } from "../../../wagtail_livechat/static_src/staff/relay";
import { Trunk, type Wiring } from "../../../wagtail_livechat/static_src/staff/trunk";
import { uuid } from "../connection/fake";
import { card, message, mine, ready, thread } from "../console/factories";
import { trailOf, visit } from "../console/visitors/factories";
import { type FakeChannel, FakeChannels } from "./browser";

const ID = uuid(1);

/** The line to the server, as a test drives it. */
class FakeLine implements Connection<AgentCommand> {
  status: Status = { type: "idle" };
  readonly sent: AgentCommand[] = [];
  resyncs = 0;
  checks = 0;
  starts = 0;
  constructor(readonly wiring: Wiring) {}
  start(): void {
    this.starts += 1;
  }
  stop(): void {
    this.is({ type: "idle" });
  }
  send(command: AgentCommand): boolean {
    this.sent.push(command);
    return true;
  }
  check(): void {
    this.checks += 1;
  }
  resync(): void {
    this.resyncs += 1;
  }
  is(status: Status): void {
    this.status = status;
    this.wiring.onStatus(status);
  }
  opens(by: "socket" | "poll" = "socket"): void {
    this.is({ type: "open", by });
    this.wiring.onUpdate(ready([mine(1)]));
  }
  asked(type: AgentCommand["type"]): AgentCommand[] {
    return this.sent.filter((command) => command.type === type);
  }
}

class Tab {
  readonly heard: ToTab[] = [];
  constructor(
    readonly id: string,
    readonly channel: FakeChannel,
  ) {
    channel.onmessage = ({ data }: MessageEvent) => {
      const told = data as ToTab;
      if (told.to === id || told.to === "*") this.heard.push(told);
    };
  }
  async opens(): Promise<void> {
    this.channel.postMessage({ to: "trunk", kind: "open", id: this.id });
    await vi.waitFor(() => expect(this.heard.length).toBeGreaterThan(0));
  }
  async says(command: AgentCommand): Promise<void> {
    this.channel.postMessage({ to: "trunk", kind: "frame", id: this.id, data: JSON.stringify(command) });
    await delivered();
  }
  updates(): AgentUpdate[] {
    return this.heard.flatMap((told) => (told.kind === "frame" ? [JSON.parse(told.data) as AgentUpdate] : []));
  }
  kinds(): string[] {
    return this.heard.map((told) => told.kind);
  }
}

async function delivered(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe("the trunk", () => {
  let channels: FakeChannels;
  let line: FakeLine;
  let trunk: Trunk;

  function tab(id: string): Tab {
    return new Tab(id, channels.make("staff"));
  }

  beforeEach(() => {
    channels = new FakeChannels();
    trunk = new Trunk({
      ticketUrl: "",
      exchangeUrl: "",
      channel: channels.make("staff"),
      connect: (wiring) => (line = new FakeLine(wiring)),
    });
    trunk.start();
  });

  test("a tab that comes later is told how things stand, without asking the server", async () => {
    line.opens();
    line.wiring.onUpdate({ type: "card.changed", card: card(2) });
    const late = tab("late");
    await late.opens();
    await late.says({ type: "staff.hello", v: 1, open: [] });
    const [fresh] = late.updates();
    expect(fresh).toMatchObject({ type: "staff.ready", cards: [{ id: ID }, { id: uuid(2) }] });
    expect(line.sent).toEqual([]);
  });

  test("a tab that comes too early is asked to wait, and called when the line is there", async () => {
    const early = tab("early");
    await early.opens();
    expect(early.kinds()).toEqual(["wait"]);
    line.opens();
    await delivered();
    expect(early.kinds()).toContain("here");
  });

  test("an answer goes to the tab that asked, news go to all", async () => {
    line.opens();
    const [one, two] = [tab("one"), tab("two")];
    await one.opens();
    await two.opens();
    await one.says({ type: "conversation.pick_up", ref: uuid(9), conversation: ID });
    line.wiring.onUpdate({ type: "ack", ref: uuid(9), conversation: ID, seq: null, at: null });
    line.wiring.onUpdate({ type: "card.changed", card: mine(1) });
    await delivered();
    expect(one.updates().map((update) => update.type)).toEqual(["ack", "card.changed"]);
    expect(two.updates().map((update) => update.type)).toEqual(["card.changed"]);
  });

  test("a tab's cursors are asked for where it left off", async () => {
    line.opens();
    const one = tab("one");
    await one.opens();
    await one.says({ type: "staff.hello", v: 1, open: [{ conversation: ID, since: 3, notes_since: 1 }] });
    expect(line.asked("conversation.open")).toMatchObject([{ conversation: ID, since: 3, notes_since: 1 }]);
  });

  test("a conversation is left when its last tab leaves it", async () => {
    line.opens();
    const [one, two] = [tab("one"), tab("two")];
    for (const each of [one, two]) {
      await each.opens();
      await each.says({ type: "conversation.open", ref: uuid(3), conversation: ID });
    }
    await one.says({ type: "conversation.leave", ref: uuid(4), conversation: ID });
    expect(line.asked("conversation.leave")).toEqual([]);
    two.channel.postMessage({ to: "trunk", kind: "close", id: "two" });
    await delivered();
    expect(line.asked("conversation.leave")).toMatchObject([{ conversation: ID }]);
  });

  test("over HTTP each request asks for what the slowest tab still lacks", async () => {
    line.opens("poll");
    const [one, two] = [tab("one"), tab("two")];
    await one.opens();
    await two.opens();
    await one.says({ type: "conversation.open", ref: uuid(3), conversation: ID, since: 0 });
    line.wiring.onUpdate(thread(mine(1), [message(1), message(2)]));
    await two.says({ type: "conversation.open", ref: uuid(4), conversation: ID, since: 0 });
    expect(line.wiring.cursors()).toEqual([{ conversation: ID, since: 0, notes_since: 0 }]);
    line.wiring.onUpdate(thread(mine(1), [message(1), message(2)]));
    expect(line.wiring.cursors()).toEqual([{ conversation: ID, since: 2, notes_since: 0 }]);
    // Nothing that was asked waits for the next round.
    expect(line.resyncs).toBe(2);
  });

  test("a message beyond a gap does not count as had", async () => {
    line.opens("poll");
    const one = tab("one");
    await one.opens();
    await one.says({ type: "conversation.open", ref: uuid(3), conversation: ID, since: 1 });
    line.wiring.onUpdate({ type: "thread.message", conversation: ID, message: message(3) });
    expect(line.wiring.cursors()).toMatchObject([{ since: 1 }]);
    line.wiring.onUpdate({ type: "thread.message", conversation: ID, message: message(2) });
    expect(line.wiring.cursors()).toMatchObject([{ since: 2 }]);
  });

  test("when the line is lost every tab is told", async () => {
    line.opens();
    const one = tab("one");
    await one.opens();
    line.is({ type: "lost", retryAt: 0, attempt: 1 });
    await delivered();
    expect(one.heard.at(-1)).toMatchObject({ kind: "closed", code: 1006 });
  });

  test("when the server will not have us every tab is told why", async () => {
    line.opens();
    const one = tab("one");
    await one.opens();
    line.is({ type: "refused", closeCode: 4403, code: "forbidden", message: "Not you." });
    await delivered();
    expect(one.updates().at(-1)).toMatchObject({ type: "error", code: "forbidden", message: "Not you." });
    expect(one.heard.filter((told) => told.kind === "closed").at(-1)).toMatchObject({ code: 4403 });
    const late = tab("late");
    await late.opens();
    await delivered();
    expect(late.updates().at(-1)).toMatchObject({ type: "error", code: "forbidden" });
  });

  test("a new trunk makes those connect again who belonged to one that is gone", async () => {
    const orphan = tab("orphan");
    const next = new Trunk({
      ticketUrl: "",
      exchangeUrl: "",
      channel: channels.make("staff"),
      connect: (wiring) => new FakeLine(wiring),
    });
    next.start();
    await delivered();
    expect(orphan.heard).toMatchObject([{ to: "*", kind: "closed" }]);
  });

  test("somebody who does not want to wait makes the line look at once", async () => {
    const one = tab("one");
    one.channel.postMessage({ to: "trunk", kind: "check" });
    await delivered();
    expect(line.checks).toBe(1);
  });

  test("a trunk that stops says so and leaves nothing open", async () => {
    line.opens();
    const one = tab("one");
    await one.opens();
    trunk.stop();
    await delivered();
    expect(one.heard.at(-1)).toMatchObject({ kind: "closed" });
    expect(channels.count()).toBe(1);
  });

  describe("and the visitors that its tabs watch", () => {
    const look = (window: number): AgentCommand => ({ type: "visitors.watch", ref: uuid(70 + window), window: uuid(window), site: 1 });
    const told = (window: number): AgentUpdate => ({
      type: "visitors.window",
      window: uuid(window),
      site: 1,
      now: 0,
      rows: [],
      offset: 0,
      total: 0,
      counts: { all: 0, here: 0, idle: 0, stuck: 0, new: 0, returning: 0, in_conversation: 0, invited: 0, declined: 0 },
    });
    let one: Tab;
    let two: Tab;

    beforeEach(async () => {
      line.opens();
      [one, two] = [tab("one"), tab("two")];
      await one.opens();
      await two.opens();
      await one.says(look(1));
      await two.says(look(2));
    });

    test("a window's rows go to the tab that looks through it, and to no other", async () => {
      line.wiring.onUpdate(told(1));
      await delivered();
      expect(one.updates()).toMatchObject([{ window: uuid(1) }]);
      expect(two.updates()).toEqual([]);
    });

    test("what a window that was left still says goes nowhere", async () => {
      await one.says({ type: "visitors.leave", ref: uuid(80), window: uuid(1) });
      line.wiring.onUpdate(told(1));
      await delivered();
      expect([...one.updates(), ...two.updates()]).toEqual([]);
    });

    test("a trail goes on to those who follow it, until the last has left", async () => {
      for (const each of [one, two]) await each.says({ type: "visit.open", ref: uuid(81), visit: uuid(5) });
      await one.says({ type: "visit.leave", ref: uuid(82), visit: uuid(5) });
      expect(line.asked("visit.leave")).toEqual([]);
      line.wiring.onUpdate(trailOf(visit(5), []));
      await delivered();
      expect(one.updates()).toEqual([]);
      expect(two.updates()).toMatchObject([{ type: "visit.trail" }]);
      await two.says({ type: "visit.leave", ref: uuid(83), visit: uuid(5) });
      expect(line.asked("visit.leave")).toHaveLength(1);
    });

    test("the server hears that somebody looks once for all tabs, and while any does", async () => {
      await one.says({ type: "watching.keep" });
      await two.says({ type: "watching.keep" });
      expect(line.asked("watching.keep")).toHaveLength(1);
    });

    test("a tab that closes stops watching, what others watch goes on", async () => {
      await one.says({ type: "visit.open", ref: uuid(84), visit: uuid(5) });
      one.channel.postMessage({ to: "trunk", kind: "close", id: "one" });
      await delivered();
      expect(line.asked("visitors.leave")).toMatchObject([{ window: uuid(1) }]);
      expect(line.asked("visit.leave")).toMatchObject([{ visit: uuid(5) }]);
    });

    test("after a cut nothing is told under names of before", async () => {
      line.is({ type: "lost", retryAt: 0, attempt: 1 });
      line.opens();
      line.wiring.onUpdate(told(1));
      await delivered();
      expect(one.updates().filter((update) => update.type === "visitors.window")).toEqual([]);
    });

    test("over HTTP a look waits for the next round, what somebody does need not", async () => {
      line.is({ type: "open", by: "poll" });
      line.resyncs = 0;
      await one.says(look(1));
      expect(line.resyncs).toBe(0);
      await one.says({ type: "invitation.send", ref: uuid(85), visit: uuid(5), text: "Can I help?" });
      expect(line.resyncs).toBe(1);
    });
  });
});
