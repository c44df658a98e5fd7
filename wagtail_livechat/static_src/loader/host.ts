/** What the bundles are given by the loader, and what the loader is given by them. */
import type { Emit, LiveChat } from "./api";
import type { Assist, Config } from "./config";
import type { Tag } from "./tag";

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
  /** Open the visitor's choices about being watched. */
  choices?(): void;
  changed(view: ChatView): void;
}

/** Who answers: a person can, the signpost does so first. */
export interface Standing {
  readonly available: boolean;
  readonly signpost?: boolean;
}

/** What the loader shows of the panel. */
export interface ChatView {
  readonly open: boolean;
  /** Something keeps the chat on the page even when nobody can answer. */
  readonly kept: boolean;
  readonly unread: number;
  /** What the connection says; `null` while there is none. */
  readonly available: Standing | null;
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

export interface AssistHost {
  readonly config: Config;
  readonly assist: Assist;
  readonly window: Window;
  readonly emit: Emit;
  /** The script tag of the page that is open now. */
  tag(): Tag | null;
  /** Open the chat because the visitor said yes, whoever else may be there. */
  openChat(): void;
}

/** What watches over consent, and is watched by it. */
export interface AssistSide extends Pick<LiveChat, "choices" | "consent" | "page"> {
  /** The page was touched; `moved`: another one is open now. */
  pageChanged(moved: boolean): void;
  /** The chat's panel was opened or closed. */
  chatChanged(open: boolean): void;
  stop(): void;
}

export type MountAssist = (host: AssistHost) => AssistSide;
