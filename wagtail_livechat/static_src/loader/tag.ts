/** The script tag that a page carries: where the chat lives, and which page this is. */

export interface Tag {
  readonly config: string;
  /** The page's own token, signed by the server; a view that is no page has none. */
  readonly page: string | null;
  /** What a view says of itself: a search, a page that is not there. */
  readonly kind: string;
  readonly results: string;
  /** Of this page nothing is told to anybody. */
  readonly hidden: boolean;
  readonly element: Element | null;
}

export function findTag(document: Document): Tag | null {
  const tags = document.querySelectorAll<HTMLScriptElement>("script[data-livechat]");
  // After a swap of the body the newest is the last.
  const element = tags[tags.length - 1];
  const data = element?.dataset;
  return element && data?.["livechatConfig"]
    ? {
        config: data["livechatConfig"],
        page: data["livechatPage"] || null,
        kind: data["livechatKind"] ?? "",
        results: data["livechatResults"] ?? "",
        hidden: data["livechatHidden"] !== undefined,
        element,
      }
    : null;
}

export function sameTag(a: Tag | null, b: Tag | null): boolean {
  if (a?.config !== b?.config || a?.page !== b?.page) return false;
  // A page has its name; of two views without one, only the element tells them apart.
  return a?.page && !a.kind ? !b?.kind && a.hidden === b?.hidden : a?.element === b?.element;
}

/** Calls `changed` when the page may have been swapped under us (Turbo, htmx, a router). */
export function watchSwaps(window: Window, changed: () => void): () => void {
  const { document } = window;
  const root = document.documentElement;
  const observer = new MutationObserver(() => {
    // The body itself may be another one now.
    observe();
    look();
  });
  // What Turbo shows from its memory while it fetches is not the page yet.
  const look = (): void => {
    if (!root.hasAttribute("data-turbo-preview")) changed();
  };
  const observe = (): void => {
    observer.disconnect();
    observer.observe(root, { childList: true });
    if (document.body) observer.observe(document.body, { childList: true });
  };
  observe();
  const events = ["turbo:load", "turbo:render", "htmx:afterSettle", "htmx:historyRestore"];
  for (const event of events) document.addEventListener(event, look);
  window.addEventListener("popstate", look);
  return () => {
    observer.disconnect();
    for (const event of events) document.removeEventListener(event, look);
    window.removeEventListener("popstate", look);
  };
}
