/** An editor's rich text: only the elements that are listed, and no HTML made from text. */
import { type ComponentChildren, h } from "preact";
import type { Piece } from "../loader/config";

const TAGS: ReadonlySet<string> = new Set(["p", "ul", "ol", "li", "b", "i", "br"]);
const ADDRESS = /^(https?:|mailto:|tel:|[/#?])/i;

export function Rich({ pieces }: { readonly pieces: readonly Piece[] }): ComponentChildren {
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const inside = <Rich pieces={piece.c ?? []} />;
    const href = piece.href ?? "";
    if (piece.t === "a" && ADDRESS.test(href)) return <a href={href}>{inside}</a>;
    return TAGS.has(piece.t) ? h(piece.t, null, piece.t === "br" ? null : inside) : inside;
  });
}
