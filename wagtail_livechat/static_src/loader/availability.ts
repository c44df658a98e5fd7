/** Asks, without saying who asks, whether somebody can answer. */

const EVERY_MS = 20_000;

export interface AvailabilityWatch {
  start(): void;
  stop(): void;
}

export function watchAvailability(
  document: Document,
  ask: () => Promise<boolean>,
  told: (available: boolean) => void,
): AvailabilityWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = 0;

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    const run = running;
    if (document.visibilityState === "hidden") return;
    try {
      const available = await ask();
      if (run === running) told(available);
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
      running += 1;
      document.addEventListener("visibilitychange", shown);
      void look();
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
