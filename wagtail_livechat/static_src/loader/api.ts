/** What a page may ask of the chat: `window.livechat`. */

export interface LiveChatEvents {
  /** Somebody or the signpost can answer, or nobody can any more; `person`: a person can. */
  readonly availability: { readonly available: boolean; readonly person: boolean };
  readonly opened: Record<string, never>;
  readonly closed: Record<string, never>;
  /** A message arrived or was stored; never its text. */
  readonly message: { readonly from: "agent" | "visitor" | "signpost" };
  /** The conversation was ended, by either side. */
  readonly ended: Record<string, never>;
  /** The visitor's choice as it stands: when a page opens, and when it changes. */
  readonly consent: { readonly assistance: boolean; readonly statistics: boolean };
  /** An invitation came, was answered, or stands no more; never its text. */
  readonly invitation: {
    readonly state: "shown" | "accepted" | "declined" | "never" | "ended";
    readonly automatic: boolean;
  };
}

/** What the site's own consent tool says for its visitor. */
export interface ExternalChoice {
  readonly assistance?: boolean;
  readonly statistics?: boolean;
  /** The tool's own name for this answer; kept with the proof of a yes. */
  readonly reference?: string;
}

/** What a page says of the view that is open, where its tag does not. */
export interface ViewFacts {
  readonly kind?: "page" | "search" | "not_found" | "other";
  /** How much a search found. */
  readonly results?: number;
}

export type Emit = <E extends keyof LiveChatEvents>(event: E, detail: LiveChatEvents[E]) => void;

export interface LiveChat {
  open(): void;
  close(): void;
  /** Open the visitor's choices about being watched and counted. */
  choices(): void;
  /** Say for the visitor what the site's own consent tool was told. */
  consent(choice: ExternalChoice): void;
  /** Say what the view is that is open now. */
  page(facts: ViewFacts): void;
  /** Returns what ends the listening. */
  on<E extends keyof LiveChatEvents>(
    event: E,
    listener: (detail: LiveChatEvents[E]) => void,
  ): () => void;
}

type Listener = (detail: never) => void;

export function createApi(act: Omit<LiveChat, "on">): { api: LiveChat; emit: Emit } {
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
