/** The question, on its first layer: three answers of equal weight, and a page that goes on. */
import type { Assist } from "../loader/config";
import type { Say, AssistKey } from "../texts";
import { Rich } from "./Rich";

export type Banner = NonNullable<Assist["banner"]>;

export interface BannerProps {
  readonly say: Say<AssistKey>;
  readonly banner: Banner;
  readonly failed: AssistKey | null;
  readonly onAnswer: (yes: boolean) => void;
  readonly onChoose: () => void;
}

export function BannerBox({ say, banner, failed, onAnswer, onChoose }: BannerProps) {
  const { texts, purposes, details_url } = banner;
  return (
    <section class="box banner" aria-labelledby="asks">
      <h2 id="asks">{texts.heading}</h2>
      <Rich pieces={texts.body} />
      <ul class="purposes">
        {purposes.map((purpose) => (
          <li key={purpose}>
            <b>{texts[`${purpose}_title`]}</b> {texts[`${purpose}_text`]}
          </li>
        ))}
      </ul>
      {details_url && (
        <p>
          <a href={details_url}>{texts.details_label}</a>
        </p>
      )}
      {failed && <p role="alert">{say(failed)}</p>}
      <div class="answers">
        <button type="button" class="answer" onClick={() => onAnswer(true)}>
          {texts.accept_label}
        </button>
        <button type="button" class="answer" onClick={() => onAnswer(false)}>
          {texts.refuse_label}
        </button>
        <button type="button" class="answer" onClick={onChoose}>
          {texts.choose_label}
        </button>
      </div>
    </section>
  );
}
