/* Which canned replies stand in the texts that are begun, or on their way to the server, kept
 * for this tab. A reload keeps the text; where it came from must not be forgotten over it, or
 * its use would not be counted and its cards would stay behind.
 */
import type { Put, Sent } from "./canned";

export interface KeptPuts {
  /** By conversation, what was put into its text. */
  readonly put: ReadonlyMap<string, Put>;
  /** By the ref of a message, what is on its way. */
  readonly sent: ReadonlyMap<string, Sent>;
}

export interface Keeper {
  read(): KeptPuts;
  write(puts: KeptPuts): void;
}

const NOTHING: KeptPuts = { put: new Map(), sent: new Map() };
/** Part of the name: what an older console has kept, in another shape, is left alone. */
const SHAPE = 1;

/** For one account: two people at one browser have nothing in common. */
export function createKeeper(storage: Storage | null, user: string): Keeper {
  const name = `livechat:canned:${SHAPE}:${user}`;
  return {
    read() {
      try {
        const { put, sent } = JSON.parse(storage?.getItem(name) ?? "null") ?? { put: [], sent: [] };
        return { put: new Map(put), sent: new Map(sent) };
      } catch {
        return NOTHING;
      }
    },
    write({ put, sent }) {
      try {
        if (put.size + sent.size === 0) storage?.removeItem(name);
        else storage?.setItem(name, JSON.stringify({ put: [...put], sent: [...sent] }));
      } catch {
        // Storage may be full or forbidden: it is then kept in memory alone.
      }
    },
  };
}
