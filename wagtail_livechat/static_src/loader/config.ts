/** What the server tells every visitor of a site in one language: the same for all, cacheable. */
import type { AssistTexts, TextKey, Texts } from "../texts";

/** What visitors may agree to, each apart. */
export type Purpose = "assistance" | "statistics";

/** Rich text of the editors as plain pieces: words, or an element with pieces inside. */
export type Piece =
  | string
  | {
      readonly t: "p" | "ul" | "ol" | "li" | "b" | "i" | "a" | "br";
      readonly c?: readonly Piece[];
      readonly href?: string | null;
    };

/** The question as it was published: every word that is shown is in the version. */
export interface BannerTexts {
  readonly heading: string;
  readonly body: readonly Piece[];
  readonly assistance_title: string;
  readonly assistance_text: string;
  readonly statistics_title: string;
  readonly statistics_text: string;
  readonly accept_label: string;
  readonly refuse_label: string;
  readonly choose_label: string;
  readonly save_label: string;
  readonly change_label: string;
  readonly details_label: string;
}

/** What watching with permission needs; the same for all. */
export interface Assist {
  /** The site's own consent tool asks: our banner stays silent. */
  readonly external: boolean;
  /** The signals that this browser sent as headers: a page cannot see all of them itself. */
  readonly signals: { readonly gpc: boolean; readonly dnt: boolean };
  /** The versions whose answers still stand, in any language. */
  readonly holding: readonly number[];
  readonly banner: {
    readonly version: number;
    readonly texts: BannerTexts;
    readonly purposes: readonly Purpose[];
    readonly details_url: string;
  } | null;
  readonly urls: {
    readonly bundle: string;
    /** The bundle with the line of a visit: loaded after a yes, and never before. */
    readonly line: string;
    readonly consent: string;
    /** The line of a visit: what gives its key, its socket, its fallback. */
    readonly visit: string;
    readonly exchange: string;
    readonly socket: string;
    /** What a page asks by itself; the page's token follows. */
    readonly greetings: string;
    readonly hold: string;
    readonly answer: string;
  };
  readonly words: AssistTexts;
}

export interface Config {
  readonly v: number;
  readonly site: number;
  readonly language: string;
  readonly dir: "ltr" | "rtl";
  /** The language that our words are in, and which of them the site wrote in the page's own. */
  readonly words: { readonly language: string; readonly own: readonly TextKey[] };
  readonly position: "left" | "right";
  readonly accent: string;
  readonly accent_text: string;
  readonly theme: "auto" | "light" | "dark";
  /** Whether the site offers a sound, and showing the team one's page. */
  readonly sound: boolean;
  readonly sharing: boolean;
  /** Whether the signpost answers first anywhere on the site. */
  readonly signpost?: boolean;
  readonly team: { readonly name: string; readonly avatar: string | null };
  readonly urls: {
    readonly chat: string;
    readonly start: string;
    readonly exchange: string;
    readonly availability: string;
    readonly forget: string;
    readonly socket: string;
  };
  readonly max_text: number;
  readonly texts: Texts;
  /** `null` where nobody may be watched, counted or invited. */
  readonly assist?: Assist | null;
}

/** The language of one of the words. */
export function languageOf({ language, words }: Config, key: TextKey): string {
  return words.own.includes(key) ? language : words.language;
}

/** JSON from our own server, without cookies: the answer is the same for everyone. */
export async function anonymous<T>(url: string): Promise<T> {
  const answer = await fetch(url, { credentials: "omit", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as T;
}
