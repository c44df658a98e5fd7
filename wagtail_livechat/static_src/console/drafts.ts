/* What an agent has begun to write, per conversation, kept in this browser until it is sent.
 *
 * A reply and a note have a draft each: so that what was meant for colleagues can never
 * become a reply by switching. Each tab keeps its own; the browser keeps what its tabs have in
 * common, for the next one. Old drafts are swept, for storage is not for ever.
 */
export type Mode = "reply" | "note";

const KEPT_MS = 14 * 24 * 60 * 60 * 1000;

export interface Drafts {
  read(conversation: string, mode: Mode): string;
  write(conversation: string, mode: Mode, text: string): void;
  /** The conversations that have a reply or a note begun. */
  begun(): ReadonlySet<string>;
  /** Another tab wrote. Says whether it was a draft of this account. */
  heard(change: Pick<StorageEvent, "key" | "oldValue" | "newValue">): boolean;
  /** This page ends: what another tab took out of the browser's storage is put back. */
  keep(): void;
}

/** The drafts of one account: two people at one browser do not read each other's. */
export function createDrafts(
  storage: Storage | null,
  user: string,
  now: () => number,
  own: Storage | null = null,
): Drafts {
  const prefix = `livechat:draft:${user}:`;
  // What was written or sent on this page, by key: empty once it was sent.
  const memory = new Map<string, string>();

  const stored = (place: Storage | null, key: string): string =>
    parse(attempt(() => place?.getItem(key)) ?? "").text;
  const put = (place: Storage | null, key: string, text: string): void => {
    attempt(() => {
      if (text) place?.setItem(key, JSON.stringify({ text, at: now() }));
      else place?.removeItem(key);
    });
  };
  const read = (key: string): string => memory.get(key) ?? (stored(own, key) || stored(storage, key));

  for (const key of keys(storage, prefix)) {
    const { at } = parse(attempt(() => storage?.getItem(key)) ?? "");
    if (now() - at > KEPT_MS) put(storage, key, "");
  }

  return {
    read: (conversation, mode) => read(`${prefix}${conversation}:${mode}`),
    write(conversation, mode, text) {
      const key = `${prefix}${conversation}:${mode}`;
      const before = read(key);
      memory.set(key, text);
      put(own, key, text);
      // What another tab has written meanwhile stays: ours is then this tab's alone.
      if (["", before].includes(stored(storage, key))) put(storage, key, text);
    },
    begun() {
      const all = new Set([...memory.keys(), ...keys(own, prefix), ...keys(storage, prefix)]);
      const found = [...all].filter((key) => read(key));
      return new Set(found.map((key) => key.slice(prefix.length).split(":")[0] ?? ""));
    },
    heard({ key, oldValue, newValue }) {
      if (!key?.startsWith(prefix)) return false;
      const had = memory.get(key) ?? stored(own, key);
      if (had && had === parse(oldValue ?? "").text) {
        // Both tabs showed the same: they go on so.
        const { text } = parse(newValue ?? "");
        memory.set(key, text);
        put(own, key, text);
      } else if (!had) memory.delete(key);
      return true;
    },
    keep() {
      for (const [key, text] of memory) {
        if (text && !stored(storage, key)) put(storage, key, text);
      }
    },
  };
}

function keys(storage: Storage | null, prefix: string): readonly string[] {
  return (
    attempt(() => {
      const found: string[] = [];
      for (let index = 0; index < (storage?.length ?? 0); index += 1) {
        const key = storage?.key(index);
        if (key?.startsWith(prefix)) found.push(key);
      }
      return found;
    }) ?? []
  );
}

function parse(json: string): { text: string; at: number } {
  const read: unknown = attempt(() => JSON.parse(json));
  if (typeof read === "object" && read !== null && "text" in read && "at" in read) {
    const { text, at } = read;
    if (typeof text === "string" && typeof at === "number") return { text, at };
  }
  return { text: "", at: 0 };
}

/** Storage may be full or forbidden: a draft is then kept in memory alone. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
