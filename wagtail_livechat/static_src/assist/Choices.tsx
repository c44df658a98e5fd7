/** Each purpose apart: a real dialog, nothing ticked that was not agreed to. */
import type { AssistKey, Say } from "../texts";
import type { Banner } from "./Banner";
import type { Answer } from "./consent";
import { Rich } from "./Rich";

export interface ChoicesProps {
  readonly say: Say<AssistKey>;
  readonly banner: Banner;
  readonly answered: Answer;
  readonly receipt: string | null;
  readonly signal: string | null;
  readonly failed: AssistKey | null;
  readonly onSave: (answer: Answer) => void;
  readonly onClose: () => void;
}

export function Choices(props: ChoicesProps) {
  const { say, banner, answered, receipt, signal, failed, onSave, onClose } = props;
  const { texts, purposes } = banner;
  return (
    <dialog class="choices" aria-labelledby="choices" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const ticked = new FormData(event.currentTarget);
          onSave({ assistance: ticked.has("assistance"), statistics: ticked.has("statistics") });
        }}
      >
        <h2 id="choices" tabIndex={-1}>
          {texts.heading}
        </h2>
        <Rich pieces={texts.body} />
        {signal && (
          <p>
            {signal} {say("signal_choose")}
          </p>
        )}
        {purposes.map((purpose) => (
          <label class="purpose" key={purpose}>
            <input type="checkbox" name={purpose} defaultChecked={answered[purpose]} />
            <span>
              <b>{texts[`${purpose}_title`]}</b> {texts[`${purpose}_text`]}
            </span>
          </label>
        ))}
        {receipt && <p class="soft">{say("receipt", { id: receipt })}</p>}
        {failed && <p role="alert">{say(failed)}</p>}
        <div class="answers two">
          <button type="submit" class="answer">
            {texts.save_label}
          </button>
          <button type="button" class="answer" onClick={(event) => event.currentTarget.closest("dialog")!.close()}>
            {say("close")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
