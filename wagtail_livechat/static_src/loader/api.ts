/** What a page may ask of the chat: `window.livechat`. */

export interface LiveChatEvents {
  /** Somebody can answer, or nobody can any more. */
  readonly availability: { readonly available: boolean };
  readonly opened: Record<string, never>;
  readonly closed: Record<string, never>;
  /** A message arrived or was stored; never its text. */
  readonly message: { readonly from: "agent" | "visitor" };
  /** The conversation was ended, by either side. */
  readonly ended: Record<string, never>;
}

export type Emit = <E extends keyof LiveChatEvents>(event: E, detail: LiveChatEvents[E]) => void;

export interface LiveChat {
  open(): void;
  close(): void;
  /** Returns what ends the listening. */
  on<E extends keyof LiveChatEvents>(
    event: E,
    listener: (detail: LiveChatEvents[E]) => void,
  ): () => void;
}

type Listener = (detail: never) => void;

export function createApi(act: { open(): void; close(): void }): { api: LiveChat; emit: Emit } {
  const listeners = new Map<string, Set<Listener>>();
  return {
    api: {
      ...act,
      on(event, listener) {
        const all = listeners.get(event) ?? new Set();
        listeners.set(event, all.add(listener));
        return () => void all.delete(listener);
      },
    },
    emit(event, detail) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(detail as never);
        } catch (error) {
          // A page's mistake must not become the chat's.
          setTimeout(() => {
            throw error;
          });
        }
      }
    },
  };
}
