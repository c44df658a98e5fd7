/** The line to the server: a socket if it can be had, HTTP if not, and nobody need know which.
 *
 * A socket comes first. After two sockets in a row that never got ready, the same frames go
 * over HTTP, and a socket is tried again each minute. Whatever ends the line, it comes back by
 * itself, unless the server said that it must not.
 */
import { MAX_COMMANDS, MAX_EXCHANGE } from "../protocol";
import { backOff, jitter } from "./backoff";
import type { Page } from "./page";
import { restartSpread, verdict } from "./policy";
import { bytesOf, type Exchange, Later, NotAdmitted } from "./poll";
import { type OpenSocket, openSocket, type Socket } from "./socket";
import type { Carrier, Connection, Frame, Queue, Status } from "./types";

/** The updates that the line itself understands; both sides of the wire have them. */
interface Understood extends Frame {
  readonly code?: string;
  readonly message?: string;
  readonly retry_ms?: number | null;
  readonly close_code?: number;
  readonly poll_ms?: number;
}

export interface ConnectionOptions<C extends Frame, U extends Frame> {
  /** The socket's address; asked anew for each socket, together with `hello`. */
  readonly socketUrl: () => string;
  readonly exchange: Exchange<C, U> | null;
  /** Done before the first carrier of a `start`, and again after a 4401: get a key. */
  readonly admit?: () => Promise<void>;
  /** The frame that opens the line; for staff it brings a new ticket. */
  readonly hello: (by: Carrier) => C | Promise<C>;
  readonly pong: C;
  /** The `type` of the update that answers hello. */
  readonly ready: U["type"];
  /** The refs of messages that `update` shows to be stored. */
  readonly storedRefs?: (update: U) => readonly string[];
  readonly outbox: Queue<C>;
  readonly onUpdate: (update: U) => void;
  readonly onStatus: (status: Status) => void;
  readonly page: Page;
  readonly open?: OpenSocket;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Remembers from page to page that sockets do not get through. */
  readonly memory?: { get(): boolean; set(polls: boolean): void };
}

export const SILENCE_MS = 40_000;
const READY_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 9_000;
const SOCKETS_BEFORE_POLL = 2;
const SOCKET_AGAIN_MS = 60_000;
const HIDDEN_POLL_MS = 30_000;
const STEADY_AFTER_MS = 5_000;
const REFUSED_FOR_NOW: ReadonlySet<string> = new Set(["rate_limited", "busy", "unavailable"]);

/** Why the server closes, said before it does. */
interface LastWords {
  readonly closeCode: number;
  readonly code: string;
  readonly message: string;
}

export function createConnection<C extends Frame, U extends Frame>(
  options: ConnectionOptions<C, U>,
): Connection<C> {
  return new Line(options);
}

type Timer = ReturnType<typeof setTimeout> | undefined;

class Line<C extends Frame, U extends Frame> implements Connection<C> {
  readonly #options: ConnectionOptions<C, U>;
  readonly #now: () => number;
  readonly #random: () => number;

  #status: Status = { type: "idle" };
  #running = false;
  #unwatch: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;

  #admitted = false;
  #renewed = false;
  #attempt = 0;
  #deadSockets = 0;
  #polls = false;

  // Each carrier has a number; what an older one still says is not heard.
  #socketNumber = 0;
  #socket: Socket | null = null;
  #socketReady = false;
  #openedAt = 0;
  #heardAt = 0;
  #last: LastWords | null = null;
  #retryAtLeast = 0;

  #polling: AbortController | null = null;
  #pollFailed = false;
  #pollMs = 2_000;
  #moments = new Map<string, C>();

  #retryTimer: Timer;
  #watchTimer: Timer;
  #pumpTimer: Timer;
  #pollTimer: Timer;
  #socketTimer: Timer;

  constructor(options: ConnectionOptions<C, U>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
  }

