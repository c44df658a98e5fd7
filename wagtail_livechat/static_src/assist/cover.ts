/** Sees that nothing of ours hides what has the focus.
 *
 * When the focus goes to something that lies under one of our boxes the page is scrolled a
 * little; where that does not help, the box steps aside. What appears by itself never moves
 * the page: then it is always the box that steps aside.
 */

/** On a box: it keeps to the other end of the window for now. */
export const ASIDE = "aside";

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
  const hidden = (box: HTMLElement, by: DOMRect): number => {
    const over = box.getBoundingClientRect();
    const apart =
      by.bottom <= over.top || by.top >= over.bottom || by.right <= over.left || by.left >= over.right;
    // Of something tall, a part in sight is enough.
    return apart || (over.height > 0 && by.top < over.top - 24) ? 0 : by.bottom - over.top + 8;
  };
  const settle = (mayScroll: boolean): void => {
    const element = focused();
    for (const box of boxes()) {
      box.classList.remove(ASIDE);
      if (!element) continue;
      const under = hidden(box, element.getBoundingClientRect());
      if (!under) continue;
      if (mayScroll) window.scrollBy({ top: under, behavior: "instant" });
      if (hidden(box, element.getBoundingClientRect())) box.classList.add(ASIDE);
    }
  };
  const moved = (): void => void window.requestAnimationFrame(() => settle(true));
  document.addEventListener("focusin", moved);
  return {
    look: () => settle(false),
    stop: () => document.removeEventListener("focusin", moved),
  };
}
