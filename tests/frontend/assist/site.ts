/** A site that may watch: its banner, its words, and a server that keeps the choice's cookie. */
import { vi } from "vitest";
import type { Assist, Config } from "../../../wagtail_livechat/static_src/loader/config";
import type { VisitReady } from "../../../wagtail_livechat/static_src/protocol";
import { ASSIST_KEYS } from "../../../wagtail_livechat/static_src/texts";
import { CONFIG } from "../widget";

export const RECEIPT = "5f0c1b7e-6a55-4b5e-9d0a-2d8f0d9f3c11";
export const VERSION = 7;

/** Each word is its own key, with its placeholders. */
const words = {
  ...Object.fromEntries(ASSIST_KEYS.map((key) => [key, key])),
  watched: "watched {names}!",
  receipt: "receipt {id}",
  invites: "invites {alias}",
  results: "results {count}",
};

/** A visit's hello is answered. */
export function ready(change: Partial<VisitReady> = {}): VisitReady {
  return {
    type: "visit.ready",
    now: Date.now(),
    recorded: true,
    number: 0,
    watchers: [],
    invitation: null,
    poll_ms: 2_000,
    ...change,
  };
}

export const ASSIST: Assist = {
  external: false,
  signals: { gpc: false, dnt: false },
  holding: [5, VERSION],
  banner: {
    version: VERSION,
    purposes: ["assistance", "statistics"],
    details_url: "/privacy/",
    texts: {
      heading: "May we help?",
      body: [
        { t: "p", c: ["Our ", { t: "b", c: ["team"] }, " may see ", { t: "a", href: "/charter/", c: ["this"] }, "."] },
        { t: "p", c: [{ t: "a", href: "javascript:alert(1)", c: ["not a link"] }] },
      ],
      assistance_title: "Live help",
      assistance_text: "People may see your pages.",
      statistics_title: "Statistics",
      statistics_text: "Totals of each day.",
      accept_label: "Accept",
      refuse_label: "Refuse",
      choose_label: "Choose",
      save_label: "Save",
      change_label: "Your choice",
      details_label: "Details",
    },
  },
  urls: {
    bundle: "/static/assist.js",
    line: "/static/visit.js",
    consent: "/livechat/consent/",
    visit: "/livechat/visit/",
    exchange: "/livechat/visit/exchange/",
    socket: "/livechat/visit/ws/",
    greetings: "/livechat/greetings/",
    hold: "/livechat/greetings/hold/",
    answer: "/livechat/greetings/answer/",
  },
  words,
};

export const WATCHING: Config = { ...CONFIG, assist: ASSIST };

/** The cookie as the server writes it. */
export function cookieOf(assistance: boolean, statistics: boolean, flags = "-", version = VERSION): string {
  const letters = `${assistance ? "y" : "n"}${statistics ? "y" : "n"}`;
  const receipt = assistance || statistics ? RECEIPT : "-";
  return `1.${version}.${letters}.20261127.${flags}.${receipt}.c2lnbmF0dXJl`;
}

export function putCookie(value: string): void {
  document.cookie = `livechat-choice-3=${value}; path=/`;
}

export function dropCookie(): void {
  document.cookie = "livechat-choice-3=; path=/; max-age=0";
}

export interface Asked {
  readonly url: string;
  readonly body: Record<string, unknown>;
}

export interface Server {
  /** What the browser told by POST, in order. */
  readonly told: Asked[];
  /** What it asked anonymously. */
  readonly asked: string[];
  broken: boolean;
  /** Refuses what it is told, with this code. */
  refuses: string | null;
  /** Keeps no cookie, like a browser that refuses them. */
  forgetful: boolean;
  greetings: readonly object[];
  held: object | null;
  to(url: string): readonly Record<string, unknown>[];
}

export function server(assist: Assist = ASSIST): Server {
  const it: Server = {
    told: [],
    asked: [],
    broken: false,
    refuses: null,
    forgetful: false,
    greetings: [],
    held: null,
    to: (url) => it.told.filter((each) => each.url === url).map(({ body }) => body),
  };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    if (init.method !== "POST") {
      it.asked.push(url);
      if (it.broken) throw new TypeError("network");
      return Response.json({ greetings: it.greetings });
    }
    const body = JSON.parse(String(init.body)) as Record<string, unknown>;
    it.told.push({ url, body });
    if (it.broken) throw new TypeError("network");
    if (it.refuses) return Response.json({ updates: [{ type: "refused", code: it.refuses }] }, { status: 409 });
    if (url === assist.urls.consent && !it.forgetful) {
      putCookie(cookieOf(body["assistance"] === true, body["statistics"] === true, "-", Number(body["version"])));
    }
    if (url === assist.urls.hold) return Response.json(it.held ?? { invitation: null, now: Date.now() });
    return Response.json({ ok: true });
  });
  return it;
}
