/** The script tag that a page carries: where the chat lives, and which page this is. */

export interface Tag {
  readonly config: string;
  /** The page's own token, signed by the server; a view that is no page has none. */
  readonly page: string | null;
}

export function findTag(document: Document): Tag | null {
  const tags = document.querySelectorAll<HTMLScriptElement>("script[data-livechat]");
  // After a swap of the body the newest is the last.
  const { livechatConfig, livechatPage } = tags[tags.length - 1]?.dataset ?? {};
  return livechatConfig ? { config: livechatConfig, page: livechatPage || null } : null;
}

export function sameTag(a: Tag | null, b: Tag | null): boolean {
  return a?.config === b?.config && a?.page === b?.page;
}

/** Calls `changed` when the page may have been swapped under us (Turbo, htmx, a router). */
export function watchSwaps(window: Window, changed: () => void): () => void {
  const { document } = window;
  const root = document.documentElement;
  const observer = new MutationObserver(() => {
    // The body itself may be another one now.
    observe();
    changed();
  });
  const observe = (): void => {
    observer.disconnect();
    observer.observe(root, { childList: true });
    if (document.body) observer.observe(document.body, { childList: true });
  };
  observe();
  const events = ["turbo:load", "turbo:render", "htmx:afterSettle", "htmx:historyRestore"];
  for (const event of events) document.addEventListener(event, changed);
  window.addEventListener("popstate", changed);
  return () => {
    observer.disconnect();
    for (const event of events) document.removeEventListener(event, changed);
    window.removeEventListener("popstate", changed);
  };
}
