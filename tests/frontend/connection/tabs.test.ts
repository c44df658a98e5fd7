import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Outbox } from "../../../wagtail_livechat/static_src/connection/outbox";
import { Tabs } from "../../../wagtail_livechat/static_src/connection/tabs";
import type { Frame } from "../../../wagtail_livechat/static_src/connection/types";
import { FakeStorage, uuid } from "./fake";

/** Locks as the browser has them, for all tabs of one person. */
class FakeLocks {
  readonly names = new Set<string>();

  async request(name: string, ...rest: readonly unknown[]): Promise<void> {
    const callback = rest[rest.length - 1] as (lock: object | null) => Promise<void>;
    if (this.names.has(name)) return callback(null);
    this.names.add(name);
    try {
      await callback({ name });
    } finally {
      this.names.delete(name);
    }
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.names].map((name) => ({ name })) };
  }
}

interface Person {
  readonly outbox: Outbox<Frame>;
  readonly tabs: Tabs<Frame>;
  readonly window: EventTarget;
}

describe("the tabs of one browser", () => {
  let storage: FakeStorage;
  let locks: FakeLocks | null;
  let all: Person[];

  beforeEach(() => {
    vi.useFakeTimers();
    storage = new FakeStorage();
    locks = new FakeLocks();
    all = [];
  });

  afterEach(() => {
    for (const { tabs } of all) tabs.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const open = async (tab: string): Promise<Person> => {
    const window = new EventTarget();
    const outbox = new Outbox<Frame>({
      prefix: "out:",
      storage,
      tab,
      now: Date.now,
      keep: () => "stored",
      lane: () => "",
    });
    const tabs = new Tabs({
      outbox,
      tab,
      prefix: "tab:",
      locks: locks as unknown as LockManager | null,
      window: window as unknown as Window,
      onAdopted: () => undefined,
    });
    tabs.start();
    all.push({ outbox, tabs, window });
    await vi.advanceTimersByTimeAsync(0);
    return all[all.length - 1]!;
  };
  const said = { type: "message.send", ref: uuid(1) };

  test("what a living tab sends, no other sends", async () => {
    const first = await open("a");
    first.outbox.add(said);
    const second = await open("b");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(second.outbox.take()).toEqual([]);
    expect(first.outbox.take()).toEqual([said]);
  });

  test("what a closed tab left behind is sent by one of the others", async () => {
    const first = await open("a");
    first.outbox.add(said);
    const others = [await open("b"), await open("c")];
    first.tabs.stop();
    await vi.advanceTimersByTimeAsync(1_500);
    for (const { outbox } of others) outbox.changedElsewhere(null);
    expect(others.flatMap(({ outbox }) => outbox.take())).toEqual([said]);
  });

  test("the next page sends what the last one could not", async () => {
    const first = await open("a");
    first.outbox.add(said);
    first.tabs.stop();
    const next = await open("b");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(next.outbox.take()).toEqual([said]);
  });

  test("a page on the way back lets others send, and learns of it when it returns", async () => {
    const first = await open("a");
    first.outbox.add(said);
    first.window.dispatchEvent(new Event("pagehide"));
    const second = await open("b");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(second.outbox.take()).toEqual([said]);
    first.window.dispatchEvent(new Event("pageshow"));
    await vi.advanceTimersByTimeAsync(0);
    expect(first.outbox.take()).toEqual([]);
  });

  test("where there are no locks, a page takes over what it finds", async () => {
    locks = null;
    const first = await open("a");
    first.outbox.add(said);
    expect((await open("b")).outbox.take()).toEqual([said]);
  });
});
