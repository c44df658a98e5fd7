/** What is told of a view and of its visitor: little, and nothing that names anybody. */
import type { ViewFacts } from "../loader/api";
import type { Tag } from "../loader/tag";
import type { Device, PageKind } from "../protocol";

export interface View {
  readonly page: string | null;
  readonly kind: PageKind;
  readonly results: number | null;
}

const KINDS: ReadonlySet<string> = new Set(["page", "search", "not_found", "other"]);
const MOST_RESULTS = 1_000_000;

/** The view that a tag, or the page's own script, says it is; `null` where nothing may be told. */
export function viewOf(tag: Tag | null, facts: ViewFacts = {}): View | null {
  if (!tag || tag.hidden) return null;
  const said = String(facts.kind ?? tag.kind);
  const results = Math.round(Number(facts.results ?? (tag.results || NaN)));
  return {
    page: tag.page,
    kind: KINDS.has(said) ? (said as PageKind) : tag.page ? "page" : "other",
    results: results >= 0 ? Math.min(results, MOST_RESULTS) : null,
  };
}

/** Where the visitor came from: another site's origin, never its path; else nothing. */
export function originOf(referrer: string, here: string): string {
  try {
    const { origin } = new URL(referrer);
    return origin === here || origin === "null" ? "" : origin;
  } catch {
    return "";
  }
}

/** A family of devices, from what style sheets ask: no name of a browser is read for it. */
export function deviceOf(window: Window): Device {
  const is = (query: string): boolean => window.matchMedia(query).matches;
  if (!is("(hover: none) and (pointer: coarse)")) return "desktop";
  return is("(max-width: 600px), (max-height: 480px)") ? "phone" : "tablet";
}

/** Programs that read pages by themselves, by the words in which they say so. */
export const CRAWLERS =
  /bot\b|bot[/;_-]|crawl|spider|slurp|archiver|facebookexternalhit|feedfetcher|mediapartners|lighthouse|pagespeed|prerender|preview|monitor|uptime|pingdom|scrap/i;

/** A program, not a visitor. */
export function isCrawler(userAgent: string): boolean {
  // Cubot makes telephones.
  return CRAWLERS.test(userAgent.replace(/cubot/i, ""));
}

/** Who edits the site has Wagtail's own button on its pages, and is not watched. */
export function isEditor(document: Document): boolean {
  return document.querySelector("wagtail-userbar") !== null;
}
