/* What is typed after “/”, and what a canned reply becomes in the text: pure. */
import type { CannedReply, Placeholder } from "../../protocol";

const PLACEHOLDERS: readonly Placeholder[] = [
  "visitor.name",
  "agent.alias",
  "page.title",
  "page.link",
  "site.name",
];
const MARK = /\{\{([^{}\n|]{0,60})(?:\|[^{}\n]*)?\}\}/g;
/** A reply is looked for with a few words: what is longer is text that has a slash in it. */
const LONGEST_QUERY = 60;

export interface Asked {
  /** Where the slash stands. */
  readonly from: number;
  readonly query: string;
}

/** What is looked for where the caret is: after a slash that begins a word. */
export function askedAt(text: string, caret: number): Asked | null {
  const line = text.slice(text.lastIndexOf("\n", caret - 1) + 1, caret);
  const match = /(?:^|\s)\/((?:[^\s/][^/]*)?)$/.exec(line);
  if (!match) return null;
  const query = match[1] ?? "";
  return query.length > LONGEST_QUERY ? null : { from: caret - query.length - 1, query };
}

export interface Written {
  readonly text: string;
  /** What is selected then: a placeholder that is to be filled in, or nothing. */
  readonly start: number;
  readonly end: number;
}

/** The text with a reply in place of what stood between `from` and `to`. */
export function withReply(text: string, from: number, to: number, reply: CannedReply): Written {
  const before = text.slice(0, from);
  const after = text.slice(to);
  const apart = before && !/\s$/.test(before) ? " " : "";
  const put = `${apart}${reply.text}`;
  const written = `${before}${put}${after && !/^\s/.test(after) ? " " : ""}${after}`;
  const first = marksIn(put)[0];
  const start = before.length + (first ? first.at : put.length);
  return { text: written, start, end: first ? start + first.mark.length : start };
}

/** The placeholders that must be filled in before this can be sent, each once. */
export function unfilledIn(text: string): readonly Placeholder[] {
  return [...new Set(marksIn(text).map(({ name }) => name))];
}

function marksIn(text: string): readonly { readonly name: Placeholder; readonly mark: string; readonly at: number }[] {
  return [...text.matchAll(MARK)].flatMap((match) => {
    const name = PLACEHOLDERS.find((each) => each === match[1]?.trim());
    return name ? [{ name, mark: match[0], at: match.index }] : [];
  });
}

export type Fate = "kept" | "edited" | "gone";

/** What became of a reply in the text that was sent. */
export function fateOf(reply: string, sent: string): Fate {
  const was = wordsOf(reply);
  const is = wordsOf(sent);
  if (` ${is.join(" ")} `.includes(` ${was.join(" ")} `)) return "kept";
  const left = new Set(is);
  const shared = was.filter((word) => left.has(word)).length;
  return shared * 2 >= was.length ? "edited" : "gone";
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
