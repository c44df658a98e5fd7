/* One page's two ends of the channel that all tabs of a browser share.
 *
 * The tab that holds the trunk speaks to it as every tab does, but not by way of the browser,
 * which takes a reply twenty milliseconds to leave the page that sends it.
 */
import { ALL, type Channel, type Relayed } from "./relay";

/** The channel, for the tab and for the trunk that may be in the same page. */
export class PageChannel {
  readonly #shared: Channel;
  readonly #tab: End;
  #trunk: End | null = null;
  /** Under which name the trunk knows our tab. */
  #tabId = "";

  constructor(shared: Channel) {
    this.#shared = shared;
    this.#tab = new End(
      (message) => this.#fromTab(message),
      () => shared.close(),
    );
    shared.onmessage = ({ data }: MessageEvent) => {
      this.#tab.hear(data as Relayed);
      this.#trunk?.hear(data as Relayed);
    };
  }

  /** The tab's end. It is closed last, and the channel with it. */
  get tab(): Channel {
    return this.#tab;
  }

  /** The end of a trunk that this page holds from now on. */
  trunk(): Channel {
    const trunk = new End(
      (message) => this.#fromTrunk(message),
      () => {
        if (this.#trunk === trunk) this.#trunk = null;
      },
    );
    this.#trunk = trunk;
    return trunk;
  }

  #fromTab(message: Relayed): void {
    if (message.kind === "open") this.#tabId = message.id;
    // At once: what is drawn after a key is pressed would otherwise go first. The trunk's
    // answers never come within the call.
    if (this.#trunk) this.#trunk.hear(message);
    else this.#shared.postMessage(message);
  }

  #fromTrunk(message: Relayed): void {
    const isOurs = message.to === this.#tabId;
    if (isOurs || message.to === ALL) queueMicrotask(() => this.#tab.hear(message));
    if (!isOurs) this.#shared.postMessage(message);
  }
}

/** One end of the channel. */
class End implements Channel {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly #speak: (message: Relayed) => void;
  readonly #left: () => void;
  #isClosed = false;

  constructor(speak: (message: Relayed) => void, left: () => void) {
    this.#speak = speak;
    this.#left = left;
  }

  postMessage(message: unknown): void {
    if (!this.#isClosed) this.#speak(message as Relayed);
  }

  hear(message: Relayed): void {
    if (!this.#isClosed) this.onmessage?.(new MessageEvent("message", { data: message }));
  }

  close(): void {
    this.#isClosed = true;
    this.#left();
  }
}
