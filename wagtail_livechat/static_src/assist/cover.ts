/** Sees that nothing of ours hides what has the focus.
 *
 * When the focus goes to something that lies under one of our boxes the page is scrolled a
 * little; where that does not help, the box steps aside. What appears by itself never moves
 * the page: then it is always the box that steps aside.
 */

/** On a box: it keeps to the other end of the window for now. */
export const ASIDE = "aside";

const ENOUGH = 24;

export interface Cover {
  /** Something was shown: look whether it hides what has the focus. */
  look(): void;
  stop(): void;
}

export function watchCover(window: Window, boxes: () => readonly HTMLElement[]): Cover {
  const { document } = window;

  const focused = (): Element | null => {
    const found = document.activeElement;
    return found === document.body || found?.localName === "livechat-assist" ? null : found;
  };
  /** How far the page must move for `element` to come out from under a box; 0 if it is in sight. */
  const under = (box: HTMLElement, element: Element): number => {
    // What stands in the page moves with it.
    if (window.getComputedStyle(box.parentElement!).position !== "fixed") return 0;
    const over = box.getBoundingClientRect();
    const rect = element.getBoundingClientRect();
    if (rect.bottom <= over.top || rect.top >= over.bottom || rect.right <= over.left || rect.left >= over.right) {
      return 0;
    }
    const atTop = over.top + over.bottom < window.innerHeight;
    // Of something tall, a part in sight is enough.
    if (atTop ? rect.bottom > over.bottom + ENOUGH : rect.top < over.top - ENOUGH) return 0;
    return atTop ? rect.top - over.bottom - 8 : rect.bottom - over.top + 8;
  };
  const scroll = (top: number): void => window.scrollBy({ top, behavior: "instant" });
  const settle = (mayScroll: boolean): void => {
    const element = focused();
    for (const box of boxes()) {
      box.classList.remove(ASIDE);
      const far = element ? under(box, element) : 0;
      if (!element || !far) continue;
      if (mayScroll) scroll(far);
      if (!under(box, element)) continue;
      box.classList.add(ASIDE);
      if (mayScroll) scroll(under(box, element));
    }
  };
  const moved = (): void => void window.requestAnimationFrame(() => settle(true));
  document.addEventListener("focusin", moved);
  return {
    look: () => settle(false),
    stop: () => document.removeEventListener("focusin", moved),
  };
}
