import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { badgeController } from "../../../wagtail_livechat/static_src/badge/controller";
import { ASK_EVERY_MS, byAsking } from "../../../wagtail_livechat/static_src/badge/counts";
import { titled } from "../../../wagtail_livechat/static_src/badge/title";
import type { ControllerInstance, StimulusController } from "../../../wagtail_livechat/static_src/staff/stimulus";
import { readEnglish } from "../console/words";

describe("the number in the title", () => {
  test.each([
    ["Pages - Wagtail", 2, "(2) Pages - Wagtail"],
    ["(2) Pages - Wagtail", 3, "(3) Pages - Wagtail"],
    ["(99+) Pages - Wagtail", 0, "Pages - Wagtail"],
    ["Pages - Wagtail", 100, "(99+) Pages - Wagtail"],
    ["(1984) and other books", 1, "(1) and other books"],
  ])("of %s with %s is %s", (title, count, expected) => {
    // A page whose own title begins like that loses its number: a price for keeping nothing else.
    expect(titled(title, count)).toBe(expected);
  });
});

/** Where tabs cannot share a line: the badge asks. */
describe("the badge", () => {
  let counts: { waiting: number; unread: number };
  let entry: HTMLElement;
  let badge: ControllerInstance;
  let asked: string[];

  beforeEach(async () => {
    readEnglish();
    vi.useFakeTimers();
    vi.stubGlobal("navigator", {});
    asked = [];
    counts = { waiting: 0, unread: 0 };
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      return new Response(JSON.stringify(counts));
    });
    document.title = "Edit page - Wagtail";
    document.body.innerHTML = '<button id="entry">Live chat</button><form><input value="unsaved"></form>';
    entry = document.getElementById("entry") as HTMLElement;
    class Controller {
      readonly element = entry;
      connect(): void {}
      disconnect(): void {}
    }
    const Badge = badgeController(Controller as StimulusController);
    badge = new Badge();
    Object.assign(badge, { unreadValue: "/unread/", ticketValue: "", exchangeValue: "", userValue: "1" });
    badge.connect();
    await vi.advanceTimersByTimeAsync(0);
  });

  afterEach(() => {
    badge.disconnect();
    vi.useRealTimers();
  });

  async function laterIs(waiting: number, unread: number): Promise<void> {
    counts = { waiting, unread };
    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  }

  const text = (): string | undefined => entry.querySelector(".livechat-badge")?.textContent ?? undefined;

  test("is absent when nobody needs anybody", () => {
    expect(asked).toEqual(["/unread/"]);
    expect(text()).toBeUndefined();
    expect(document.title).toBe("Edit page - Wagtail");
  });

  test("counts who waits and what is unread, for eyes and for screen readers", async () => {
    await laterIs(2, 1);
    expect(text()).toBe("3, 2 conversations are waiting, 1 of your conversations has unread messages");
    expect(document.title).toBe("(3) Edit page - Wagtail");
  });

  test("goes when everybody was answered", async () => {
    await laterIs(1, 0);
    await laterIs(0, 0);
    expect(text()).toBeUndefined();
    expect(document.title).toBe("Edit page - Wagtail");
  });

  test("announces somebody new, and not each other change", async () => {
    await laterIs(1, 0);
    await vi.advanceTimersByTimeAsync(100);
    const announcer = document.body.querySelector("[role=status]");
    expect(announcer?.textContent).toBe("Live chat: a visitor is waiting.");
    announcer!.textContent = "";
    await laterIs(1, 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(announcer?.textContent).toBe("");
  });

  test("leaves the page as it was when it goes", async () => {
    await laterIs(1, 0);
    await vi.advanceTimersByTimeAsync(100);
    badge.disconnect();
    expect(text()).toBeUndefined();
    expect(document.title).toBe("Edit page - Wagtail");
    expect(document.body.querySelector("[role=status]")).toBeNull();
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(3 * ASK_EVERY_MS);
    expect(asked).toHaveLength(before);
  });

  test("comes back by itself when Wagtail draws the menu anew", async () => {
    await laterIs(1, 0);
    entry.querySelector(".livechat-badge")?.remove();
    await laterIs(2, 0);
    expect(text()).toContain("2");
  });
});

test("a network that is down leaves the number as it is", async () => {
  vi.useFakeTimers();
  const heard: object[] = [];
  const counts = byAsking("/unread/", (calls) => heard.push(calls), async () => {
    throw new TypeError("no network");
  });
  counts.start();
  counts.start();
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  expect(heard).toEqual([]);
  counts.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
