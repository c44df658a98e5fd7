import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ASIDE, type Cover, watchCover } from "../../../wagtail_livechat/static_src/assist/cover";

describe("what would hide the focus", () => {
  let stack: HTMLElement;
  let box: HTMLElement;
  let field: HTMLInputElement;
  let cover: Cover;
  let scrolled: number[];
  let scrolls: boolean;

  const put = (element: Element, top: number, bottom: number): void => {
    vi.spyOn(element, "getBoundingClientRect").mockImplementation(() => {
      const gone = element === field && scrolls ? scrolled.reduce((sum, each) => sum + each, 0) : 0;
      return { top: top - gone, bottom: bottom - gone, left: 0, right: 100, height: bottom - top } as DOMRect;
    });
  };
  const focus = async (): Promise<void> => {
    field.focus();
    await vi.advanceTimersByTimeAsync(50);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    document.body.replaceChildren();
    stack = document.body.appendChild(document.createElement("div"));
    stack.style.position = "fixed";
    box = stack.appendChild(document.createElement("section"));
    field = document.body.appendChild(document.createElement("input"));
    scrolled = [];
    scrolls = true;
    vi.spyOn(window, "scrollBy").mockImplementation((options) => {
      scrolled.push((options as unknown as ScrollToOptions).top ?? 0);
    });
    cover = watchCover(window, () => [box]);
    put(box, window.innerHeight - 200, window.innerHeight - 20);
  });

  afterEach(() => {
    cover.stop();
    vi.useRealTimers();
  });

  test("what is in sight is left alone", async () => {
    put(field, 10, 40);
    await focus();
    expect(scrolled).toEqual([]);
    expect(box.classList.contains(ASIDE)).toBe(false);
  });

  test("the page comes up a little when the focus goes under the box", async () => {
    put(field, window.innerHeight - 150, window.innerHeight - 120);
    await focus();
    expect(scrolled).toEqual([88]);
    expect(box.classList.contains(ASIDE)).toBe(false);
  });

  test("where the page cannot move, the box steps aside, and comes back", async () => {
    scrolls = false;
    put(field, window.innerHeight - 150, window.innerHeight - 120);
    await focus();
    expect(box.classList.contains(ASIDE)).toBe(true);
    put(field, 10, 40);
    field.blur();
    await focus();
    expect(box.classList.contains(ASIDE)).toBe(false);
  });

  test("what appears by itself never moves the page", async () => {
    put(field, 10, 40);
    await focus();
    put(field, window.innerHeight - 150, window.innerHeight - 120);
    cover.look();
    expect(scrolled).toEqual([]);
    expect(box.classList.contains(ASIDE)).toBe(true);
  });

  test("a box that stands in the page is left alone", async () => {
    stack.style.position = "static";
    put(field, window.innerHeight - 150, window.innerHeight - 120);
    await focus();
    expect(scrolled).toEqual([]);
    expect(box.classList.contains(ASIDE)).toBe(false);
  });

  test("a box at the top is cleared the other way, and of something tall a part is enough", async () => {
    put(box, 0, 80);
    put(field, 20, 50);
    await focus();
    expect(scrolled).toEqual([-68]);
    scrolled = [];
    put(field, 20, 600);
    field.blur();
    await focus();
    expect(scrolled).toEqual([]);
  });
});
