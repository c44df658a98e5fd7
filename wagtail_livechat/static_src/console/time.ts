/* Moments and durations as a reader sees them, in the reader's language and time zone. */
import { words } from "./words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something has lasted, in its largest whole unit: short enough for a list. */
export function duration(ms: number): string {
  const lasted = Math.max(0, ms);
  if (lasted < MINUTE) return words.seconds(Math.floor(lasted / 1000));
  if (lasted < HOUR) return words.minutes(Math.floor(lasted / MINUTE));
  if (lasted < DAY) return words.hours(Math.floor(lasted / HOUR));
  return words.days(Math.floor(lasted / DAY));
}

export interface Times {
  /** 14:05 */
  clock(at: number): string;
  /** Today, yesterday, or the date. */
  day(at: number, now: number): string;
  /** Everything, for a tooltip and for machines' readers. */
  full(at: number): string;
  /** The clock today, the date before. */
  brief(at: number, now: number): string;
}

export function timesIn(language: string): Times {
  const clock = format(language, { hour: "2-digit", minute: "2-digit" });
  const date = format(language, { weekday: "long", day: "numeric", month: "long" });
  const short = format(language, { day: "numeric", month: "short" });
  const full = format(language, { dateStyle: "full", timeStyle: "medium" });
  return {
    clock: (at) => clock.format(at),
    full: (at) => full.format(at),
    day(at, now) {
      if (sameDay(at, now)) return words.today();
      if (sameDay(at, now - DAY)) return words.yesterday();
      return date.format(at);
    },
    brief: (at, now) => (sameDay(at, now) ? clock.format(at) : short.format(at)),
  };
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** The name of a language in the reader's language: fr is French. */
export function languageName(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, options);
  } catch {
    // A language that this browser does not know: its own is better than none.
    return new Intl.DateTimeFormat(undefined, options);
  }
}
