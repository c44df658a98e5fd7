/* What an agent has begun to write, per conversation, kept in this browser until it is sent.
 *
 * A reply and a note have a draft each: so that what was meant for colleagues can never
 * become a reply by switching. Old drafts are swept, for storage is not for ever.
 */
export type Mode = "reply" | "note";

const KEPT_MS = 14 * 24 * 60 * 60 * 1000;

export interface Drafts {
  read(conversation: string, mode: Mode): string;
  write(conversation: string, mode: Mode, text: string): void;
  /** The conversations that have a reply or a note begun. */
  begun(): ReadonlySet<string>;
}

/** The drafts of one account: two people at one browser do not read each other's. */
export function createDrafts(storage: Storage | null, user: string, now: () => number): Drafts {
  const prefix = `livechat:draft:${user}:`;
  // Where the browser refuses storage, drafts live as long as the page.
  const memory = new Map<string, string>();

  function each(visit: (key: string, conversation: string, at: number) => void): void {
    for (const key of keys(storage, prefix)) {
      const [conversation = ""] = key.slice(prefix.length).split(":");
      visit(key, conversation, parse(attempt(() => storage?.getItem(key)) ?? "").at);
    }
  }

  each((key, _, at) => {
    if (now() - at > KEPT_MS) attempt(() => storage?.removeItem(key));
  });

  return {
    read(conversation, mode) {
      const key = `${prefix}${conversation}:${mode}`;
      return memory.get(key) ?? parse(attempt(() => storage?.getItem(key)) ?? "").text;
    },
    write(conversation, mode, text) {
      const key = `${prefix}${conversation}:${mode}`;
      if (text) {
        memory.set(key, text);
        attempt(() => storage?.setItem(key, JSON.stringify({ text, at: now() })));
      } else {
        memory.delete(key);
        attempt(() => storage?.removeItem(key));
      }
    },
    begun() {
      const found = new Set<string>();
      for (const key of memory.keys()) {
        found.add(key.slice(prefix.length).split(":")[0] ?? "");
      }
      each((_, conversation) => found.add(conversation));
      return found;
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
