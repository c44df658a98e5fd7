/* How the tabs of one browser share one line to the server.
 *
 * One tab holds the trunk (trunk.ts). Each tab, that one included, speaks to it through a
 * BroadcastChannel that looks like a WebSocket: so a tab's connection, its outbox and its
 * back-off are the same whether the server or another tab is at the other end.
 */
import type { SocketLike } from "../connection/socket";

/** The part of the browser's `BroadcastChannel` that is used. */
export interface Channel {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** What a tab tells the trunk. */
export type ToTrunk =
  | { readonly to: "trunk"; readonly kind: "open"; readonly id: string }
  | { readonly to: "trunk"; readonly kind: "frame"; readonly id: string; readonly data: string }
  | { readonly to: "trunk"; readonly kind: "close"; readonly id: string }
  /** Somebody pressed "try again now". */
  | { readonly to: "trunk"; readonly kind: "check" };

/** What the trunk tells one tab, or (`*`) all of them. */
export type ToTab =
  | { readonly to: string; readonly kind: "opened" }
  | { readonly to: string; readonly kind: "frame"; readonly data: string }
  | { readonly to: string; readonly kind: "closed"; readonly code: number }
  /** There is a trunk, but it has no line yet. */
  | { readonly to: string; readonly kind: "wait" }
  /** The trunk has its line: whoever wants one may have it now. */
  | { readonly to: "*"; readonly kind: "here" };

export type Relayed = ToTrunk | ToTab;

export const ALL = "*";

export interface RelayEvents {
  /** The trunk is there and open: connect without waiting. */
  here(): void;
  /** Nobody answers: the tab that held the trunk hangs. */
  silent(): void;
}

/** Shorter than a connection waits to be ready: a tab that hangs is told from one that is slow. */
const ANSWER_WITHIN_MS = 3_000;

/** One tab's end. `open` is given to the connection in place of `new WebSocket`. */
export class RelayEnd {
  readonly #channel: Channel;
  readonly #events: RelayEvents;
  readonly #makeId: () => string;
  #socket: RelayedSocket | null = null;

  constructor(channel: Channel, events: RelayEvents, makeId: () => string) {
    this.#channel = channel;
    this.#events = events;
    this.#makeId = makeId;
    channel.onmessage = ({ data }: MessageEvent) => this.#heard(data as Relayed);
  }

  readonly open = (): SocketLike => {
    const socket = new RelayedSocket(
      this.#makeId(),
      (message) => this.#channel.postMessage(message),
      () => this.#events.silent(),
    );
    this.#socket = socket;
    socket.knock();
    return socket;
  };

  /** Ask the trunk to look at its line now. */
  check(): void {
    this.#channel.postMessage({ to: "trunk", kind: "check" } satisfies ToTrunk);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  #heard(message: Relayed): void {
    if (message.to === "trunk") return;
    if (message.kind === "here") {
      this.#socket?.knock();
      this.#events.here();
      return;
    }
    if (message.to !== ALL && message.to !== this.#socket?.id) return;
    this.#socket?.told(message as ToTab);
  }
}

class RelayedSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;

  readonly id: string;
  readonly #post: (message: ToTrunk) => void;
  readonly #silent: () => void;
  #stage: "knocking" | "open" | "over" = "knocking";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, post: (message: ToTrunk) => void, silent: () => void) {
    this.id = id;
    this.#post = post;
    this.#silent = silent;
  }

  knock(): void {
    if (this.#stage !== "knocking") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#silent, ANSWER_WITHIN_MS);
    this.#post({ to: "trunk", kind: "open", id: this.id });
  }

  told(message: ToTab): void {
    clearTimeout(this.#timer);
    if (this.#stage === "over") return;
    switch (message.kind) {
      case "opened":
        if (this.#stage !== "knocking") return;
        this.#stage = "open";
        this.onopen?.(new Event("open"));
        return;
      case "frame":
        if (this.#stage === "open") {
          this.onmessage?.(new MessageEvent("message", { data: message.data }));
        }
        return;
      case "closed":
        // To all: those who were still knocking had nothing that could close.
        if (message.to === ALL && this.#stage === "knocking") return;
        this.#stage = "over";
        this.onclose?.(new CloseEvent("close", { code: message.code }));
        return;
      case "wait":
      case "here":
        return;
    }
  }

  send(data: string): void {
    if (this.#stage === "open") this.#post({ to: "trunk", kind: "frame", id: this.id, data });
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#stage === "over") return;
    this.#stage = "over";
    this.#post({ to: "trunk", kind: "close", id: this.id });
  }
}
