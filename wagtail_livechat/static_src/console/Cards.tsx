/* Pages, images and documents of the site: to send one, and one that was sent. */
import { useEffect, useRef, useState } from "preact/hooks";
import { webAddress } from "../chat/links";
import type { Card, CardKind, ConversationCard } from "../protocol";
import type { Chosen } from "./choosers";
import type { Desk, View } from "./desk";
import { Icon } from "./Icon";
import { words } from "./words";

export const ICONS: Readonly<Record<CardKind, string>> = {
  page: "doc-empty-inverse",
  image: "image",
  document: "doc-full-inverse",
};

/** Choose with Wagtail's choosers, look at what it is, then send it. */
export function CardSender({
  view,
  desk,
  card,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
}) {
  const [chosen, choose] = useState<Chosen | null>(null);
  const send = useRef<HTMLButtonElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  useEffect(() => choose(null), [card.id]);
  // After Wagtail's window has put the focus back where it was.
  useEffect(() => {
    if (!chosen) return undefined;
    const timer = setTimeout(() => send.current?.focus(), 400);
    return () => clearTimeout(timer);
  }, [chosen]);
  const { choosers } = view;
  if (!choosers || choosers.kinds.length === 0) return null;

  function put(away: Chosen): void {
    choose(null);
    buttons.current?.querySelector<HTMLElement>(`[data-kind="${away.kind}"]`)?.focus();
  }
  return (
    <>
      <div ref={buttons} class="lc-cards" role="group" aria-label={words.cards()}>
        {choosers.kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="lc-step"
            data-kind={kind}
            aria-label={words.sendCard(kind)}
            title={words.sendCard(kind)}
            onClick={() => choosers.choose(kind, card.site, choose)}
          >
            <Icon name={ICONS[kind]} />
          </button>
        ))}
      </div>
      {(chosen || view.sendingCards.has(card.id)) && (
        <p class="lc-chosen">
          {chosen ? (
            <>
              <Icon name={ICONS[chosen.kind]} />
              <span class="w-sr-only">{words.cardKind(chosen.kind)}:</span>
              <bdi>{chosen.title}</bdi>
              <button
                ref={send}
                type="button"
                class="button button-small"
                onClick={() => {
                  desk.sendCard(card.id, chosen.kind, chosen.id);
                  put(chosen);
                }}
              >
                {words.send()}
              </button>
              <button type="button" class="button button-small button-secondary" onClick={() => put(chosen)}>
                {words.doNotSend()}
              </button>
            </>
          ) : (
            <span role="status">{words.sendingCard()}</span>
          )}
        </p>
      )}
    </>
  );
}

/** One that was sent, as it was then. */
export function CardSent({ card }: { readonly card: Card }) {
  const href = card.url ? webAddress(card.url) : null;
  const picture = card.picture && webAddress(card.picture);
  return (
    <div class="lc-card" dir="auto">
      {picture && <img src={picture} alt="" loading="lazy" />}
      <p class="lc-card__title">
        <Icon name={ICONS[card.kind]} />
        <span class="w-sr-only">{words.cardKind(card.kind)}:</span>
        {href ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            {card.title}
            <span class="w-sr-only"> ({words.opensInTab()})</span>
          </a>
        ) : (
          <span>{card.title}</span>
        )}
      </p>
      {card.text && <p class="lc-card__text">{card.text}</p>}
      {!card.url && <p class="lc-card__text">{words.pageGone()}</p>}
    </div>
  );
}
