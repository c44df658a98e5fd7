/** A page, an image or a document that somebody sent: it opens by the reader's own click. */
import type { Card } from "../protocol";
import type { Say } from "../texts";
import { webAddress } from "./links";

export function CardLink({ card, say }: { readonly card: Card; readonly say: Say }) {
  const href = card.url ? webAddress(card.url) : null;
  const picture = card.picture && webAddress(card.picture);
  // The chat goes along to another page of the site; a file would take its place.
  const leaves = card.kind !== "page";
  const inside = (
    <>
      {picture && <img src={picture} alt="" loading="lazy" />}
      <b>{card.title}</b>
      {card.text && <span>{card.text}</span>}
      {!card.url && <span>{say("card_gone")}</span>}
    </>
  );
  if (!href) return <p class="text card" dir="auto">{inside}</p>;
  return (
    <a class="text card" dir="auto" href={href} {...(leaves && { target: "_blank", rel: "noopener noreferrer" })}>
      {inside}
      {leaves && <span class="hidden"> ({say("opens_new_tab")})</span>}
    </a>
  );
}
