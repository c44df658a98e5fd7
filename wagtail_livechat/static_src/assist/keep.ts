/** Small marks in this browser, each after the visitor's own act; none of them is a name. */
import { storageOf } from "../loader/memory";

export type Mark =
  /** This tab has asked for a visit's key. */
  | "visit"
  /** Who was announced as watching. */
  | "watched"
  /** A stop could not be told to the server yet. */
  | "withdrawn"
  /** A page's own question was answered. */
  | "quiet"
  /** Live help was stopped beside the site's own tool. */
  | "stopped";

export interface Marks {
  get(mark: Mark): string | null;
  /** `null` takes it away. */
  set(mark: Mark, value: string | null): void;
}

/** The last of these marks lasts, the others end with the tab. */
export function marksOf(window: Window, site: number): Marks {
  const key = (mark: Mark): string => `livechat-choice:${site}:${mark}`;
  const storage = (mark: Mark): Storage | null =>
    storageOf(window, mark === "stopped" ? "localStorage" : "sessionStorage");
  return {
    get(mark) {
      try {
        return storage(mark)?.getItem(key(mark)) ?? null;
      } catch {
        return null;
      }
    },
    set(mark, value) {
      try {
        if (value === null) storage(mark)?.removeItem(key(mark));
        else storage(mark)?.setItem(key(mark), value);
      } catch {
        // Then it lasts as long as this page.
      }
    },
  };
}
