/** The thread, arranged for reading: days apart, and what one person said in a row together. */
import type { Card, Guidance, Message, NoticeCode, Sender } from "../protocol";
import type { Entry } from "../thread";

/** After a pause as long as this, a line stands alone again. */
const TOGETHER_MS = 5 * 60_000;

export type Row =
  | { readonly type: "day"; readonly key: string; readonly at: number }
  | { readonly type: "notice"; readonly key: string; readonly notice: NoticeCode | null; readonly alias: string; readonly at: number }
  | Said;

export interface Said {
  readonly type: "said";
  readonly key: string;
  readonly mine: boolean;
  readonly text: string;
  /** What an agent sent besides words; its title is the text. */
  readonly card: Card | null;
  /** What the signpost added; it is there if it was the signpost. */
  readonly guidance: Guidance | null;
  readonly seq: number;
  readonly at: number;
  readonly sender: Sender | null;
  readonly state: "sending" | "sent" | "seen" | "failed" | null;
  readonly failure: string | null;
  /** The first, and the last, of what one person said in a row. */
  readonly first: boolean;
  readonly last: boolean;
  /** The state is worth showing: it is the newest of ours, or it failed. */
  readonly tellsState: boolean;
}

export function rows(entries: readonly Entry<Message>[]): readonly Row[] {
  const lastMine = entries.reduce((last, entry, index) => (isMine(entry) ? index : last), -1);
  const found: Row[] = [];
  let day = "";
  entries.forEach((entry, index) => {
    const at = entry.type === "draft" ? entry.draft.at : entry.message.at;
    const today = new Date(at).toDateString();
    if (today !== day) found.push({ type: "day", key: `day ${today} ${entry.key}`, at });
    day = today;
    if (entry.type === "message" && entry.message.kind === "notice") {
      const { notice, sender } = entry.message;
      found.push({ type: "notice", key: `notice ${entry.message.seq}`, notice, alias: sender?.alias ?? "", at });
      return;
    }
    found.push({
      type: "said",
      key: entry.key,
      mine: isMine(entry),
      text: entry.type === "draft" ? entry.draft.text : entry.message.text,
      card: entry.type === "draft" ? null : entry.message.card,
      guidance: entry.type === "draft" ? null : entry.message.guidance,
      seq: entry.type === "draft" ? 0 : entry.message.seq,
      at,
      sender: entry.type === "draft" ? null : entry.message.sender,
      state: entry.state,
      failure: entry.type === "draft" ? (entry.draft.failure?.message ?? null) : null,
      first: !together(entries[index - 1], entry),
      last: !together(entry, entries[index + 1]),
      tellsState: index === lastMine || entry.state === "failed" || entry.state === "sending",
    });
  });
  return found;
}

function isMine(entry: Entry<Message>): boolean {
  return entry.type === "draft" || entry.message.kind === "visitor";
}

function together(a: Entry<Message> | undefined, b: Entry<Message> | undefined): boolean {
  if (!a || !b) return false;
  const [said, next] = [a, b].map((entry) =>
    entry.type === "draft"
      ? { kind: "visitor", alias: "", at: entry.draft.at }
      : { kind: entry.message.kind, alias: entry.message.sender?.alias ?? "", at: entry.message.at },
  );
  return (
    said!.kind !== "notice" &&
    said!.kind === next!.kind &&
    said!.alias === next!.alias &&
    a.state !== "failed" &&
    next!.at - said!.at < TOGETHER_MS &&
    new Date(said!.at).toDateString() === new Date(next!.at).toDateString()
  );
}
