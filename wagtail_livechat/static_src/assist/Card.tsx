/** An invitation: a question, by whom, and three answers. It holds nothing and covers nothing. */
import type { Answer, Invitation } from "../protocol";
import type { AssistKey, Say } from "../texts";

export interface CardProps {
  readonly say: Say<AssistKey>;
  readonly invitation: Invitation;
  /** The name where no human stands behind it by name. */
  readonly team: string;
  readonly failed: boolean;
  readonly onAnswer: (answer: Answer) => void;
}

const ANSWERS: readonly Answer[] = ["accept", "decline", "never"];

export function Card({ say, invitation, team, failed, onAnswer }: CardProps) {
  const { sender, text, automatic } = invitation;
  const name = sender?.alias ?? team;
  return (
    <section class="box card" aria-labelledby="asker">
      <div class="asker">
        <span class="avatar" aria-hidden="true">
          {[...name.trim()][0]?.toLocaleUpperCase()}
          {sender?.avatar && (
            <img src={sender.avatar} alt="" onError={(event) => (event.currentTarget.hidden = true)} />
          )}
        </span>
        <h2 id="asker">
          <bdi>{name}</bdi>
          {automatic && <small>{say("automatic")}</small>}
        </h2>
      </div>
      <p dir="auto" class="question">
        {text}
      </p>
      {failed && <p role="alert">{say("invitation_failed")}</p>}
      <div class="answers">
        {ANSWERS.map((answer) => (
          <button key={answer} type="button" class="answer" onClick={() => onAnswer(answer)}>
            {say(answer as "accept")}
          </button>
        ))}
      </div>
    </section>
  );
}
