/** What this page asked and was not yet answered; it goes with the page.
 *
 * The small sister of the outbox: nothing is kept beyond the page, and of one type of command
 * only one is on its way at a time.
 */
import { resendAfter } from "./backoff";
import type { Frame, Keep, Queue, Refusal } from "./types";

interface Errand<C> {
  readonly command: C;
  tries: number;
  sent: number | null;
  due: number;
}

export class Errands<C extends Frame> implements Queue<C> {
  readonly #now: () => number;
  readonly #refused: (ref: string, refusal: Refusal) => void;
  readonly #waiting = new Map<string, Errand<C>>();
  #changed: () => void = () => undefined;

  constructor(now: () => number, refused: (ref: string, refusal: Refusal) => void) {
    this.#now = now;
    this.#refused = refused;
  }

  keeps({ ref }: C): Keep {
    return ref ? "tab" : "moment";
  }

  lane({ type }: C): string {
    return type;
  }

  add(command: C): void {
    if (!command.ref) return;
    this.#waiting.set(command.ref, { command, tries: 0, sent: null, due: 0 });
    this.#changed();
  }

  settle(ref: string): void {
    if (this.#waiting.delete(ref)) this.#changed();
  }

  refuse(ref: string, refusal: Refusal): void {
    if (!this.#waiting.has(ref)) return;
    this.settle(ref);
    this.#refused(ref, refusal);
  }

  hold(ref: string, ms: number): void {
    const errand = this.#waiting.get(ref);
    if (errand) Object.assign(errand, { due: this.#now() + ms, sent: null });
  }

  reopened(): void {
    for (const errand of this.#waiting.values()) Object.assign(errand, { tries: 0, sent: null, due: 0 });
  }

  take(limit = Infinity): readonly C[] {
    const now = this.#now();
    return this.#heads()
      .filter(({ due }) => due <= now)
      .slice(0, limit)
      .map((errand) => {
        errand.tries += 1;
        errand.sent ??= now;
        errand.due = now + resendAfter(errand.tries);
        return errand.command;
      });
  }

  nextDue(): number | null {
    return least(this.#heads().map(({ due }) => due));
  }

  unansweredSince(): number | null {
    return least(this.#heads().flatMap(({ sent }) => sent ?? []));
  }

  /** What is not answered yet of this type, the oldest first. */
  unanswered(type: string): readonly C[] {
    return [...this.#waiting.values()].map(({ command }) => command).filter((command) => command.type === type);
  }

  subscribe(listener: () => void): () => void {
    this.#changed = listener;
    return () => (this.#changed = () => undefined);
  }

  /** The first of each lane. */
  #heads(): readonly Errand<C>[] {
    const heads = new Map<string, Errand<C>>();
    for (const errand of this.#waiting.values()) {
      const lane = this.lane(errand.command);
      if (!heads.has(lane)) heads.set(lane, errand);
    }
    return [...heads.values()];
  }
}

function least(times: readonly number[]): number | null {
  return times.length > 0 ? Math.min(...times) : null;
}
