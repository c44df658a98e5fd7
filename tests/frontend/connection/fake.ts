/** A server, a page and a storage that do what a test tells them. */
import type { Page, PageEvents } from "../../../wagtail_livechat/static_src/connection/page";
import type { SocketLike } from "../../../wagtail_livechat/static_src/connection/socket";

export class FakeSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly frames: Record<string, unknown>[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(data: string): void {
    this.frames.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  opens(): void {
    this.onopen?.(new Event("open"));
  }

  says(update: object): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(update) }));
  }

  ends(code: number): void {
    this.closed = true;
    this.onclose?.({ code } as CloseEvent);
  }

  asked(type: string): Record<string, unknown>[] {
    return this.frames.filter((frame) => frame["type"] === type);
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  readonly open = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

export class FakePage implements Page {
  isVisible = true;
  events: PageEvents | null = null;
  visible(): boolean {
    return this.isVisible;
  }
  watch(events: PageEvents): () => void {
    this.events = events;
    return () => (this.events = null);
  }
}

/** A storage like the browser's; full, it throws. */
export class FakeStorage implements Storage {
  readonly items = new Map<string, string>();
  full = false;
  get length(): number {
    return this.items.size;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
  clear(): void {
    this.items.clear();
  }
}

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
