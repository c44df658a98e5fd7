/** What the end of a connection asks of the browser. */

export type Verdict =
  /** Come back, after the usual back-off. */
  | "retry"
  /** Come back with a new key or ticket; twice in a row is a refusal. */
  | "renew"
  /** There are enough sockets: come back over HTTP. */
  | "poll"
  /** Do not come back. */
  | "stop";

export function verdict(closeCode: number): Verdict {
  switch (closeCode) {
    case 4401:
      return "renew";
    case 4409:
      return "poll";
    case 4403: // This origin or person may not.
    case 4410: // The conversation was erased.
    case 4426: // Another version of the protocol: the page must be reloaded.
      return "stop";
    default:
      return "retry";
  }
}

/** A restarting server sees everybody return at once, unless they spread: the longest delay. */
export function restartSpread(closeCode: number): number {
  return closeCode === 1012 || closeCode === 1001 || closeCode === 4412 ? 5_000 : 0;
}
