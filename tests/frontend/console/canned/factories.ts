/** Canned replies as the server would tell them. */
import type { CannedReply } from "../../../../wagtail_livechat/static_src/protocol";

export function reply(id: number, text: string, more: Partial<CannedReply> = {}): CannedReply {
  return {
    id,
    title: `Reply ${id}`,
    shortcut: "",
    category: "",
    language: "en",
    text,
    missing: [],
    cards: [],
    personal: false,
    ...more,
  };
}
