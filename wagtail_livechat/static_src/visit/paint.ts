/** Calls `then` once what was drawn is before somebody's eyes. Returns what calls it off.
 *
 * The second frame begins after the first was painted; a hidden tab has no frames, so what
 * it would show is seen when it is looked at.
 */
export function afterPaint(window: Window, then: () => void): () => void {
  let over = false;
  const frame = (left: number): void => {
    window.requestAnimationFrame(() => {
      if (over) return;
      if (window.document.visibilityState === "hidden") frame(2);
      else if (left > 0) frame(left - 1);
      else then();
    });
  };
  frame(1);
  return () => {
    over = true;
  };
}
