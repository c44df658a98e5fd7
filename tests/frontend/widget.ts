/** A site's answers and a page with the tag, for the tests of loader and panel. */
import { vi } from "vitest";
import type { Config } from "../../wagtail_livechat/static_src/loader/config";
import { TEXT_KEYS, type Texts } from "../../wagtail_livechat/static_src/texts";

/** Each word is its own key, with its placeholders. */
const texts: Texts = {
  ...Object.fromEntries(TEXT_KEYS.map((key) => [key, key])),
  launcher_unread: "launcher_unread {count}",
  status_active: "status_active {alias}",
  status_left: "status_left {alias}",
  typing: "typing {alias}",
  new_messages: "new_messages {count}",
  too_long: "too_long {count}",
  characters_left: "characters_left {count}",
  notice_picked_up: "notice_picked_up {alias}",
  sharing_soon: "sharing_soon {page}",
  sharing_page: "sharing_page {page}",
};

export const CONFIG: Config = {
  v: 1,
  site: 3,
  language: "en",
  dir: "ltr",
  words: { language: "en", own: [] },
  position: "right",
  accent: "#0a5f55",
  accent_text: "#ffffff",
  theme: "auto",
  sound: true,
  sharing: true,
  team: { name: "The Quay bookshop", avatar: null },
  urls: {
    chat: "/static/chat.js",
    start: "/livechat/start/",
    exchange: "/livechat/exchange/",
    availability: "/livechat/availability/",
    forget: "/livechat/forget/",
    socket: "/livechat/ws/",
  },
  max_text: 4_000,
  texts,
};

export interface Site {
  available: boolean;
  signpost: boolean;
  broken: boolean;
  readonly asked: { readonly url: string; readonly init: RequestInit }[];
}

/** Answers as the server would. */
export function siteAnswers(config: Config = CONFIG): Site {
  const site: Site = { available: true, signpost: false, broken: false, asked: [] };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    site.asked.push({ url, init });
    if (site.broken) throw new TypeError("network");
    if (url.startsWith("/livechat/config/")) return Response.json({ ...config });
    if (url.startsWith(config.urls.availability)) {
      return Response.json({ available: site.available, signpost: site.signpost });
    }
    return Response.json({ ok: true });
  });
  return site;
}

export function putTag(page = "token-1", config = "/livechat/config/en/"): HTMLScriptElement {
  const tag = document.createElement("script");
  tag.type = "application/json"; // Found by its data; not to be run here.
  tag.dataset["livechat"] = "/livechat/";
  tag.dataset["livechatConfig"] = config;
  tag.dataset["livechatPage"] = page;
  document.body.append(tag);
  return tag;
}

export function widgets(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("livechat-widget")];
}

export function inWidget<E extends Element = HTMLElement>(selector: string): E | null {
  return widgets()[0]?.shadowRoot?.querySelector<E>(selector) ?? null;
}
