/** One WebSocket: frames in, frames out, and one single end. */

/** The part of the browser's `WebSocket` that is used. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export type OpenSocket = (url: string) => SocketLike;

export interface SocketEvents {
  opened(): void;
  heard(frame: unknown): void;
  /** Called once at most, and never after `close()`. */
  ended(closeCode: number): void;
}

export interface Socket {
  send(frame: object): void;
  close(): void;
}

/** `path` on this page's own origin, as the address of a WebSocket. */
export function socketAddress(path: string, base: string): string {
  const url = new URL(path, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export function openSocket(
  url: string,
  events: SocketEvents,
  open: OpenSocket = (address) => new WebSocket(address),
): Socket {
  let over = false;
  let raw: SocketLike | null = null;
  const end = (closeCode: number): void => {
    if (over) return;
    over = true;
    events.ended(closeCode);
  };
  try {
    raw = open(url);
  } catch {
    // A policy may forbid sockets with an exception rather than with an event.
    setTimeout(() => end(1006));
    return { send: () => undefined, close: () => void (over = true) };
  }
  const socket = raw;
  socket.onopen = () => {
    if (!over) events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent) => {
    if (over || typeof data !== "string") return;
    try {
      events.heard(JSON.parse(data));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  };
  socket.onclose = (event: CloseEvent) => end(event.code);
  socket.onerror = () => undefined;
  return {
    send(frame) {
      if (!over) socket.send(JSON.stringify(frame));
    },
    close() {
      if (over) return;
      over = true;
      socket.close(1000);
    },
  };
}
