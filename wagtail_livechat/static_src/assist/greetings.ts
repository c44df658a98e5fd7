/** What a page asks by itself, of whoever is on it: nobody is known, nothing is kept.
 *
 * The server says which questions this page has, the same for all; how long the page has been
 * looked at is measured here. A place of an agent is held before anything is shown.
 */
import { anonymous, type Assist } from "../loader/config";
import type { Invitation } from "../protocol";
import type { Marks } from "./keep";
import { post } from "./post";

export interface Greeting {
  readonly id: number;
  /** Seconds that the page must have been looked at. */
  readonly dwell: number;
}

export interface GreetingsOptions {
  readonly window: Window;
  readonly marks: Marks;
  readonly urls: Assist["urls"];
  /** Whether one may be shown now. */
  readonly free: () => boolean;
  readonly onChange: () => void;
}

const LOOK_EVERY_MS = 1_000;

export class Greetings {
  readonly #options: GreetingsOptions;
  #page: string | null = null;
  #waiting: readonly Greeting[] = [];
  #looked = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #silent: boolean;

  invitation: Invitation | null = null;

  constructor(options: GreetingsOptions) {
    this.#options = options;
    this.#silent = options.marks.get("quiet") !== null;
  }

  start(page: string | null): void {
    if (page === this.#page) return;
    this.stop();
    if (!page || this.#silent) return;
    this.#page = page;
    void this.#ask(page);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#expiry);
    this.#page = null;
    this.#waiting = [];
    this.#looked = 0;
    this.invitation = null;
  }

  /** Whoever answered is asked nothing more in this visit. */
  quiet(): void {
    this.#silent = true;
    this.#options.marks.set("quiet", "1");
    this.end();
  }

  end(): void {
    clearTimeout(this.#expiry);
    this.invitation = null;
    this.#options.onChange();
  }

  async #ask(page: string): Promise<void> {
    const { urls, window } = this.#options;
    try {
      const { greetings } = await anonymous<{ greetings: readonly Greeting[] }>(
        `${urls.greetings}${page}/`,
      );
      if (page !== this.#page || greetings.length === 0) return;
      this.#waiting = greetings;
      this.#timer = setInterval(() => {
        if (window.document.visibilityState === "hidden") return;
        this.#looked += 1;
        void this.#look(page);
      }, LOOK_EVERY_MS);
    } catch {
      // Then this page asks nothing.
    }
  }

  /** Show the first question whose time has come, if somebody can answer it. */
  async #look(page: string): Promise<void> {
    if (this.invitation || !this.#options.free()) return;
    const due = this.#waiting.find(({ dwell }) => dwell <= this.#looked);
    if (!due) return;
    // Each is tried once on a page, whatever comes of it.
    this.#waiting = this.#waiting.filter((greeting) => greeting !== due);
    const held = await this.#hold(due.id, page);
    const invitation = held?.invitation;
    if (!invitation || page !== this.#page || this.invitation || !this.#options.free()) return;
    clearInterval(this.#timer);
    this.invitation = invitation;
    this.#expiry = setTimeout(() => this.end(), invitation.expires_at - held.now);
    this.#options.onChange();
  }

  async #hold(greeting: number, page: string): Promise<{ invitation: Invitation | null; now: number } | null> {
    try {
      const answer = await post(this.#options.window, this.#options.urls.hold, { greeting, page });
      return (await answer.json()) as { invitation: Invitation | null; now: number };
    } catch {
      return null;
    }
  }
}
