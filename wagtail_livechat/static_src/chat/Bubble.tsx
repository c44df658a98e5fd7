/** What somebody said, and what became of it. */
import type { Say } from "../texts";
import { Avatar } from "./Avatar";
import { CardLink } from "./CardLink";
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
}

const SIGNS = { sending: "clock", sent: "sent", seen: "seen", failed: "alert" } as const satisfies Record<string, IconName>;

export function Bubble({ said, say, times, onRetry, onTakeBack }: BubbleProps) {
  const { mine, sender, state } = said;
  const who = mine ? say("you") : (sender?.alias ?? say("team_member"));
  const failed = state === "failed";
  const classes = ["said", mine ? "mine" : "theirs", said.first && "first", said.last && "last", state];
  return (
    <li class={classes.filter(Boolean).join(" ")}>
      {!mine && (said.last ? <Avatar name={who} image={sender?.avatar ?? null} /> : <span class="avatar none" />)}
      <div class="stack">
        <span class={!mine && said.first ? "who" : "hidden"}>
          <bdi>{who}</bdi>
          <span class="hidden">, {times.clock(said.at)}:</span>
        </span>
        {said.card ? (
          <CardLink card={said.card} say={say} />
        ) : (
          <p class="text" dir="auto" lang={times.language}>
            <Text text={said.text} say={say} />
          </p>
        )}
        {(said.last || said.tellsState) && (
          <span class="meta">
            <time dateTime={times.iso(said.at)}>{times.clock(said.at)}</time>
            {mine && state && said.tellsState && (
              <span class="state">
                <Icon name={SIGNS[state]} />
                {say(`state_${state}`)}
              </span>
            )}
          </span>
        )}
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
