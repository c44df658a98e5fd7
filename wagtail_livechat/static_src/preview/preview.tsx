/** What an editor writes, as a visitor would see it. Nothing is asked, told or kept. */
import { render } from "preact";
import { type Banner, BannerBox } from "../assist/Banner";
import { Card } from "../assist/Card";
import { Choices } from "../assist/Choices";
import type { Answer } from "../assist/consent";
import { Control } from "../assist/Control";
import { createPlace, type Place } from "../assist/element";
import type { Config } from "../loader/config";
import type { Invitation } from "../protocol";
import { drawMessages, type Previewed } from "./messages";
import { type AssistKey, type AssistTexts, type Say, speaker } from "../texts";

/** Where a visitor stands with a question. */
export type State = "first" | "choose" | "accepted" | "watched" | "refused" | "signal";

export interface Asked {
  readonly banner: Banner;
  readonly state: State;
  /** Who is watching, where somebody is. */
  readonly names: string;
}

/** What the page carries; see `wagtail_livechat/templatetags/livechat_preview.py`. */
export interface Shown {
  readonly config: Config;
  readonly words: AssistTexts;
  readonly invitation: Invitation | null;
  readonly asked?: Asked;
  /** What an agent would send, under this alias. */
  readonly alias?: string;
  readonly messages?: readonly Previewed[];
  /** Another direction than that of the language, to be tried. */
  readonly dir?: "rtl" | null;
}

export function preview(document: Document, shown: Shown): void {
  const { config, words, invitation, asked, dir, alias = "", messages } = shown;
  if (messages) {
    drawMessages(document, dir ? { ...config, dir } : config, alias, messages);
    return;
  }
  const place = createPlace(document, dir ? { ...config, dir } : config);
  const say = speaker<AssistKey>(words);
  place.stay();
  if (asked) drawAsked(place, say, asked);
  if (!invitation) return;
  render(
    <div class="stack">
      <Card
        say={say}
        invitation={invitation}
        team={config.team.name}
        failed={false}
        onAnswer={() => undefined}
      />
    </div>,
    place.frame,
  );
}

/** The question in one state; its buttons lead to the others, as they would. */
function drawAsked({ root, frame }: Place, say: Say<AssistKey>, { banner, state, names }: Asked): void {
  let now: State = state === "choose" ? "first" : state;
  let choosing = state === "choose";
  let answered: Answer = { assistance: state === "accepted" || state === "watched", statistics: false };

  const go = (next: State): void => {
    now = next;
    draw();
  };
  const answer = (said: Answer): void => {
    answered = said;
    root.querySelector("dialog")?.close();
    choosing = false;
    go(said.assistance || said.statistics ? "accepted" : "refused");
  };
  const choose = (): void => {
    choosing = true;
    draw();
  };
  const draw = (): void => {
    const on = now === "accepted" || now === "watched";
    const asks = now === "first";
    const signal = now === "signal" ? say("signal_gpc") : null;
    frame.classList.toggle("asks", asks);
    render(
      <>
        <div class="stack">
          {asks ? (
            <BannerBox
              say={say}
              banner={banner}
              failed={null}
              onAnswer={(yes) => answer({ assistance: yes, statistics: yes })}
              onChoose={choose}
            />
          ) : (
            <Control
              say={say}
              names={now === "watched" ? names : ""}
              text={on ? say(answered.assistance ? "assistance_on" : "statistics_on") : (signal ?? "")}
              news={false}
              failed={null}
              stop={on ? say(answered.assistance ? "stop" : "stop_statistics") : null}
              choose={banner.texts.change_label}
              onShow={on && answered.assistance ? () => undefined : null}
              onStop={() => answer({ assistance: false, statistics: false })}
              onChoose={choose}
            />
          )}
        </div>
        {choosing && (
          <Choices
            say={say}
            banner={banner}
            answered={answered}
            receipt={null}
            signal={signal}
            failed={null}
            onSave={answer}
            onClose={() => {
              choosing = false;
              draw();
            }}
          />
        )}
      </>,
      frame,
    );
    const dialog = root.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  };
  draw();
}
