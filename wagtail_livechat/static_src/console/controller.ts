/* Mounts the console where the template left room for it: a Stimulus controller. */
import { h, render } from "preact";
import { soundWanted, wantSound } from "../badge/sound";
import { makeRef, Tabs } from "../connection";
import { createLine } from "../staff/line";
import { createStaffOutbox, outboxPrefix } from "../staff/outbox";
import type { StimulusController } from "../staff/stimulus";
import { App } from "./App";
import { createKeeper } from "./canned/kept";
import { type ChooserAddresses, choosersAt } from "./choosers";
import { Desk } from "./desk";
import { createDrafts } from "./drafts";
import { Watch } from "./visitors/watch";

const VISITORS = "#visitors";

/** What the server's view gives along; see `wagtail_livechat/console/views.py`. */
export interface ConsoleConfig {
  readonly user: number;
  readonly language: string;
  /** The sites whose transcripts this user may read. */
  readonly transcript_sites: readonly number[];
  /** Wagtail's choosers, as far as this user may use them. */
  readonly choosers: ChooserAddresses;
  /** What an invitation says if nobody writes another, by language. */
  readonly greetings: Readonly<Record<string, string>>;
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
  const visitors = new Watch({
    now: Date.now,
    visible: () => document.visibilityState === "visible",
    onAccepted(conversation, visit) {
      // Nobody is pulled away from a text that is begun: the next words would land elsewhere.
      if (!visitors.view.open && desk.view.selected && desk.view.text.trim()) return false;
      desk.show("mine");
      desk.open(conversation);
      visitors.leave(visit);
      return true;
    },
    remembered: {
      read: () => window.location.hash === VISITORS,
      write: (open) => remember(open ? VISITORS : desk.view.selected ? `#${desk.view.selected}` : ""),
    },
  });
  const drafts = createDrafts(storage, user, Date.now, storageOf(window, "sessionStorage"));
  const desk = new Desk({
    drafts,
    keeper: createKeeper(storageOf(window, "sessionStorage"), user),
    outbox,
    line(wiring) {
      const line = createLine({
        ticketUrl: config.urls.ticket,
        exchangeUrl: config.urls.exchange,
        user,
        outbox,
        ...wiring,
        onUpdate(update) {
          wiring.onUpdate(update);
          visitors.heard(update);
        },
        onStatus(status) {
          wiring.onStatus(status);
          visitors.statusIs(status);
        },
      });
      visitors.uses(line);
      return line;
    },
    elsewhere: (ref) => visitors.awaits(ref),
    choosers: choosersAt(config.choosers, window),
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
        if (!visitors.view.open) remember(conversation ? `#${conversation}` : "");
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
  const greeting = (language: string): string => greetingIn(config, language);
  const draw = (): void =>
    render(h(App, { view: desk.view, desk, watching: visitors.view, visitors, greeting }), element);
  const looked = (): void => {
    desk.looked();
    visitors.visibilityChanged();
  };
  const wroteElsewhere = (event: StorageEvent): void => {
    if (event.storageArea === storage && drafts.heard(event)) desk.checkDrafts();
  };

  element.replaceChildren();
  const unsubscribe = [desk.subscribe(draw), visitors.subscribe(draw)];
  document.addEventListener("visibilitychange", looked);
  window.addEventListener("focus", looked);
  window.addEventListener("storage", wroteElsewhere);
  window.addEventListener("pagehide", drafts.keep);
  desk.start();
  visitors.start();
  tabs.start();
  draw();
  return () => {
    document.removeEventListener("visibilitychange", looked);
    window.removeEventListener("focus", looked);
    window.removeEventListener("storage", wroteElsewhere);
    window.removeEventListener("pagehide", drafts.keep);
    for (const each of unsubscribe) each();
    visitors.stop();
    tabs.stop();
    desk.stop();
    render(null, element);
  };
}

/** What is open stays in the address, for when the page is loaded again. */
function remember(hash: string): void {
  const { pathname, search } = window.location;
  history.replaceState(history.state, "", `${pathname}${search}${hash}`);
}

/** In the visitor's language, in one that is near, or in that of the admin. */
function greetingIn({ greetings, language: mine }: ConsoleConfig, language: string): string {
  const near = (wanted: string) => {
    const main = (code: string) => code.toLowerCase().split("-", 1)[0];
    const same = Object.keys(greetings).find((code) => code.toLowerCase() === wanted.toLowerCase());
    return greetings[same ?? Object.keys(greetings).find((code) => main(code) === main(wanted)) ?? ""];
  };
  return near(language) ?? near(mine) ?? "";
}

/** A browser may forbid its storage with an exception. */
function storageOf(page: Window, kind: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return page[kind];
  } catch {
    return null;
  }
}
