/* The part of a long table that is here: whole windows of it, by their number.
 *
 * The server sends a window whole whenever something in it changed. Two of them are open at
 * most, the even and the odd one, so that what is on the screen always lies within them.
 */
import type { VisitRow } from "../../protocol";

/** How many rows a window has. */
export const WINDOW = 100;
/** This many rows before they come into sight, their window is asked for. */
const AHEAD = 25;

export interface Windows {
  readonly total: number;
  readonly rows: ReadonlyMap<number, readonly VisitRow[]>;
}

export const noWindows: Windows = { total: 0, rows: new Map() };

/** The windows that a look at the rows `first` to `last` needs, two at most. */
export function windowsFor(first: number, last: number): readonly number[] {
  const from = Math.floor(Math.max(0, first - AHEAD) / WINDOW);
  const to = Math.floor((last + AHEAD) / WINDOW);
  const needed = Math.floor(first / WINDOW);
  // Very many rows in sight at once: those that are seen come first.
  return to - from > 1 ? [needed, needed + 1] : to === from ? [from] : [from, to];
}

/** The same with what the server says of one window. */
export function withWindow(
  windows: Windows,
  number: number,
  rows: readonly VisitRow[],
  total: number,
): Windows {
  const all = new Map(windows.rows).set(number, rows);
  for (const known of all.keys()) {
    if (known * WINDOW >= total && known > 0) all.delete(known);
  }
  return { total, rows: all };
}

/** The same without the windows that are no longer looked at. */
export function onlyWindows(windows: Windows, numbers: readonly number[]): Windows {
  const rows = new Map([...windows.rows].filter(([number]) => numbers.includes(number)));
  return rows.size === windows.rows.size ? windows : { ...windows, rows };
}

/** The row at a place of the table, if it is here. */
export function rowAt(windows: Windows, index: number): VisitRow | null {
  return windows.rows.get(Math.floor(index / WINDOW))?.[index % WINDOW] ?? null;
}

/** Where a visit stands in the table, if it is here. */
export function placeOf(windows: Windows, visit: string): number | null {
  for (const [number, rows] of windows.rows) {
    const at = rows.findIndex((row) => row.id === visit);
    if (at >= 0) return number * WINDOW + at;
  }
  return null;
}

/** A visit that is over leaves the screen at once; the next window puts the places right. */
export function withoutVisit(windows: Windows, visit: string): Windows {
  if (placeOf(windows, visit) === null) return windows;
  const rows = new Map(
    [...windows.rows].map(([number, some]) => [number, some.filter((row) => row.id !== visit)]),
  );
  return { total: Math.max(0, windows.total - 1), rows };
}
