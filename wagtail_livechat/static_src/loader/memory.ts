/** What this browser remembers of a site's chat, all of it after the visitor's own act.
 *
 * Nothing here identifies anybody: the key is a cookie that no script can read.
 */

export interface Remembered {
  /** The panel is open. */
  readonly open: boolean;
  /** A conversation goes on, or something written waits to be sent. */
  readonly ongoing: boolean;
  readonly sound: boolean;
  /** The visitor chose to show which page is open. */
  readonly sharing: boolean;
  /** The token of the page that a tab showed to the team last. */
  readonly shows: string | null;
  /** When this was last true, in milliseconds since 1970. */
  readonly at: number;
}

/** As long as the visitor key lasts without use. */
export const REMEMBERED_FOR_MS = 24 * 60 * 60 * 1_000;

export const NOTHING: Remembered = {
  open: false,
  ongoing: false,
  sound: false,
  sharing: false,
  shows: null,
  at: 0,
};

export function storagePrefix(site: number): string {
  return `livechat:${site}:`;
}

/** The browser's storage, or `null` where it refuses even to be looked at. */
export function storageOf(window: Window, kind: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

export function recall(storage: Storage | null, site: number, now: number): Remembered {
  const key = `${storagePrefix(site)}state`;
  try {
    const text = storage?.getItem(key);
    if (!text) return NOTHING;
    const remembered = { ...NOTHING, ...(JSON.parse(text) as Partial<Remembered>) };
    if (now - remembered.at < REMEMBERED_FOR_MS) return remembered;
    storage?.removeItem(key);
  } catch {
    // Unreadable: nothing is known.
  }
  return NOTHING;
}

/** Keep it for the next page; where there is nothing to know, nothing is kept. */
export function remember(storage: Storage | null, site: number, what: Remembered): void {
  const key = `${storagePrefix(site)}state`;
  try {
    if (what.open || what.ongoing || what.sound || what.sharing) storage?.setItem(key, JSON.stringify(what));
    else storage?.removeItem(key);
  } catch {
    // Full or forbidden: the next page starts closed.
  }
}

/** Forget all that begins with the site's prefix. */
export function forget(storage: Storage | null, site: number): void {
  const prefix = storagePrefix(site);
  try {
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index));
    for (const key of keys) if (key?.startsWith(prefix)) storage?.removeItem(key);
  } catch {
    // There is nothing that could be forgotten.
  }
}
