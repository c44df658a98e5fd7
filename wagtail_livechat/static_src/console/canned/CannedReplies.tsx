/* Canned replies around the text: the list after “/”, the suggestions, what goes with it. */
import { useEffect, useRef } from "preact/hooks";
import type { Attached, CannedView, Offered } from "./canned";
import { cannedWords, inWords } from "./words";
import { ICONS } from "../Cards";
import { Icon } from "../Icon";
import { words } from "../words";

export const LIST = "livechat-canned";

export function optionId(at: number): string {
  return `${LIST}-${at}`;
}

/** What was found. The focus stays in the text: the chosen one is named from there. */
export function CannedList({
  canned,
  active,
  onPut,
}: {
  readonly canned: CannedView;
  readonly active: number;
  readonly onPut: (offered: Offered) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active, canned.offered]);
  const none = canned.offered.length === 0;
  return (
    <div class="lc-canned">
      {none ? (
        <p class="lc-hint">{canned.looking ? cannedWords.looking() : cannedWords.none()}</p>
      ) : (
        <ul
          ref={list}
          id={LIST}
          class="lc-canned__list"
          role="listbox"
          // What scrolls must be within reach of a keyboard, whoever scrolls it.
          tabIndex={0}
          aria-label={cannedWords.replies()}
        >
          {canned.offered.map((offered, at) => (
            <li
              key={offered.reply.id}
              id={optionId(at)}
              class="lc-canned__option"
              role="option"
              aria-selected={at === active}
              // The text keeps the focus, and the caret its place.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPut(offered)}
            >
              <Option offered={offered} />
            </li>
          ))}
        </ul>
      )}
      {!none && <p class="lc-hint lc-hint--keys">{cannedWords.keys()}</p>}
      <p class="w-sr-only" role="status">
        {canned.looking ? "" : none ? cannedWords.none() : cannedWords.found(canned.offered.length)}
      </p>
    </div>
  );
}

function Option({ offered: { reply, suggested } }: { readonly offered: Offered }) {
  return (
    <>
      <span class="lc-canned__title">
        <bdi>{reply.title}</bdi>
        {reply.shortcut && <kbd>/{reply.shortcut}</kbd>}
        {suggested && <span class="lc-canned__tag">{cannedWords.suggested()}</span>}
        {reply.personal && <span class="lc-canned__tag">{cannedWords.personal()}</span>}
        {reply.category && (
          <span class="lc-canned__tag">
            <bdi>{reply.category}</bdi>
          </span>
        )}
      </span>
      <span class="lc-canned__text" dir="auto" lang={reply.language}>
        {reply.text}
      </span>
      {reply.cards.length > 0 && (
        <span class="lc-canned__cards">
          {reply.cards.map((card) => (
            <span key={`${card.kind}:${card.id}`}>
              <Icon name={ICONS[card.kind]} />
              <span class="w-sr-only">{words.cardKind(card.kind)}:</span> <bdi>{card.title}</bdi>
            </span>
          ))}
        </span>
      )}
      {reply.missing.length > 0 && (
        <span class="lc-canned__missing">
          <Icon name="warning" />
          {cannedWords.isMissing(inWords(reply.missing))}
        </span>
      )}
    </>
  );
}

/** What may answer the visitor's last words; nothing of it is sent by itself. */
export function Suggestions({
  canned,
  onPut,
}: {
  readonly canned: CannedView;
  readonly onPut: (offered: Offered) => void;
}) {
  if (canned.suggestions.length === 0) return null;
  return (
    <div class="lc-suggestions" role="group" aria-label={cannedWords.suggestions()}>
      <span class="lc-hint" aria-hidden="true">
        {cannedWords.suggestions()}
      </span>
      {canned.suggestions.map((reply) => (
        <button
          key={reply.id}
          type="button"
          class="lc-suggestion"
          title={reply.text}
          aria-label={cannedWords.putIn(reply.title)}
          onClick={() => onPut({ reply, suggested: true })}
        >
          <bdi>{reply.title}</bdi>
        </button>
      ))}
    </div>
  );
}

/** The cards of the replies in the text. */
export function AttachedCards({
  attached,
  onDetach,
}: {
  readonly attached: readonly Attached[];
  readonly onDetach: (attached: Attached) => void;
}) {
  if (attached.length === 0) return null;
  return (
    <div class="lc-attached" role="group" aria-label={cannedWords.attached()}>
      <span class="lc-hint" aria-hidden="true">
        {cannedWords.attached()}
      </span>
      {attached.map((each) => (
        <span key={`${each.card.kind}:${each.card.id}`} class="lc-attached__card">
          <Icon name={ICONS[each.card.kind]} />
          <span class="w-sr-only">{words.cardKind(each.card.kind)}:</span>
          <bdi>{each.card.title}</bdi>
          <button
            type="button"
            class="lc-step"
            aria-label={cannedWords.detach(each.card.title)}
            title={cannedWords.detach(each.card.title)}
            onClick={() => onDetach(each)}
          >
            <Icon name="cross" />
          </button>
        </span>
      ))}
    </div>
  );
}
