/** What the visitor decides: what is shown, what sounds, what ends, what is forgotten. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Say } from "../texts";

export interface MenuProps {
  readonly say: Say;
  readonly sound: { readonly on: boolean; readonly set: (on: boolean) => void } | null;
  readonly sharing: { readonly on: boolean; readonly set: (on: boolean) => void } | null;
  /** The choice about being watched, where there is one to make. */
  readonly choice: { readonly label: string; readonly open: () => void } | null;
  readonly onEnd: (() => void) | null;
  /** Rejects when the server could not be reached. */
  readonly onForget: (() => Promise<void>) | null;
  readonly onDone: () => void;
}

type Asking = "end" | "forget" | null;

export function Menu({ say, sound, sharing, choice, onEnd, onForget, onDone }: MenuProps) {
  const [asking, setAsking] = useState<Asking>(null);
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    box.current?.querySelector<HTMLElement>("button")?.focus();
  }, [asking]);

  const confirmed = async (): Promise<void> => {
    if (asking === "end") {
      onEnd?.();
      onDone();
      return;
    }
    setBusy(true);
    setFailed(false);
    try {
      await onForget?.();
      onDone();
    } catch {
      setFailed(true);
      setBusy(false);
    }
  };

  if (asking) {
    return (
      <div class="menu asking" id="menu" ref={box} role="group" aria-labelledby="question">
        <p id="question">{say(`${asking}_confirm`)}</p>
        {failed && <p role="alert" class="error">{say("offline")}</p>}
        <div class="choices">
          <button type="button" class="small" onClick={() => setAsking(null)}>
            {say("cancel")}
          </button>
          <button type="button" class="small danger" disabled={busy} onClick={() => void confirmed()}>
            {say(`${asking}_yes`)}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div class="menu" id="menu" ref={box} role="group" aria-label={say("menu")}>
      {sharing && <Switch label={say("share_page")} {...sharing} />}
      {sound && <Switch label={say("sound")} {...sound} />}
      {choice && (
        <button
          type="button"
          class="item"
          onClick={() => {
            onDone();
            choice.open();
          }}
        >
          {choice.label}
        </button>
      )}
      {onEnd && (
        <button type="button" class="item" onClick={() => setAsking("end")}>
          {say("end")}
        </button>
      )}
      {onForget && (
        <button type="button" class="item" onClick={() => setAsking("forget")}>
          {say("forget")}
        </button>
      )}
    </div>
  );
}

function Switch(props: { readonly label: string; readonly on: boolean; readonly set: (on: boolean) => void }) {
  return (
    <button type="button" class="item switch" role="switch" aria-checked={props.on} onClick={() => props.set(!props.on)}>
      <span>{props.label}</span>
      <span class="track" aria-hidden="true" />
    </button>
  );
}
