/** Which tab sends what a closed tab left behind.
 *
 * Each tab holds a lock of its own as long as it lives; a command whose tab holds none is an
 * orphan, and the one tab that gets the adoption lock takes it. Where the browser has no locks
 * (plain http) a page takes over whatever it finds: the server stores a `ref` only once.
 */
import type { Outbox } from "./outbox";
import type { Frame } from "./types";

const LOOK_EVERY_MS = 1_000;

export interface TabsOptions<C extends Frame> {
  readonly outbox: Outbox<C>;
  readonly tab: string;
  /** Begins the names of the locks. */
  readonly prefix: string;
  readonly locks: LockManager | null;
  readonly window: Window;
  /** Something was taken over: there may be something to send. */
  readonly onAdopted: () => void;
}

export class Tabs<C extends Frame> {
  readonly #options: TabsOptions<C>;
  #running = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #release: (() => void) | undefined;

  constructor(options: TabsOptions<C>) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { locks, outbox, window, onAdopted } = this.#options;
    window.addEventListener("storage", this.#onStorage);
    if (!locks) {
      outbox.adopt(null);
      onAdopted();
      return;
    }
    window.addEventListener("pagehide", this.#leave);
    window.addEventListener("pageshow", this.#enter);
    this.#hold(locks);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    void this.#look();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    const { window } = this.#options;
    window.removeEventListener("storage", this.#onStorage);
    window.removeEventListener("pagehide", this.#leave);
    window.removeEventListener("pageshow", this.#enter);
    clearInterval(this.#timer);
    this.#leave();
  }

  #hold(locks: LockManager): void {
    const { prefix, tab, outbox } = this.#options;
    const held = new Promise<void>((resolve) => (this.#release = resolve));
    locks.request(prefix + tab, () => held).catch(() => outbox.adopt(null));
  }

  /** Without a lock the browser may keep the page for the way back; until then others send. */
  readonly #leave = (): void => {
    this.#release?.();
    this.#release = undefined;
  };

  readonly #enter = (): void => {
    const { locks, outbox } = this.#options;
    if (!locks || this.#release) return;
    this.#hold(locks);
    outbox.changedElsewhere(null);
    void this.#look();
  };

  readonly #onStorage = (event: StorageEvent): void => {
    this.#options.outbox.changedElsewhere(event.key);
  };

  async #look(): Promise<void> {
    const { locks, outbox, prefix, tab, onAdopted } = this.#options;
    const others = [...outbox.owners()].some((owner) => owner !== tab);
    if (!locks || !others) return;
    try {
      await locks.request(`${prefix}adopt`, { ifAvailable: true }, async (lock) => {
        if (!lock || !this.#running) return;
        const alive = new Set((await locks.query()).held?.map((each) => each.name));
        outbox.adopt((owner) => !alive.has(prefix + owner));
      });
    } catch {
      outbox.adopt(null);
    }
    onAdopted();
  }
}
