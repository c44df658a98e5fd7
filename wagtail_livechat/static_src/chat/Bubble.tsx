/** What somebody said, and what became of it. */
import { Rich } from "../assist/Rich";
import type { Card } from "../protocol";
import type { Say } from "../texts";
import { Avatar } from "./Avatar";
import { CardLink } from "./CardLink";
import { Helped } from "./Helped";
import { Icon, type IconName } from "./Icon";
import { pieces } from "./links";
import type { Said } from "./rows";
import type { Times } from "./times";

export interface BubbleProps {
  readonly said: Said;
  readonly say: Say;
  readonly times: Times;
  readonly onRetry: (ref: string) => void;
  readonly onTakeBack: (ref: string) => void;
  /** Set where the signpost asks whether this helped. */
  readonly onJudge: ((seq: number, helped: boolean) => void) | null;
  /** Set where one of its choices can be chosen. */
  readonly onAnswer: ((text: string) => void) | null;
}

const SIGNS = { sending: "clock", sent: "sent", seen: "seen", failed: "alert" } as const satisfies Record<string, IconName>;

export function Bubble({ said, say, times, onRetry, onTakeBack, onJudge, onAnswer }: BubbleProps) {
  const { mine, sender, state, guidance } = said;
  const who = mine ? say("you") : (sender?.alias ?? say(guidance ? "signpost" : "team_member"));
  const failed = state === "failed";
  const classes = ["said", mine ? "mine" : "theirs", said.first && "first", said.last && "last", guidance && "automatic", state];
  return (
    <li class={classes.filter(Boolean).join(" ")}>
      {!mine && <Face who={who} said={said} />}
      <div class="stack">
        <span class={!mine && said.first ? "who" : "hidden"}>
          <bdi>{who}</bdi>
          <span class="hidden">, {times.clock(said.at)}:</span>
        </span>
        {said.card ? (
          <CardLink card={said.card} say={say} />
        ) : guidance?.pieces.length ? (
          <div class="text rich" dir="auto" lang={times.language}>
            <Rich pieces={guidance.pieces} />
          </div>
        ) : (
          said.text && (
            <p class="text" dir="auto" lang={times.language}>
              <Text text={said.text} say={say} />
            </p>
          )
        )}
        {guidance && <Pages cards={guidance.cards} say={say} />}
        {(said.last || said.tellsState) && (
          <span class="meta">
            <time dateTime={times.iso(said.at)}>{times.clock(said.at)}</time>
            {guidance && <span>{say("automatic")}</span>}
            {mine && state && said.tellsState && (
              <span class="state">
                <Icon name={SIGNS[state]} />
                {say(`state_${state}`)}
              </span>
            )}
          </span>
        )}
        {onAnswer && guidance && guidance.choices.length > 0 && (
          <div class="choices" role="group" aria-label={say("choices")}>
            {guidance.choices.map((choice) => (
              <button key={choice} type="button" class="small" dir="auto" onClick={() => onAnswer(choice)}>
                {choice}
              </button>
            ))}
          </div>
        )}
        {onJudge && <Helped say={say} onSay={(helped) => onJudge(said.seq, helped)} />}
        {failed && (
          <div class="failure">
            <p role="alert">{said.failure || say("failed_unknown")}</p>
            <button type="button" class="small" onClick={() => onRetry(said.key)}>
              {say("retry")}
            </button>
            <button type="button" class="small" onClick={() => onTakeBack(said.key)}>
              {say("take_back")}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

/** Whose it is: of an automatic answer a sign, for it has no face. */
function Face({ who, said }: { readonly who: string; readonly said: Said }) {
  if (!said.last) return <span class="avatar none" />;
  if (!said.guidance) return <Avatar name={who} image={said.sender?.avatar ?? null} />;
  return (
    <span class="avatar" aria-hidden="true">
      <Icon name="signpost" />
    </span>
  );
}

/** The pages that the signpost points to. */
function Pages({ cards, say }: { readonly cards: readonly Card[]; readonly say: Say }) {
  if (cards.length === 0) return null;
  return (
    <ul class="pages">
      {cards.map((card) => (
        <li key={card.url || card.title}>
          <CardLink card={card} say={say} />
        </li>
      ))}
    </ul>
  );
}

/** Text with its links: text nodes and anchors, never markup. */
function Text({ text, say }: { readonly text: string; readonly say: Say }) {
  return (
    <>
      {pieces(text).map((piece) =>
        piece.type === "text" ? (
          piece.text
        ) : (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc" dir="ltr">
            {piece.text}
            <span class="hidden"> ({say("opens_new_tab")})</span>
          </a>
        ),
      )}
    </>
  );
}
