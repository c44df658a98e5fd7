/** Whether somebody is there: told by any sign of life, never by which. */

export const IDLE_AFTER_MS = 60_000;
/** Shorter looks at another tab are not told. */
export const HIDDEN_AFTER_MS = 5_000;

const SIGNS = ["pointermove", "pointerdown", "keydown", "scroll"] as const;

export interface Activity {
  active(): boolean;
  stop(): void;
}

export function watchActivity(window: Window, changed: (active: boolean) => void): Activity {
  const { document } = window;
  let active = true;
  let seenAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const set = (next: boolean): void => {
    if (active === next) return;
    active = next;
    changed(next);
  };
  const wait = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const left = seenAt + IDLE_AFTER_MS - Date.now();
      if (document.visibilityState === "hidden" || left <= 0) set(false);
      else wait(left);
    }, ms);
  };
  const sign = (): void => {
    seenAt = Date.now();
    if (active) return;
    set(true);
    wait(IDLE_AFTER_MS);
  };
  const visibility = (): void => {
    if (document.visibilityState === "hidden") wait(HIDDEN_AFTER_MS);
    else {
      sign();
      wait(IDLE_AFTER_MS);
    }
  };
  const options = { capture: true, passive: true };
  for (const name of SIGNS) window.addEventListener(name, sign, options);
  document.addEventListener("visibilitychange", visibility);
  wait(IDLE_AFTER_MS);
  return {
    active: () => active,
    stop() {
      clearTimeout(timer);
      for (const name of SIGNS) window.removeEventListener(name, sign, options);
      document.removeEventListener("visibilitychange", visibility);
    },
  };
}
