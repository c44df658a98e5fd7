/** Tabs of one browser: channels that carry between them, and locks that one of them holds. */
import type { Channel } from "../../../wagtail_livechat/static_src/staff/relay";

/** Named channels, delivered in order and never within the call that sends. */
export class FakeChannels {
  readonly #open = new Map<string, Set<FakeChannel>>();

  make(name: string): FakeChannel {
    const channel = new FakeChannel(this, name);
    const all = this.#open.get(name) ?? new Set();
    this.#open.set(name, all.add(channel));
    return channel;
  }

  carry(from: FakeChannel, message: unknown): void {
    for (const channel of this.#open.get(from.name) ?? []) {
      if (channel !== from) queueMicrotask(() => channel.hears(structuredClone(message)));
    }
  }

  leave(channel: FakeChannel): void {
    this.#open.get(channel.name)?.delete(channel);
  }

  count(): number {
    return [...this.#open.values()].reduce((sum, all) => sum + all.size, 0);
  }
}

export class FakeChannel implements Channel {
  onmessage: ((event: MessageEvent) => void) | null = null;
  #closed = false;

  constructor(
    readonly channels: FakeChannels,
    readonly name: string,
  ) {}

  postMessage(message: unknown): void {
    if (this.#closed) throw new Error("closed");
    this.channels.carry(this, message);
  }

  hears(message: unknown): void {
    if (!this.#closed) this.onmessage?.(new MessageEvent("message", { data: message }));
  }

  close(): void {
    this.#closed = true;
    this.channels.leave(this);
  }
}

interface Request {
  readonly act: () => Promise<void> | undefined;
  readonly settle: (error?: Error) => void;
}

/** The Web Locks that are used: waiting in turn, giving up, and taking by force. */
export class FakeLocks {
  #holder: Request | null = null;
  #waiting: Request[] = [];

  request(
    _name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    act: () => Promise<void> | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request: Request = { act, settle: (error) => (error ? reject(error) : resolve()) };
      options.signal?.addEventListener("abort", () => {
        this.#waiting = this.#waiting.filter((each) => each !== request);
        request.settle(new Error("AbortError"));
      });
      if (options.steal) {
        this.#holder?.settle(new Error("AbortError"));
        this.#give(request);
      } else {
        this.#waiting.push(request);
        this.#next();
      }
    });
  }

  /** The tab that holds it is gone without a word. */
  holderDies(): void {
    this.#holder = null;
    this.#next();
  }

  #next(): void {
    if (this.#holder) return;
    const request = this.#waiting.shift();
    if (request) this.#give(request);
  }

  #give(request: Request): void {
    this.#holder = request;
    void Promise.resolve(request.act()).then(() => {
      request.settle();
      if (this.#holder === request) {
        this.#holder = null;
        this.#next();
      }
    });
  }
}
