/* What somebody wrote: text, and links that open where they say. Never HTML. */
import { pieces } from "../chat/links";
import { words } from "./words";

export function Text({ text }: { readonly text: string }) {
  return (
    <>
      {pieces(text).map((piece, index) =>
        piece.type === "text" ? (
          piece.text
        ) : (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {piece.text}
            <span class="w-sr-only"> ({words.opensInTab()})</span>
          </a>
        ),
      )}
    </>
  );
}
