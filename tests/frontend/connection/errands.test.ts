import { describe, expect, test } from "vitest";
import { Errands } from "../../../wagtail_livechat/static_src/connection/errands";
import type { Frame } from "../../../wagtail_livechat/static_src/connection/types";

const frame = (type: string, ref: string | null = null): Frame => ({ type, ref });

function errands() {
  const it = { time: 1_000, refused: [] as string[] };
  const queue = new Errands<Frame>(
    () => it.time,
    (ref, { code }) => it.refused.push(`${ref} ${code}`),
  );
  return Object.assign(it, { queue });
}

describe("the errands of a page", () => {
  test("what asks for no answer is a moment's", () => {
    const { queue } = errands();
    expect(queue.keeps(frame("activity.set"))).toBe("moment");
    expect(queue.keeps(frame("page.view", "a"))).toBe("tab");
  });

  test("one of a type is on its way at a time, in the order in which they were asked", () => {
    const { queue } = errands();
    for (const each of [frame("page.view", "a"), frame("page.view", "b"), frame("visit.show", "c")]) queue.add(each);
    expect(queue.take().map(({ ref }) => ref)).toEqual(["a", "c"]);
    expect(queue.take()).toEqual([]);
    queue.settle("a");
    expect(queue.take().map(({ ref }) => ref)).toEqual(["b"]);
  });

  test("what has no answer is sent again, later each time", () => {
    const it = errands();
    it.queue.add(frame("page.view", "a"));
    it.queue.take();
    expect(it.queue.nextDue()).toBe(4_000);
    expect(it.queue.unansweredSince()).toBe(1_000);
    it.time = 4_000;
    expect(it.queue.take()).toHaveLength(1);
    expect(it.queue.nextDue()).toBe(10_000);
  });

  test("on a new line everything is due again", () => {
    const it = errands();
    it.queue.add(frame("page.view", "a"));
    it.queue.take();
    it.queue.reopened();
    expect(it.queue.unansweredSince()).toBeNull();
    expect(it.queue.take()).toHaveLength(1);
  });

  test("refused for now it waits, refused for good it is told and gone", () => {
    const it = errands();
    it.queue.add(frame("page.view", "a"));
    it.queue.hold("a", 500);
    expect(it.queue.nextDue()).toBe(1_500);
    it.queue.refuse("a", { code: "bad_page", message: "" });
    it.queue.refuse("a", { code: "bad_page", message: "" });
    expect(it.refused).toEqual(["a bad_page"]);
    expect(it.queue.nextDue()).toBeNull();
  });

  test("whoever listens hears of each change", () => {
    const { queue } = errands();
    let heard = 0;
    const off = queue.subscribe(() => (heard += 1));
    queue.add(frame("page.view", "a"));
    queue.settle("a");
    off();
    queue.add(frame("page.view", "b"));
    expect(heard).toBe(2);
  });
});
