/** What the panel is given by the loader, and what the loader is given by the panel. */
import type { Emit } from "./api";
import type { Config } from "./config";

export interface ChatHost {
  /** The element inside the shadow root that the panel is rendered into. */
  readonly place: HTMLElement;
  readonly root: ShadowRoot;
  readonly config: Config;
  readonly window: Window;
  readonly emit: Emit;
  /** The token of the page that is open now. */
  page(): string | null;
  /** Put the focus back on the launcher. */
  focusLauncher(): void;
  changed(view: ChatView): void;
}

/** What the loader shows of the panel. */
export interface ChatView {
  readonly open: boolean;
  /** Something keeps the chat on the page even when nobody can answer. */
  readonly kept: boolean;
  readonly unread: number;
  /** What the connection says; `null` while there is none. */
  readonly available: boolean | null;
}

export interface Chat {
  /** `focus`: the visitor asked for it; not when a page resumes. */
  open(options: { readonly focus: boolean }): void;
  close(): void;
  /** The page was swapped under the widget. */
  pageChanged(): void;
  stop(): void;
}

export type Mount = (host: ChatHost) => Chat;
