/** The visitor's choice on this page: what stands, and how it is changed.
 *
 * Without an answer everything is a no. A no takes effect here at once, before the server has
 * heard it; where it could not be told, the next page of this tab tells it again and does not
 * watch meanwhile. Nothing else is kept: the answer itself is the server's cookie.
 */
import type { Assist, Purpose } from "../loader/config";
import { type Choice, readChoice, readSignals, type Signals, type Standing, standing } from "./choice";
import type { Marks } from "./keep";
import { NotDone, post } from "./post";

export type Answer = Readonly<Record<Purpose, boolean>>;
export type Interface = "banner" | "settings" | "indicator" | "external";

export const NO: Answer = { assistance: false, statistics: false };

export interface ConsentOptions {
  readonly window: Window;
  readonly site: number;
  readonly assist: Assist;
  readonly marks: Marks;
  readonly onChange: () => void;
}

export class Consent {
  readonly #options: ConsentOptions;
  readonly signals: Signals;

  choice: Choice | null = null;
  /** An answer is on its way; what it says counts already where it says no. */
  sending: Answer | null = null;
  /** Why the last answer could not be stored, as one of our words. */
  failed: "not_saved" | "asked_anew" | null = null;
  #withdrawn = false;

  constructor(options: ConsentOptions) {
    this.#options = options;
    this.signals = readSignals(options.window, options.assist.signals);
    this.#withdrawn = options.marks.get("withdrawn") !== null;
    this.read();
    if (this.#withdrawn) {
      if (this.allows("assistance", true) || this.allows("statistics", true)) void this.answer(NO, "settings");
      else this.#mark(false);
    }
  }

  get standing(): Standing {
    const { external, holding, banner } = this.#options.assist;
    return standing(this.choice, this.signals, { external, holding, asks: banner !== null });
  }

  /** Whether the visitor agreed. `stored`: leave aside what is only meant. */
  allows(purpose: Purpose, stored = false): boolean {
    if (this.standing !== "answered" || !this.choice?.[purpose]) return false;
    return stored || (!this.#withdrawn && (this.sending === null || this.sending[purpose]));
  }

  /** What stands now, as an answer. */
  get answered(): Answer {
    return { assistance: this.allows("assistance"), statistics: this.allows("statistics") };
  }

  /** Read the cookie again: another tab, or the server, may have changed it. */
  read(): void {
    const { window, site } = this.#options;
    this.choice = readChoice(window.document.cookie, site);
  }

  /** Tell the server. Resolves to whether it is stored. */
  async answer(answer: Answer, by: Interface, reference = ""): Promise<boolean> {
    const { window, assist, onChange } = this.#options;
    const isNo = !answer.assistance && !answer.statistics;
    this.sending = answer;
    this.failed = null;
    if (isNo && this.choice?.receipt) this.#mark(true);
    onChange();
    try {
      await post(window, assist.urls.consent, {
        version: assist.external ? 0 : (assist.banner?.version ?? this.choice?.version ?? 0),
        ...answer,
        interface: by,
        ...this.signals,
        ...(reference && { reference }),
      });
      this.read();
      this.#mark(false);
      // A yes came with the key of a visit, and a no took it away.
      this.#options.marks.set("visit", answer.assistance ? "1" : null);
      // A browser that keeps no cookie keeps no yes.
      if (!isNo && !this.choice) this.failed = "not_saved";
    } catch (error) {
      this.read();
      // Nobody can agree to words that this page does not have.
      const anew = error instanceof NotDone && error.code === "unknown_version";
      this.failed = anew ? "asked_anew" : "not_saved";
    }
    if (this.sending === answer) this.sending = null;
    onChange();
    return this.failed === null;
  }

  /** The site's own tool says what its visitor chose, perhaps on every page again.
   *
   * Who stopped it here has the last word until the tool has said no at least once.
   */
  async toldBySite(
    said: Answer,
    reference: string,
    answer: (said: Answer, by: Interface, reference: string) => Promise<void>,
  ): Promise<void> {
    const { assistance, statistics } = this.answered;
    const { marks } = this.#options;
    if (!said.assistance) marks.set("stopped", null);
    else if (marks.get("stopped")) said = { ...said, assistance: false };
    if (said.assistance !== assistance || said.statistics !== statistics) {
      await answer(said, "external", reference);
    }
  }

  /** The visitor stopped it on our own control, beside the site's tool. */
  stopHere(): void {
    this.#options.marks.set("stopped", "1");
  }

  /** For the time until the server knows. */
  #mark(withdrawn: boolean): void {
    this.#withdrawn = withdrawn;
    this.#options.marks.set("withdrawn", withdrawn ? "1" : null);
  }
}
