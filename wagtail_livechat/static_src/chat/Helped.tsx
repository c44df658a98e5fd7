/** "Did this help?", one tap, of an answer or of the whole. */
import type { Say } from "../texts";

export interface HelpedProps {
  readonly say: Say;
  readonly onSay: (helped: boolean) => void;
}

export function Helped({ say, onSay }: HelpedProps) {
  return (
    <div class="choices" role="group" aria-label={say("helped")}>
      <span aria-hidden="true">{say("helped")}</span>
      {([true, false] as const).map((helped) => (
        <button key={String(helped)} type="button" class="small" onClick={() => onSay(helped)}>
          {say(helped ? "helped_yes" : "helped_no")}
        </button>
      ))}
    </div>
  );
}
