/** What an editor writes, as a visitor would see it. Nothing is asked, told or kept. */
import { render } from "preact";
import { Card } from "../assist/Card";
import { createPlace } from "../assist/element";
import type { Config } from "../loader/config";
import type { Invitation } from "../protocol";
import { type AssistKey, type AssistTexts, speaker } from "../texts";

/** What the page carries; see `wagtail_livechat/templatetags/livechat_preview.py`. */
export interface Shown {
  readonly config: Config;
  readonly words: AssistTexts;
  readonly invitation: Invitation | null;
}

export function preview(document: Document, { config, words, invitation }: Shown): void {
  const place = createPlace(document, config);
  place.stay();
  if (!invitation) return;
  render(
    <div class="stack">
      <Card
        say={speaker<AssistKey>(words)}
        invitation={invitation}
        team={config.team.name}
        failed={false}
        onAnswer={() => undefined}
      />
    </div>,
    place.frame,
  );
}
