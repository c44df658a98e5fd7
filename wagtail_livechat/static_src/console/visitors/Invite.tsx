/* Asking a visitor whether one can help, and what became of it. */
import { useEffect, useRef } from "preact/hooks";
import { lengthOf } from "../../chat/text";
import type { InvitationCard, VisitRow } from "../../protocol";
import { Icon } from "../Icon";
import { words as consoleWords } from "../words";
import type { TrailProps } from "./Trail";
import { visitWords as words } from "./words";

/** As many characters as an invitation may have. */
const LONGEST = 300;
const TELL_BELOW = 60;

export interface InviteProps extends TrailProps {
  readonly row: VisitRow;
}

export function Invite(props: InviteProps) {
  const { row, watching, trail, onConversation } = props;
  const site = watching.sites.find((each) => each.id === trail.site);
  const card = watching.invitations.get(row.id) ?? null;
  const state = card?.state ?? row.invitation;
  const isOpen = state === "queued" || state === "shown";
  const conversation = row.conversation;

  // The button that was pressed may be gone now: the focus goes on, and not back to the start.
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    const next = place.current?.querySelector<HTMLElement>("button, textarea");
    (next ?? document.querySelector<HTMLElement>(".lc-trail h2"))?.focus({ preventScroll: true });
  }, [state, row.in_conversation]);
  return (
    <div ref={place} class="lc-invite">
      {row.in_conversation && (
        <p class="lc-invite__state">
          <Icon name="livechat" />
          <span>{words.inConversation()}</span>
          {conversation && (
            <button type="button" class="button button-small" onClick={() => onConversation(conversation, row.id)}>
              {words.openConversation()}
            </button>
          )}
        </p>
      )}
      <div role="status">{state && <Became {...props} card={card} state={state} />}</div>
      {site?.can_invite && !row.in_conversation && !isOpen && state !== "declined" && (
        <Form {...props} again={state !== null} />
      )}
      {watching.problem && (
        <p class="lc-obstacle" role="alert">
          <Icon name="warning" />
          {watching.problem}
        </p>
      )}
    </div>
  );
}

function Form({ row, watching, visitors, greeting, again }: InviteProps & { readonly again: boolean }) {
  const text = watching.text ?? greeting(row.language);
  const left = LONGEST - lengthOf(text.trim());
  const busy = watching.asking === "invite";
  return (
    <form
      class="lc-invite__form"
      onSubmit={(event) => {
        event.preventDefault();
        if (left >= 0 && !busy) visitors.invite(text);
      }}
    >
      <label for="livechat-invitation">{words.invitationText()}</label>
      <textarea
        id="livechat-invitation"
        class="lc-field"
        rows={2}
        dir="auto"
        value={text}
        aria-describedby="livechat-invitation-hint"
        onInput={(event) => visitors.write(event.currentTarget.value)}
      />
      <p class="lc-invite__foot">
        <span id="livechat-invitation-hint" class="lc-hint">
          {words.invitationHint()}
        </span>
        {left < TELL_BELOW && (
          <span class={left < 0 ? "lc-over" : "lc-hint"} role={left < 0 ? "alert" : undefined}>
            {left < 0 ? consoleWords.tooLong(-left) : consoleWords.left(left)}
          </span>
        )}
        <button
          type="submit"
          class="button button-small"
          aria-disabled={busy}
          disabled={left < 0 || !text.trim()}
        >
          {busy ? words.inviting() : again ? words.inviteAgain() : words.invite()}
        </button>
      </p>
    </form>
  );
}

function Became({
  card,
  state,
  view,
  watching,
  visitors,
}: InviteProps & { readonly card: InvitationCard | null; readonly state: InvitationCard["state"] }) {
  const isOpen = state === "queued" || state === "shown";
  const moments: readonly (readonly [string, number | null])[] = card
    ? [
        [words.sentAt(), card.queued_at],
        [words.shownAt(), card.shown_at],
        [words.invitationState(state), isOpen ? null : card.decided_at],
      ]
    : [];
  return (
    <div class={`lc-became lc-became--${state}`}>
      <p>
        <b>{words.invitationState(state)}</b>
        {card && <span>{card.trigger ? words.invitedByTrigger(card.trigger) : words.invitedBy(card.alias)}</span>}
      </p>
      {card && (
        <>
          <blockquote dir="auto">{card.text}</blockquote>
          <ol>
            {moments.map(
              ([what, at]) =>
                at !== null && (
                  <li key={what}>
                    {what} <time dateTime={new Date(at).toISOString()} title={view.times.full(at)}>{view.times.clock(at)}</time>
                  </li>
                ),
            )}
          </ol>
          {isOpen && (
            <button
              type="button"
              class="button button-small button-secondary"
              aria-disabled={watching.asking !== null}
              onClick={() => visitors.cancel(card.id)}
            >
              {words.takeInvitationBack()}
            </button>
          )}
        </>
      )}
    </div>
  );
}
