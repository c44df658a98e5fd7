/** Asks, without saying who asks, who can answer. */
import type { Standing } from "./host";

/** With what a cache may keep, the launcher comes and goes within five seconds. */
const EVERY_MS = 4_000;

export interface AvailabilityWatch {
  start(): void;
  stop(): void;
}

export function watchAvailability(
  document: Document,
  ask: () => Promise<Standing>,
  told: (standing: Standing) => void,
): AvailabilityWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = 0;

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    const run = running;
    if (document.visibilityState === "hidden") return;
    try {
      const standing = await ask();
      if (run === running) told(standing);
    } catch {
      // Not known now; what was known before stands until the next answer.
    }
    if (run === running) {
      clearTimeout(timer);
      timer = setTimeout(() => void look(), EVERY_MS);
    }
  };
  const shown = (): void => void look();
  let on = false;
  return {
    start() {
      if (on) return;
      on = true;
      // After an open line told better, an answer from a cache would be older than what is known.
      const again = running > 0;
      running += 1;
      document.addEventListener("visibilitychange", shown);
      if (again) timer = setTimeout(() => void look(), EVERY_MS);
      else void look();
    },
    stop() {
      if (!on) return;
      on = false;
      running += 1;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    },
  };
}
