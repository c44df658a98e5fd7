/** What stands, on every page: who is watching, and the way to stop it and to choose anew. */
import type { AssistKey, Say } from "../texts";
import { Icon } from "./Icon";

export interface ControlProps {
  readonly say: Say<AssistKey>;
  /** Of those who are watching; empty while nobody is. */
  readonly names: string;
  /** What stands, in words; nothing where there is nothing to say. */
  readonly text: string;
  /** Whether a change of the text is news to the reader. */
  readonly news: boolean;
  readonly failed: AssistKey | null;
  readonly stop: string | null;
  readonly choose: string | null;
  readonly onShow: (() => void) | null;
  readonly onStop: () => void;
  readonly onChoose: () => void;
}

export function Control({ say, names, text, news, failed, stop, choose, ...act }: ControlProps) {
  const [before, after] = say("watched", { names: "\0" }).split("\0");
  return (
    <section class={names ? "box control watched" : "box control"} aria-label={say("choices")}>
      <p role="status" aria-live={news ? "polite" : "off"} class="standing">
        {(names || text) && <Icon name={names ? "eye" : "shield"} />}
        <span>
          {names ? (
            <>
              {before}
              <bdi>{names}</bdi>
              {after}
            </>
          ) : (
            text
          )}
        </span>
      </p>
      {failed && <p role="alert">{say(failed)}</p>}
      <div class="links">
        {act.onShow && (
          <button type="button" class="link" onClick={act.onShow}>
            {say("show")}
          </button>
        )}
        {stop && (
          <button type="button" class="link" onClick={act.onStop}>
            {stop}
          </button>
        )}
        {choose && (
          <button type="button" class="link choose" onClick={act.onChoose}>
            {choose}
          </button>
        )}
      </div>
    </section>
  );
}