  get status(): Status {
    return this.#status;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    this.#deadSockets = 0;
    this.#renewed = false;
    this.#admitted = false;
    this.#polls = this.#canPoll && (this.#options.memory?.get() ?? false);
    this.#unsubscribe = this.#options.outbox.subscribe(() => this.#pump());
    this.#unwatch = this.#options.page.watch({
      woke: (network) => this.#woke(network),
      offline: () => {
        if (this.#status.type === "open") this.#lose(0);
      },
      left: () => this.#drop(),
      returned: () => this.#connect(),
    });
    this.#connect();
  }

  stop(): void {
    if (!this.#running) return;
    this.#halt();
    this.#say({ type: "idle" });
  }

  send(command: C): boolean {
    const { outbox } = this.#options;
    if (outbox.keeps(command) !== "moment") {
      outbox.add(command); // The outbox tells its listeners, and we are one of them.
      return true;
    }
    if (this.#status.type !== "open") return false;
    if (this.#socketReady) this.#socket?.send(command);
    else this.#moments.set(`${command.type} ${outbox.lane(command)}`, command);
    return true;
  }

  check(): void {
    this.#woke(true);
  }

  resync(): void {
    if (this.#socketReady) void this.#greet(this.#socketNumber);
    else if (this.#polls) this.#pollNow();
  }

  get #canPoll(): boolean {
    return this.#options.exchange !== null;
  }

  #say(status: Status): void {
    this.#status = status;
    this.#options.onStatus(status);
  }

  #halt(): void {
    this.#running = false;
    this.#unwatch?.();
    this.#unsubscribe?.();
    this.#drop();
    this.#moments.clear();
  }

  /** Close whatever is open and let every timer go; nothing is said. */
  #drop(): void {
    for (const timer of [
      this.#retryTimer,
      this.#watchTimer,
      this.#pumpTimer,
      this.#pollTimer,
      this.#socketTimer,
    ]) {
      clearTimeout(timer);
    }
    this.#closeSocket();
    this.#polling?.abort();
    this.#polling = null;
  }

  #closeSocket(): void {
    this.#socketNumber += 1;
    this.#socket?.close();
    this.#socket = null;
    this.#socketReady = false;
    clearTimeout(this.#watchTimer);
  }

  #connect(): void {
    if (!this.#running) return;
    this.#drop();
    this.#attempt += 1;
    this.#say({ type: "connecting", attempt: this.#attempt });
    void this.#begin(this.#socketNumber);
  }

  async #begin(number: number): Promise<void> {
    try {
      if (!this.#admitted) await this.#options.admit?.();
    } catch (error) {
      if (this.#running && number === this.#socketNumber) this.#failed(error);
      return;
    }
    if (!this.#running || number !== this.#socketNumber) return;
    this.#admitted = true;
    if (this.#polls) {
      this.#pollNow();
      this.#socketTimer = setTimeout(() => this.#trySocket(), SOCKET_AGAIN_MS);
    } else {
      this.#trySocket();
    }
  }

  // The socket.

  /** Open one, beside the polling if there is some: the first that is ready carries. */
  #trySocket(): void {
    this.#closeSocket();
    const number = this.#socketNumber;
    const mine = (): boolean => this.#running && number === this.#socketNumber;
    this.#last = null;
    this.#retryAtLeast = 0;
    this.#watchTimer = setTimeout(() => {
      if (mine()) this.#socketEnded(1006);
    }, READY_WITHIN_MS);
    this.#socket = openSocket(
      this.#options.socketUrl(),
      {
        opened: () => {
          if (mine()) void this.#greet(number);
        },
        heard: (frame) => {
          if (mine()) this.#heard(frame as U & Understood, "socket");
        },
        ended: (closeCode) => {
          if (mine()) this.#socketEnded(closeCode);
        },
      },
      this.#options.open,
    );
  }

  async #greet(number: number): Promise<void> {
    try {
      const hello = await this.#options.hello("socket");
      if (number === this.#socketNumber) this.#socket?.send(hello);
    } catch (error) {
      if (this.#running && number === this.#socketNumber) this.#failed(error);
    }
  }

  #socketIsReady(): void {
    this.#polling?.abort();
    this.#polling = null;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#socketTimer);
    const fresh = !this.#socketReady;
    this.#socketReady = true;
    this.#polls = false;
    this.#deadSockets = 0;
    this.#options.memory?.set(false);
    if (!fresh) return;
    this.#watch();
    this.#opened("socket");
  }

  /** Silence means that the line is dead, whatever the socket believes. */
  #watch(): void {
    clearTimeout(this.#watchTimer);
    const number = this.#socketNumber;
    this.#watchTimer = setTimeout(
      () => {
        if (number !== this.#socketNumber) return;
        if (this.#now() - this.#heardAt >= SILENCE_MS) this.#socketEnded(1006);
        else this.#watch();
      },
      Math.max(1_000, this.#heardAt + SILENCE_MS - this.#now()),
    );
  }

  #socketEnded(socketCode: number): void {
    const wasReady = this.#socketReady;
    const last = this.#last ?? { closeCode: socketCode, code: "", message: "" };
    this.#last = null;
    const beside = this.#polls && !wasReady && this.#status.type !== "idle";
    this.#closeSocket();
    if (!wasReady) this.#deadSockets += 1;
    switch (verdict(last.closeCode)) {
      case "stop":
        return this.#refused(last.closeCode, last.code, last.message);
      case "renew":
        return this.#renew(last);
      case "poll":
        this.#startPolling();
        if (!beside) this.#connect();
        return;
      case "retry":
        break;
    }
    if (beside) {
      // Only a trial: HTTP still carries.
      this.#socketTimer = setTimeout(() => this.#trySocket(), SOCKET_AGAIN_MS);
      return;
    }
    if (this.#deadSockets >= SOCKETS_BEFORE_POLL && this.#canPoll) {
      this.#startPolling();
      this.#connect();
      return;
    }
    this.#lose(Math.max(this.#retryAtLeast, restartSpread(socketCode) * this.#random()));
  }

  /** Get a new key or ticket: at once, but not in a circle. */
  #renew({ closeCode, code, message }: LastWords): void {
    if (this.#renewed) return this.#refused(closeCode, code, message);
    this.#renewed = true;
    this.#admitted = false;
    if (this.#attempt > 2) this.#lose(0);
    else this.#connect();
  }

  #startPolling(): void {
    if (!this.#canPoll) return;
    this.#polls = true;
    this.#options.memory?.set(true);
  }

  // HTTP.

  #pollNow(): void {
    clearTimeout(this.#pollTimer);
    if (!this.#running || !this.#polls || this.#polling) return;
    void this.#poll();
  }

  async #poll(): Promise<void> {
    const { exchange, outbox } = this.#options;
    if (!exchange) return;
    const mine = new AbortController();
    this.#polling = mine;
    const wasOpen = this.#status.type === "open";
    if (!wasOpen) outbox.reopened();
    this.#last = null;
    this.#retryAtLeast = 0;
    const moments = [...this.#moments.values()];
    this.#moments.clear();
    try {
      const hello = await this.#options.hello("poll");
      if (this.#polling !== mine) return;
      const commands = [...moments.slice(0, MAX_COMMANDS / 2)];
      const room = MAX_EXCHANGE - bytesOf({ hello, commands });
      commands.unshift(...outbox.take(MAX_COMMANDS - commands.length, room));
      const updates = await exchange(hello, commands, mine.signal);
      if (this.#polling !== mine) return;
      for (const update of updates) {
        this.#heard(update as U & Understood, "poll");
        if (!this.#running || this.#polling !== mine) return;
      }
    } catch (error) {
      if (this.#polling !== mine) return;
      this.#polling = null;
      this.#pollFailed = true;
      this.#failed(error);
      return;
    }
    this.#polling = null;
    if (this.#last) {
      this.#turnedAway(this.#last);
      return;
    }
    if (this.#status.type !== "open") {
      this.#lose(this.#retryAtLeast);
      return;
    }
    this.#schedulePoll();
    if (this.#pollFailed && !this.#socket) {
      // The network was down and is back: a socket may get through as well.
      this.#pollFailed = false;
      clearTimeout(this.#socketTimer);
      this.#trySocket();
    }
  }

  /** Over HTTP: the last words, without a socket to close. */
  #turnedAway({ closeCode, code, message }: LastWords): void {
    this.#last = null;
    switch (verdict(closeCode)) {
      case "stop":
        return this.#refused(closeCode, code, message);
      case "renew":
        return this.#renew({ closeCode, code, message });
      case "poll":
      case "retry":
        return this.#lose(this.#retryAtLeast);
    }
  }

  #schedulePoll(): void {
    if (!this.#running || !this.#polls) return;
    clearTimeout(this.#pollTimer);
    const due = this.#options.outbox.nextDue();
    const rhythm = this.#options.page.visible() ? this.#pollMs : HIDDEN_POLL_MS;
    const wait = jitter(rhythm, this.#random());
    const sooner = due === null ? wait : Math.min(wait, Math.max(0, due - this.#now()));
    this.#pollTimer = setTimeout(() => this.#pollNow(), sooner);
  }

  // Both.

  #heard(update: U & Understood, by: Carrier): void {
    this.#heardAt = this.#now();
    const { outbox, ready, storedRefs, onUpdate } = this.#options;
    switch (update.type) {
      case "heartbeat":
        if (by === "socket") this.#socket?.send(this.#options.pong);
        break;
      case "bye":
        this.#retryAtLeast = update.retry_ms ?? 0;
        break;
      case "error":
        this.#last = {
          closeCode: update.close_code ?? 1006,
          code: update.code ?? "",
          message: update.message ?? "",
        };
        this.#retryAtLeast = Math.max(this.#retryAtLeast, update.retry_ms ?? 0);
        break;
      case "resync":
        this.resync();
        break;
      case "refused":
        this.#commandRefused(update, by);
        break;
      case ready:
        this.#pollMs = update.poll_ms ?? this.#pollMs;
        this.#renewed = false;
        if (by === "socket") this.#socketIsReady();
        else if (this.#status.type !== "open") this.#opened("poll");
        break;
      default:
        break;
    }
    onUpdate(update);
    // Told first, settled then: whoever shows the outbox knows already what became of it.
    if (update.ref && update.type !== "refused") outbox.settle(update.ref);
    for (const ref of storedRefs?.(update) ?? []) outbox.settle(ref);
  }

  #commandRefused(update: Understood, by: Carrier): void {
    if (!update.ref) {
      // Without a ref, before anything else was asked, it is the hello that was refused.
      this.#retryAtLeast = Math.max(this.#retryAtLeast, update.retry_ms ?? 0);
      if (by === "socket" && !this.#socketReady) this.#socketEnded(1006);
      return;
    }
    const code = update.code ?? "";
    if (update.retry_ms || REFUSED_FOR_NOW.has(code)) {
      this.#options.outbox.hold(update.ref, jitter(update.retry_ms || 3_000, this.#random()));
      this.#pump();
    } else {
      this.#options.outbox.refuse(update.ref, { code, message: update.message ?? "" });
    }
  }

  #opened(by: Carrier): void {
    this.#openedAt = this.#now();
    this.#options.outbox.reopened();
    this.#say({ type: "open", by });
    if (by === "socket") this.#pump();
  }

  /** Send what is due, and be back when the next is. */
  #pump(): void {
    clearTimeout(this.#pumpTimer);
    if (!this.#running || this.#status.type !== "open") return;
    const { outbox } = this.#options;
    if (!this.#socketReady) {
      if (this.#polls && !this.#polling) this.#schedulePoll();
      return;
    }
    const unanswered = outbox.unansweredSince();
    if (
      unanswered !== null &&
      this.#heardAt < unanswered &&
      this.#now() - unanswered >= ANSWER_WITHIN_MS
    ) {
      // We asked, asked again, and hear nothing at all.
      this.#socketEnded(1006);
      return;
    }
    for (const command of outbox.take()) this.#socket?.send(command);
    const due = outbox.nextDue();
    if (due !== null) {
      this.#pumpTimer = setTimeout(() => this.#pump(), Math.max(0, due - this.#now()));
    }
  }

  #failed(error: unknown): void {
    if (error instanceof NotAdmitted) {
      if (verdict(error.closeCode) === "stop" || this.#renewed) {
        this.#refused(error.closeCode, error.code, error.message);
        return;
      }
      this.#renewed = verdict(error.closeCode) === "renew";
      this.#admitted = false;
    }
    this.#lose(error instanceof Later ? error.retryMs : 0);
  }

  #lose(atLeast: number): void {
    const steady =
      this.#status.type === "open" && this.#now() - this.#openedAt >= STEADY_AFTER_MS;
    this.#drop();
    if (!this.#running) return;
    if (steady) this.#attempt = 0;
    const wait = backOff(this.#attempt + 1, this.#random(), atLeast);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
    this.#say({ type: "lost", retryAt: this.#now() + wait, attempt: this.#attempt });
  }

  #refused(closeCode: number, code: string, message: string): void {
    this.#halt();
    this.#say({ type: "refused", closeCode, code, message });
  }

  #woke(network: boolean): void {
    if (!this.#running) return;
    switch (this.#status.type) {
      case "lost":
        if (network) this.#attempt = 0;
        this.#connect();
        break;
      case "open": {
        if (!this.#socketReady) {
          this.#pollNow();
          break;
        }
        const silence = this.#now() - this.#heardAt;
        if (silence > (network ? 5_000 : 30_000)) this.#connect();
        break;
      }
      default:
        break;
    }
  }
}
