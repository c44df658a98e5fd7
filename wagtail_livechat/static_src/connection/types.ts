/** What a connection is to those who use it, whatever carries it. */

/** Anything that the wire knows has a `type`; what asks for an answer has a `ref`. */
export interface Frame {
  readonly type: string;
  readonly ref?: string | null;
}

export type Carrier = "socket" | "poll";

export type Status =
  /** Not started, or stopped. */
  | { readonly type: "idle" }
  /** Trying; `attempt` counts from 1 since the last time that it was open. */
  | { readonly type: "connecting"; readonly attempt: number }
  | { readonly type: "open"; readonly by: Carrier }
  /** Cut; it tries again by itself at `retryAt` (milliseconds since 1970). */
  | { readonly type: "lost"; readonly retryAt: number; readonly attempt: number }
  /** The server will not have us: nothing more is tried until `start()` is called again. */
  | {
      readonly type: "refused";
      readonly closeCode: number;
      readonly code: string;
      readonly message: string;
    };

/** How much is done for a command to arrive.
 *
 * `moment`: sent if the line is open, else forgotten (typing, read marks).
 * `tab`: sent until it is answered, as long as this page lives (pick up, change availability).
 * `stored`: the same, and it survives the page: it lies in the browser's storage until it is
 * acknowledged or finally refused (what somebody wrote).
 */
export type Keep = "moment" | "tab" | "stored";

/** Why a command was not done and will not be tried again by itself. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A command that waits for its answer. */
export interface Waiting<C> {
  readonly ref: string;
  readonly command: C;
  /** When it was asked, in milliseconds since 1970. */
  readonly at: number;
  readonly refusal: Refusal | null;
}

/** Where commands wait for their turn and their answer. */
export interface Queue<C> {
  keeps(command: C): Keep;
  /** Commands of one lane keep their order. */
  lane(command: C): string;
  add(command: C): void;
  /** Answered: nothing more to do. */
  settle(ref: string): void;
  /** Finally refused. */
  refuse(ref: string, refusal: Refusal): void;
  /** Refused for now: ask again after `ms`. */
  hold(ref: string, ms: number): void;
  /** The line is new: everything is due. */
  reopened(): void;
  /** What to send now, one of each lane, at most `limit` and about `bytes`; each counts as sent. */
  take(limit?: number, bytes?: number): readonly C[];
  /** When `take` next has something; `null` when nothing waits. */
  nextDue(): number | null;
  /** Since when the oldest command on its way has had no answer. */
  unansweredSince(): number | null;
  /** Called after each change. Returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface Connection<C extends Frame> {
  readonly status: Status;
  start(): void;
  /** Close, and send nothing more; what is stored stays stored. */
  stop(): void;
  /** Ask. False says that a `moment` command was dropped because the line is not open. */
  send(command: C): boolean;
  /** Something may have changed (the laptop woke, the network is back): look, and act now. */
  check(): void;
  /** Say hello again, where a fresh state is wanted. */
  resync(): void;
}
