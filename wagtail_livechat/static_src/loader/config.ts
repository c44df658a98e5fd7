/** What the server tells every visitor of a site in one language: the same for all, cacheable. */
import type { TextKey, Texts } from "../texts";

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
