import { beforeEach, describe, expect, test } from "vitest";
import { Outbox } from "../../../wagtail_livechat/static_src/connection/outbox";
import type { Frame } from "../../../wagtail_livechat/static_src/connection/types";
import { FakeStorage, uuid } from "./fake";

interface Said extends Frame {
  readonly text?: string;
  readonly conversation?: string;
}

const say = (n: number, text = `message ${n}`, conversation = ""): Said => ({
  type: "message.send",
  ref: uuid(n),
  text,
  conversation,
});

describe("the outbox", () => {
  let storage: FakeStorage;
  let now: number;

  beforeEach(() => {
    storage = new FakeStorage();
    now = 1_000;
  });

  const outbox = (tab = "a"): Outbox<Said> =>
    new Outbox<Said>({
      prefix: "out:",
      storage,
      tab,
      now: () => now,
      keep: (command) => (command.type === "message.send" ? "stored" : "tab"),
      lane: (command) => command.conversation ?? "",
    });

  test("what was written and not acknowledged is found again by the next page", () => {
    const first = outbox();
    first.add(say(1));
    now += 1;
    first.add(say(2));
    expect(outbox("b").list().map((each) => each.command)).toEqual([say(1), say(2)]);
  });

  test("what was acknowledged is gone, here and from the storage", () => {
    const box = outbox();
    box.add(say(1));
    box.settle(uuid(1));
    expect(box.list()).toEqual([]);
    expect(storage.length).toBe(0);
  });

  test("a click that was not answered does not outlive its page", () => {
    outbox().add({ type: "conversation.end", ref: uuid(1) });
    expect(outbox("b").list()).toEqual([]);
  });

  test("together they are no longer than there is room, and the first always leaves", () => {
    const box = outbox();
    box.add(say(1, "é".repeat(300), "a"));
    box.add(say(2, "é".repeat(300), "b"));
    box.add(say(3, "short", "c"));
    expect(box.take(20, 1_000).map((each) => each.ref)).toEqual([uuid(1), uuid(3)]);
    expect(box.take(20, 10).map((each) => each.ref)).toEqual([uuid(2)]);
  });

  test("messages of one conversation leave one by one, in the order of writing", () => {
    const box = outbox();
    box.add(say(1));
    box.add(say(2));
    expect(box.take()).toEqual([say(1)]);
    expect(box.take()).toEqual([]);
    box.settle(uuid(1));
    expect(box.take()).toEqual([say(2)]);
  });

  test("conversations do not wait for one another", () => {
    const box = outbox();
    box.add(say(1, "a", "x"));
    box.add(say(2, "b", "y"));
    expect(box.take()).toHaveLength(2);
  });

  test("no answer: the same is due again after three, then six seconds", () => {
    const box = outbox();
    box.add(say(1));
    box.take();
    expect(box.nextDue()).toBe(now + 3_000);
    now += 3_000;
    expect(box.take()).toEqual([say(1)]);
    expect(box.nextDue()).toBe(now + 6_000);
    expect(box.unansweredSince()).toBe(1_000);
  });

  test("a new line makes everything due at once", () => {
    const box = outbox();
    box.add(say(1));
    box.take();
    box.reopened();
    expect(box.take()).toEqual([say(1)]);
  });

  test("refused for now: it waits, and what follows waits behind it", () => {
    const box = outbox();
    box.add(say(1));
    box.add(say(2));
    box.take();
    box.hold(uuid(1), 500);
    expect(box.take()).toEqual([]);
    now += 500;
    expect(box.take()).toEqual([say(1)]);
  });

  test("refused for good: it stays with its reason, on the next page too, and does not block", () => {
    const box = outbox();
    box.add(say(1));
    box.add(say(2));
    box.take();
    box.refuse(uuid(1), { code: "too_big", message: "Too long." });
    expect(box.take()).toEqual([say(2)]);
    const next = outbox("b").list()[0]!;
    expect(next.refusal).toEqual({ code: "too_big", message: "Too long." });
    box.retry(uuid(1));
    expect(box.list()[0]!.refusal).toBeNull();
  });

  test("a tab does not send what a living tab is sending", () => {
    outbox("a").add(say(1));
    const other = outbox("b");
    expect(other.take()).toEqual([]);
    other.adopt((tab) => tab !== "a");
    expect(other.take()).toEqual([]);
    other.adopt((tab) => tab === "a");
    expect(other.take()).toEqual([say(1)]);
  });

  test("one tab learns from the storage what another wrote, and what became of it", () => {
    const one = outbox("a");
    const two = outbox("b");
    let changes = 0;
    two.subscribe(() => (changes += 1));
    one.add(say(1));
    two.changedElsewhere(`out:${uuid(1)}`);
    expect(two.list()).toHaveLength(1);
    one.settle(uuid(1));
    two.changedElsewhere(`out:${uuid(1)}`);
    expect(two.list()).toEqual([]);
    expect(changes).toBe(2);
  });

  test("a storage that is full or forbidden loses nothing while the page lives", () => {
    storage.full = true;
    const box = outbox();
    box.add(say(1));
    expect(box.lasting).toBe(false);
    expect(box.take()).toEqual([say(1)]);
    box.settle(uuid(1));
    expect(box.list()).toEqual([]);
  });

  test("damaged storage is passed over", () => {
    storage.setItem("out:nonsense", "{");
    storage.setItem(`out:${uuid(9)}`, "null");
    expect(outbox().list()).toEqual([]);
  });
});
