/* Where an agent writes: to the visitor, or, visibly elsewhere, to colleagues. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { lengthOf, normalise } from "../chat/text";
import { type ConversationCard, MAX_TEXT } from "../protocol";
import { CardSender } from "./Cards";
import type { Desk, View } from "./desk";
import type { Mode } from "./drafts";
import { Icon } from "./Icon";
import { listOf, powers } from "./lists";
import { words } from "./words";

const MODES: readonly Mode[] = ["reply", "note"];
/** Below this many characters left, the number is shown. */
const TELL_BELOW = 200;
const TALLEST_PX = 220;

export function Composer({
  view,
  desk,
  card,
}: {
  readonly view: View;
  readonly desk: Desk;
  readonly card: ConversationCard;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { mode, text, state } = view;
  const can = powers(state, card);
  const allowed = mode === "reply" ? can.reply : can.note;
  // Counted as it will be sent: that may be shorter than what is written, or longer.
  const fit = normalise(text);
  const left = MAX_TEXT - lengthOf(fit);
  const begun = fit.length > 0;
  const obstacle = mode === "reply" && !can.reply ? whyNot(view, card, begun) : null;

  // As high as what is written, up to a limit.
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${Math.min(box.scrollHeight + 2, TALLEST_PX)}px`;
  }, [text, mode, card.id]);

  // Opened by somebody with a keyboard: they want to write. A finger gets no keyboard unasked.
  useEffect(() => {
    if (wantsKeyboard()) field.current?.focus({ preventScroll: true });
  }, [card.id]);

  if (!can.note && !can.reply) {
    return (
      <div class="lc-composer">
        <p class="lc-hint">{words.readOnly()}</p>
      </div>
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      desk.send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".lc-row[aria-current]")?.focus();
    }
  }

  return (
    <form
      class={`lc-composer lc-composer--${mode}`}
      onSubmit={(event) => {
        event.preventDefault();
        desk.send();
        field.current?.focus();
      }}
    >
      <div class="lc-modes" role="group" aria-label={words.modes()}>
        {MODES.map((each) => (
          <button
            key={each}
            type="button"
            class={`lc-mode lc-mode--${each}`}
            aria-pressed={mode === each}
            onClick={() => {
              desk.setMode(each);
              field.current?.focus();
            }}
          >
            <Icon name={each === "note" ? "lock" : "mail"} />
            {words.mode(each)}
          </button>
        ))}
        {mode === "note" && <span class="lc-hint lc-hint--note">{words.noteHint()}</span>}
        {mode === "reply" && can.pickUp && <span class="lc-hint">{words.pickUpHint()}</span>}
        {mode === "reply" && can.reply && <CardSender view={view} desk={desk} card={card} />}
      </div>
      {obstacle && (
        <p class="lc-obstacle" role={begun ? "alert" : undefined}>
          {begun && <Icon name="warning" />}
          {obstacle}
        </p>
      )}
      {!obstacle && view.stale === "waiting" && (
        <p class="lc-obstacle" role="alert">
          <Icon name="warning" />
          {words.staleWaiting()}
        </p>
      )}
      <div class="lc-composer__row">
        <textarea
          ref={field}
          class="lc-field"
          rows={1}
          dir="auto"
          value={text}
          aria-label={words.composer(mode, words.visitor(card.label))}
          aria-describedby="livechat-composer-hint"
          placeholder={words.placeholder(mode)}
          onInput={(event) => desk.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onFocus={() => desk.looked()}
        />
        <button
          type="submit"
          class="button lc-send"
          disabled={!allowed || !begun || left < 0}
        >
          {mode === "reply" ? words.send() : words.addNote()}
        </button>
      </div>
      <p class="lc-composer__foot">
        <span id="livechat-composer-hint" class="lc-hint lc-hint--keys">
          {words.enterSends()}
        </span>
        {left < TELL_BELOW && (
          <span class={left < 0 ? "lc-over" : "lc-hint"} role={left < 0 ? "alert" : undefined}>
            {left < 0 ? words.tooLong(-left) : words.left(left)}
          </span>
        )}
      </p>
    </form>
  );
}

/** Whether a focused field is welcome: on a touch screen it would bring up the keyboard. */
export function wantsKeyboard(): boolean {
  return window.matchMedia("(pointer: fine)").matches;
}

/** Why one cannot reply now; with a text begun, that it is kept. */
function whyNot(view: View, card: ConversationCard, begun: boolean): string | null {
  switch (listOf(view.state, card)) {
    case "team":
      return begun
        ? words.staleTaken(card.agent?.alias ?? "")
        : words.colleagueAnswers(card.agent?.alias ?? "");
    case "closed":
      return begun ? words.staleClosed() : null;
    default:
      return null;
  }
}
