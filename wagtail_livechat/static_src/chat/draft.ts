/** What the visitor has begun to write, kept until it is sent.
 *
 * Each tab keeps its own; the browser keeps what its tabs have in common, for the next one. Two
 * texts stay two: what one tab sends takes nothing from the other.
 */
export interface Draft {
  readonly text: string;
  write(text: string): void;
  /** Another tab wrote or sent. Says whether this tab's text follows. */
  heard(change: Pick<StorageEvent, "key" | "oldValue" | "newValue">): boolean;
  /** This page ends: what another tab took out of the browser's storage is put back. */
  keep(): void;
}

export function createDraft(tab: Storage | null, browser: Storage | null, key: string): Draft {
  const own = keeper(tab, key);
  const common = keeper(browser, key);
  let text = own.read() || common.read();
  return {
    get text() {
      return text;
    },
    write(next) {
      const before = text;
      text = next;
      own.write(next);
      if (["", before].includes(common.read())) common.write(next);
    },
    heard(change) {
      // Where the tabs showed the same, or this one nothing, they go on together.
      if (change.key !== key || (text && text !== change.oldValue)) return false;
      text = change.newValue ?? "";
      own.write(text);
      return true;
    },
    keep() {
      if (text && !common.read()) common.write(text);
    },
  };
}

/** One text under one key, in a storage that may not be there. */
export function keeper(storage: Storage | null, key: string) {
  return {
    read(): string {
      try {
        return storage?.getItem(key) ?? "";
      } catch {
        return "";
      }
    },
    write(text: string): void {
      try {
        if (text) storage?.setItem(key, text);
        else storage?.removeItem(key);
      } catch {
        // Full or forbidden: it lives as long as this page.
      }
    },
  };
}
