/* Mounts the console where the template left room for it: a Stimulus controller. */
import { h, render } from "preact";
import { soundWanted, wantSound } from "../badge/sound";
import { makeRef, Tabs } from "../connection";
import { createLine } from "../staff/line";
import { createStaffOutbox, outboxPrefix } from "../staff/outbox";
import type { StimulusController } from "../staff/stimulus";
import { App } from "./App";
import { Desk } from "./desk";
import { createDrafts } from "./drafts";

/** What the server's view gives along; see `wagtail_livechat/console/views.py`. */
export interface ConsoleConfig {
  readonly user: number;
  readonly language: string;
  /** The sites whose transcripts this user may read. */
  readonly transcript_sites: readonly number[];
  readonly urls: { readonly ticket: string; readonly exchange: string; readonly transcript: string };
}

export function consoleController(Controller: StimulusController) {
  return class LiveChatConsole extends Controller {
    static values = { configId: String };

    declare readonly configIdValue: string;

    #stop: (() => void) | null = null;

    override connect(): void {
      const json = document.getElementById(this.configIdValue)?.textContent;
      if (!json || this.#stop) return;
      this.#stop = mount(this.element, JSON.parse(json) as ConsoleConfig);
    }

    override disconnect(): void {
      this.#stop?.();
      this.#stop = null;
    }
  };
}

/** Start a console inside `element`. Returns what ends it and leaves nothing running. */
export function mount(element: HTMLElement, config: ConsoleConfig): () => void {
  const user = String(config.user);
  const storage = storageOf(window, "localStorage");
  const tab = makeRef();
  const outbox = createStaffOutbox(user, tab, storage);
  const drafts = createDrafts(storage, user, Date.now, storageOf(window, "sessionStorage"));
  const desk = new Desk({
    drafts,
    outbox,
    line: (wiring) =>
      createLine({
        ticketUrl: config.urls.ticket,
        exchangeUrl: config.urls.exchange,
        user,
        outbox,
        ...wiring,
      }),
    sound: { wanted: soundWanted, want: wantSound },
    language: config.language,
    transcriptOf: (card) =>
      config.transcript_sites.includes(card.site)
        ? config.urls.transcript.replace("{id}", card.id)
        : null,
    now: Date.now,
    watched: () => document.visibilityState === "visible" && document.hasFocus(),
    remembered: {
      read: () => window.location.hash.match(/^#([0-9a-f-]{36})$/)?.[1] ?? null,
      write: (conversation) => {
        const { pathname, search } = window.location;
        history.replaceState(history.state, "", `${pathname}${search}${conversation ? `#${conversation}` : ""}`);
      },
    },
  });
  const tabs = new Tabs({
    outbox,
    tab,
    prefix: `${outboxPrefix(user)}tab:`,
    locks: navigator.locks ?? null,
    window,
    onAdopted: () => desk.checkOutbox(),
  });
  const draw = (): void => render(h(App, { view: desk.view, desk }), element);
  const looked = (): void => desk.looked();
  const wroteElsewhere = (event: StorageEvent): void => {
    if (event.storageArea === storage && drafts.heard(event)) desk.checkDrafts();
  };

  element.replaceChildren();
  const unsubscribe = desk.subscribe(draw);
  document.addEventListener("visibilitychange", looked);
  window.addEventListener("focus", looked);
  window.addEventListener("storage", wroteElsewhere);
  window.addEventListener("pagehide", drafts.keep);
  desk.start();
  tabs.start();
  draw();
  return () => {
    document.removeEventListener("visibilitychange", looked);
    window.removeEventListener("focus", looked);
    window.removeEventListener("storage", wroteElsewhere);
    window.removeEventListener("pagehide", drafts.keep);
    unsubscribe();
    tabs.stop();
    desk.stop();
    render(null, element);
  };
}

/** A browser may forbid its storage with an exception. */
function storageOf(page: Window, kind: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return page[kind];
  } catch {
    return null;
  }
}
