/** What the page goes through: hidden, frozen, offline, and back. */

export interface PageEvents {
  /** Awake, visible or online again. `network` says that the network itself changed. */
  woke(network: boolean): void;
  /** The browser says that there is no network. */
  offline(): void;
  /** Leaving; it may come back from the browser's page cache. */
  left(): void;
  returned(): void;
}

export interface Page {
  visible(): boolean;
  watch(events: PageEvents): () => void;
}

export function browserPage(window: Window): Page {
  const { document } = window;
  return {
    visible: () => document.visibilityState !== "hidden",
    watch(events) {
      const online = (): void => events.woke(true);
      const offline = (): void => events.offline();
      const visibility = (): void => {
        if (document.visibilityState !== "hidden") events.woke(false);
      };
      const left = (): void => events.left();
      const shown = (event: PageTransitionEvent): void => {
        if (event.persisted) events.returned();
      };
      window.addEventListener("online", online);
      window.addEventListener("offline", offline);
      window.addEventListener("pagehide", left);
      window.addEventListener("pageshow", shown);
      document.addEventListener("visibilitychange", visibility);
      return () => {
        window.removeEventListener("online", online);
        window.removeEventListener("offline", offline);
        window.removeEventListener("pagehide", left);
        window.removeEventListener("pageshow", shown);
        document.removeEventListener("visibilitychange", visibility);
      };
    },
  };
}
