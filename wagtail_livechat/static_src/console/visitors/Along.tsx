/* Beside a conversation: where its visitor is, for as long as one goes along. */
import type { ConversationCard } from "../../protocol";
import type { View } from "../desk";
import { Icon } from "../Icon";
import { duration } from "../time";
import { PageName } from "./PageName";
import type { Watching } from "./view";
import type { Watch } from "./watch";
import { visitWords as words } from "./words";

export function Along({
  view,
  card,
  watching,
  visitors,
  onTrail,
}: {
  readonly view: View;
  readonly card: ConversationCard;
  readonly watching: Watching;
  readonly visitors: Watch;
  readonly onTrail: () => void;
}) {
  const { visit } = card;
  if (!visit || !watching.sites.some((site) => site.id === card.site)) return null;
  const goes = watching.along === visit;
  const row = goes ? (watching.trail?.row ?? null) : null;
  return (
    <div class="lc-along">
      <button
        type="button"
        class="lc-filter lc-along__switch"
        aria-pressed={goes}
        title={words.goAlongHint()}
        onClick={() => (goes ? visitors.stopGoingAlong() : visitors.goAlong(visit))}
      >
        <Icon name="view" />
        {words.goAlong()}
      </button>
      <div class="lc-along__where" role="status">
        {row && (row.page ? <PageName page={row.page} linked /> : <em>{words.beingTold()}</em>)}
      </div>
      {row?.page && (
        <span class="lc-along__since">{duration(view.now + view.state.ahead - row.page_since)}</span>
      )}
      <button type="button" class="lc-link" onClick={onTrail}>
        {words.toTrail()}
      </button>
    </div>
  );
}
