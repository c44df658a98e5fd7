/** Starts the loader, once, when the page has had its turn. */
import type { LiveChat } from "./api";
import type { Mount, MountAssist } from "./host";
import { createLoader } from "./loader";

declare global {
  interface Window {
    livechat?: LiveChat;
  }
}

const STARTED = Symbol.for("wagtail_livechat");

function boot(): void {
  const globals = window as unknown as Record<symbol, boolean>;
  if (globals[STARTED]) return;
  globals[STARTED] = true;
  const loader = createLoader({
    window,
    load: (url) => import(url) as Promise<{ readonly mount: Mount }>,
    loadAssist: (url) => import(url) as Promise<{ readonly mount: MountAssist }>,
  });
  window.livechat = loader.api;
  const start = (): void => {
    try {
      loader.start();
    } catch {
      // Whatever it is, the page comes first.
    }
  };
  if ("requestIdleCallback" in window) window.requestIdleCallback(start, { timeout: 2_000 });
  else setTimeout(start, 200);
}

try {
  boot();
} catch {
  // The page is left as it is.
}
