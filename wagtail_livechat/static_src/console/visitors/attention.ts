/* Whether somebody looks: said every two seconds while it is so. A tab that nobody sees for a
 * while looks at nobody, until somebody comes back to it.
 */
const KEEP_EVERY_MS = 2_000;
/** Just under what the server waits for a sign of life before it ends a watch by itself. */
const LAPSE_AFTER_MS = 5_000;

export interface AttentionOptions {
  /** Whether somebody can see this page. */
  readonly visible: () => boolean;
  /** Somebody is still looking. */
  readonly keep: () => void;
  /** Nobody has looked for a while. */
  readonly lapse: () => void;
  /** After that, somebody looks again. */
  readonly back: () => void;
}

export class Attention {
  readonly #options: AttentionOptions;
  #isPaid = false;
  #hasLapsed = false;
  #keep: ReturnType<typeof setInterval> | undefined;
  #lapse: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AttentionOptions) {
    this.#options = options;
  }

  get hasLapsed(): boolean {
    return this.#hasLapsed;
  }

  /** There is something to look at. */
  start(): void {
    this.#isPaid = true;
    if (this.#keep !== undefined || this.#hasLapsed || !this.#options.visible()) return;
    this.#keep = setInterval(() => this.#options.keep(), KEEP_EVERY_MS);
  }

  /** There is nothing to look at any more. */
  stop(): void {
    this.#rest();
    clearTimeout(this.#lapse);
    this.#isPaid = false;
    this.#hasLapsed = false;
  }

  /** Somebody sees this page again, or nobody does. */
  visibilityChanged(): void {
    clearTimeout(this.#lapse);
    if (!this.#isPaid) return;
    if (!this.#options.visible()) {
      this.#rest();
      if (this.#hasLapsed) return;
      this.#lapse = setTimeout(() => {
        this.#hasLapsed = true;
        this.#options.lapse();
      }, LAPSE_AFTER_MS);
    } else {
      const wasAway = this.#hasLapsed;
      this.#hasLapsed = false;
      this.start();
      if (wasAway) this.#options.back();
    }
  }

  #rest(): void {
    clearInterval(this.#keep);
    this.#keep = undefined;
  }
}
