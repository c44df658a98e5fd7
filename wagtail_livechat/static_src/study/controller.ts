/* How far a study is, asked every two seconds; when it is over, the page shows what it found. */
import type { StimulusController } from "../staff/stimulus";

const EVERY_MS = 2000;

/** What `study/status/` answers. */
interface Status {
  readonly under_way: boolean;
  readonly percent: number;
  readonly words: string;
}

export function studyController(
  Controller: StimulusController,
  reload: () => void = () => window.location.reload(),
) {
  return class LiveChatStudy extends Controller {
    static values = { url: String, going: Boolean };

    declare readonly urlValue: string;
    declare readonly goingValue: boolean;

    #timer: ReturnType<typeof setTimeout> | null = null;
    #connected = false;

    override connect(): void {
      this.#connected = true;
      if (this.goingValue) this.#wait();
    }

    override disconnect(): void {
      this.#connected = false;
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
    }

    #wait(): void {
      this.#timer = setTimeout(() => void this.#ask(), EVERY_MS);
    }

    async #ask(): Promise<void> {
      const status = await this.#status();
      if (!this.#connected) return;
      if (status && !status.under_way) {
        reload();
        return;
      }
      if (status) this.#show(status);
      this.#wait();
    }

    /** Nothing where the server cannot be reached now: it is asked again. */
    async #status(): Promise<Status | null> {
      try {
        const response = await fetch(this.urlValue, {
          headers: { "X-Requested-With": "XMLHttpRequest" },
        });
        return response.ok ? ((await response.json()) as Status) : null;
      } catch {
        return null;
      }
    }

    #show(status: Status): void {
      const progress = this.element.querySelector("progress");
      if (progress) progress.value = status.percent;
      const words = this.element.querySelector("[data-livechat-study-words]");
      if (words && words.textContent !== status.words) words.textContent = status.words;
    }
  };
}
