/** How long to wait before the next attempt: exponential, with full jitter.
 *
 * Full jitter spreads the return of many browsers after a restart over the whole interval,
 * so that they do not come back as one wave.
 */

export const FIRST_MS = 500;
export const LONGEST_MS = 30_000;
const SHORTEST_MS = 100;

/** Milliseconds before attempt `attempt` (1 is the first after a loss); `random` is in [0, 1). */
export function backOff(attempt: number, random: number, atLeast = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(attempt, 1) - 1, 16));
  return Math.round(atLeast + Math.max(SHORTEST_MS, random * ceiling));
}

/** When an unanswered command is sent again: after 3, 6, 12, 24, then every 30 seconds. */
export function resendAfter(times: number): number {
  return Math.min(LONGEST_MS, 3_000 * 2 ** Math.max(0, times - 1));
}

/** `ms` a little shorter or longer, so that browsers do not fall into step. */
export function jitter(ms: number, random: number): number {
  return Math.round(ms * (0.8 + 0.4 * random));
}
