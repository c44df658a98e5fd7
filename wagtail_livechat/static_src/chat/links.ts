/** Finds the links in a message: plain parts and addresses, nothing else becomes an element.
 *
 * One pass without backtracking over text whose length is bounded. An address that could
 * show another host than it opens stays text.
 */

export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "link"; readonly text: string; readonly href: string };

const LONGEST_URL = 2_000;
const MOST_LINKS = 50;
const SCHEMES = ["https://", "http://", "mailto:", "tel:"] as const;
/** What may stand before an address: nothing that makes it the middle of a word. */
const WORD = /[\p{L}\p{N}_@:/\\.-]/u;
/** Invisible and bidirectional characters, which make a text read otherwise than it is. */
const DECEPTIVE = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;
const TRAILING = new Set([".", ",", ";", ":", "!", "?", "'", '"', "»", "”", "’", "…", ">", "*", "_"]);
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
const MAIL = /^[^\s@"(),:;<>[\\\]?&=/]{1,64}@[a-z0-9.-]{1,253}$/i;
const PHONE = /^\+?[0-9().\-\s]{3,30}$/;

export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let plain = "";
  let links = 0;
  for (const part of text.split(/(\s+)/)) {
    const link = links < MOST_LINKS ? firstLink(part) : null;
    if (!link) {
      plain += part;
      continue;
    }
    links += 1;
    plain += part.slice(0, link.start);
    if (plain) found.push({ type: "text", text: plain });
    found.push({ type: "link", text: link.text, href: link.href });
    plain = part.slice(link.end);
  }
  if (plain) found.push({ type: "text", text: plain });
  return found;
}

/** The address of a page or file of the site, if it is one that a browser may open. */
export function webAddress(url: string): string | null {
  try {
    const { protocol, href } = new URL(url, window.location.href);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly href: string;
}

function firstLink(part: string): Found | null {
  if (part.length < 6) return null;
  const lower = part.toLowerCase();
  for (const scheme of SCHEMES) {
    const start = lower.indexOf(scheme);
    if (start < 0 || (start > 0 && WORD.test(part[start - 1]!))) continue;
    const end = trimmedEnd(part, start);
    const link = end - start <= LONGEST_URL ? address(part.slice(start, end), scheme) : null;
    if (link) return { start, end, ...link };
  }
  return null;
}

/** Without the punctuation of the sentence, and without a bracket that was opened before. */
function trimmedEnd(part: string, start: number): number {
  let end = part.length;
  while (end > start) {
    const last = part[end - 1]!;
    const opening = PAIRS[last];
    if (TRAILING.has(last)) end -= 1;
    else if (opening && !part.slice(start, end).includes(opening)) end -= 1;
    else break;
  }
  return end;
}

function address(raw: string, scheme: string): { text: string; href: string } | null {
  if (DECEPTIVE.test(raw)) return null;
  const rest = raw.slice(scheme.length);
  if (scheme === "mailto:") return MAIL.test(rest) ? { text: raw, href: `mailto:${rest}` } : null;
  if (scheme === "tel:") return PHONE.test(rest) ? { text: raw, href: `tel:${rest}` } : null;
  let url: URL;
  try {
    url = new URL(raw);
  } catch {
    return null;
  }
  // `https://bank.test@evil.test/` and `https://bank.test\@evil.test/` are no honest addresses.
  if (url.username || url.password || raw.includes("\\") || !url.hostname.includes(".")) {
    if (url.hostname !== "localhost") return null;
  }
  if (rest.split(/[/?#]/, 1)[0]!.includes("@") || raw.includes("\\")) return null;
  // The host is shown as the browser will call it: a look-alike shows as xn--….
  const path = rest.slice(rest.split(/[/?#]/, 1)[0]!.length);
  return { text: `${scheme}${url.host}${path}`, href: url.href };
}
