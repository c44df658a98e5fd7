/** Messages of an agent as a visitor would see them in the chat. Nothing is sent. */
import { render } from "preact";
import { Bubble } from "../chat/Bubble";
import { rows } from "../chat/rows";
import { createTimes } from "../chat/times";
import { dress } from "../loader/frame";
import type { Config } from "../loader/config";
import type { Card } from "../protocol";
import { adopt } from "../styles/adopt";
import panel from "../styles/panel.css?inline";
import tokens from "../styles/tokens.css?inline";
import { speaker } from "../texts";

/** Words or a card, in the order in which they would be sent. */
export interface Previewed {
  readonly text: string;
  readonly card: Card | null;
}

export function drawMessages(document: Document, config: Config, alias: string, messages: readonly Previewed[]): void {
  const host = document.createElement("livechat-messages");
  (document.querySelector("main") ?? document.body).append(host);
  const root = host.attachShadow({ mode: "open" });
  adopt(root, tokens);
  adopt(root, panel);
  const frame = document.createElement("div");
  dress(frame, config);
  root.append(frame);
  const say = speaker(config.texts);
  const at = Date.now();
  const said = rows(
    messages.map(({ text, card }, place) => ({
      type: "message",
      key: `${place}`,
      state: null,
      message: {
        seq: place + 1,
        ref: `${place}`,
        kind: "agent",
        text,
        at,
        sender: { alias, avatar: null },
        notice: null,
        card,
        guidance: null,
      },
    })),
  );
  render(
    <div class="log">
      <ol class="rows">
        {said.map((row) =>
          row.type === "said" ? (
            <Bubble
              key={row.key}
              said={row}
              say={say}
              times={createTimes(config.language, say)}
              onRetry={() => undefined}
              onTakeBack={() => undefined}
              onJudge={null}
              onAnswer={null}
            />
          ) : null,
        )}
      </ol>
    </div>,
    frame,
  );
}
