/* The number of those who need somebody, on Wagtail's menu entry: a Stimulus controller. */
import type { Calls } from "../console/lists";
import type { StimulusController } from "../staff/stimulus";
import { type Counts, createCounts } from "./counts";
import { ring } from "./sound";
import { titled } from "./title";
import { badgeWords } from "./words";

/** The console announces and counts by itself; the badge then only shows its number. */
const CONSOLE = "[data-controller~='livechat-console']";

/** Wagtail's own button, which is all there is of the menu on a narrow screen. */
const MENU_BUTTON = ".sidebar-nav-toggle";

export function badgeController(Controller: StimulusController) {
  return class LiveChatBadge extends Controller {
    static values = { unread: String, ticket: String, exchange: String, user: String };

    declare readonly unreadValue: string;
    declare readonly ticketValue: string;
    declare readonly exchangeValue: string;
    declare readonly userValue: string;

    #counts: Counts | null = null;
    #badge: HTMLElement | null = null;
    #mirror: HTMLElement | null = null;
    #announcer: HTMLElement | null = null;
    #waiting: number | null = null;

    override connect(): void {
      this.#counts = createCounts(
        {
          unread: this.unreadValue,
          ticket: this.ticketValue,
          exchange: this.exchangeValue,
          user: this.userValue,
        },
        (calls) => this.#show(calls),
      );
      this.#counts.start();
    }

    override disconnect(): void {
      this.#counts?.stop();
      this.#counts = null;
      this.#badge?.remove();
      this.#badge = null;
      this.#mirror?.remove();
      this.#mirror = null;
      this.#announcer?.remove();
      this.#announcer = null;
      document.title = titled(document.title, 0);
    }

    #show({ waiting, unread }: Calls): void {
      const before = this.#waiting;
      this.#waiting = waiting;
      const count = waiting + unread;
      document.title = titled(document.title, count);
      this.#number(count, [
        waiting ? badgeWords.waiting(waiting) : "",
        unread ? badgeWords.unread(unread) : "",
      ]);
      if (before !== null && waiting > before) {
        ring();
        if (!document.querySelector(CONSOLE)) this.#announce(badgeWords.somebodyWaits());
      }
    }

    /** The same number where the menu is folded away; who cannot see it has it in the title. */
    #reflect(count: number): void {
      const button = count ? document.querySelector(MENU_BUTTON) : null;
      if (!button) {
        this.#mirror?.remove();
        this.#mirror = null;
        return;
      }
      this.#mirror ??= document.createElement("span");
      this.#mirror.className = "livechat-badge livechat-badge--folded";
      this.#mirror.setAttribute("aria-hidden", "true");
      this.#mirror.textContent = shown(count);
      if (this.#mirror.parentNode !== button) button.append(this.#mirror);
    }

    #number(count: number, meanings: readonly string[]): void {
      this.#reflect(count);
      if (!count) {
        this.#badge?.remove();
        this.#badge = null;
        return;
      }
      if (!this.#badge?.isConnected) {
        this.#badge = document.createElement("span");
        this.#badge.className = "livechat-badge";
        const number = document.createElement("span");
        number.className = "livechat-badge__number";
        number.setAttribute("aria-hidden", "true");
        const meaning = document.createElement("span");
        meaning.className = "w-sr-only";
        this.#badge.append(number, meaning);
        this.element.append(this.#badge);
      }
      const [number, meaning] = this.#badge.children;
      if (number) number.textContent = shown(count);
      if (meaning) meaning.textContent = `, ${meanings.filter(Boolean).join(", ")}`;
    }

    #announce(text: string): void {
      if (!this.#announcer) {
        this.#announcer = document.createElement("div");
        this.#announcer.className = "w-sr-only";
        this.#announcer.setAttribute("role", "status");
        document.body.append(this.#announcer);
      }
      const announcer = this.#announcer;
      announcer.textContent = "";
      // A live region speaks of what changes once it is there.
      setTimeout(() => {
        announcer.textContent = text;
      }, 100);
    }
  };
}

function shown(count: number): string {
  return count > 99 ? "99+" : String(count);
}
