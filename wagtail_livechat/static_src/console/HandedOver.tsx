/* Why a person was asked, and which of the signpost's answers did not help. */
import type { ConversationCard } from "../protocol";
import { Icon } from "./Icon";
import { words } from "./words";

export function HandedOver({ card }: { readonly card: ConversationCard }) {
  const reason = card.handed_over;
  if (!reason && !card.email) return null;
  return (
    <p class="lc-handed">
      <Icon name="info-circle" />
      <span>
        {reason && words.handedOver(reason)} {reason && card.failed.length > 0 && words.failedAnswers(card.failed.length)}{" "}
        {card.email && (
          <>
            {words.emailGiven()} <bdi>{card.email}</bdi>
          </>
        )}
      </span>
    </p>
  );
}
