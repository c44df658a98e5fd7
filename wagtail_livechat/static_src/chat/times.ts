/** Moments in the visitor's own zone and language. */
import type { Say } from "../texts";

export interface Times {
  /** The language of the page, in which moments are told and visitors are thought to write. */
  readonly language: string;
  clock(at: number): string;
  day(at: number, now: number): string;
  iso(at: number): string;
}

export function createTimes(language: string, say: Say): Times {
  const clock = format(language, { hour: "numeric", minute: "2-digit" });
  const day = format(language, { weekday: "long", day: "numeric", month: "long" });
  const year = format(language, { day: "numeric", month: "long", year: "numeric" });
  return {
    language,
    clock: (at) => clock.format(at),
    iso: (at) => new Date(at).toISOString(),
    day(at, now) {
      const date = new Date(at);
      const today = new Date(now);
      const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
      if (date.toDateString() === today.toDateString()) return say("today");
      if (date.toDateString() === yesterday.toDateString()) return say("yesterday");
      return (date.getFullYear() === today.getFullYear() ? day : year).format(at);
    },
  };
}

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, options);
  } catch {
    return new Intl.DateTimeFormat(undefined, options);
  }
}
