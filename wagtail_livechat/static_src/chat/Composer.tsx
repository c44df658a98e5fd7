/** Where the visitor writes. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Say } from "../texts";
import { Icon } from "./Icon";
import { lengthOf, normalise } from "./text";

const EMOJI = [
  "🙂", "😀", "😉", "😊", "😍", "🤔", "😕", "😢",
  "😮", "😅", "🙏", "👍", "👎", "👏", "👋", "💪",
  "❤️", "🎉", "🔥", "⭐", "✅", "❌", "❓", "📚",
] as const;

/** The counter appears when so few characters are left. */
const TELL_AT = 300;

export interface ComposerProps {
  readonly say: Say;
  readonly draft: string;
  readonly limit: number;
  readonly field: RefObject<HTMLTextAreaElement>;
  readonly disabled: boolean;
  readonly onDraft: (text: string) => void;
  readonly onKey: () => void;
  readonly onSend: (text: string) => void;
}

export function Composer({ say, draft, limit, field, disabled, onDraft, onKey, onSend }: ComposerProps) {
  const [picking, setPicking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const picker = useRef<HTMLDivElement>(null);
  // Counted as it will be sent: that may be shorter than what is written, or longer.
  const fit = normalise(draft);
  const left = limit - lengthOf(fit);

  // As tall as its text, up to what the style sheet allows.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    if (element.scrollHeight > 0) element.style.height = `${element.scrollHeight + 2}px`;
  }, [draft]);

  useEffect(() => {
    if (picking) picker.current?.querySelector("button")?.focus();
  }, [picking]);

  const send = (): void => {
    if (left < 0 || disabled || !fit) {
      field.current?.focus();
      return;
    }
    onSend(draft);
    field.current?.focus();
  };

  const insert = (emoji: string): void => {
    const element = field.current;
    const from = element?.selectionStart ?? draft.length;
    const to = element?.selectionEnd ?? from;
    onDraft(draft.slice(0, from) + emoji + draft.slice(to));
    setPicking(false);
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picking && (
        <div
          class="picker"
          ref={picker}
          role="group"
          aria-label={say("emoji")}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            setPicking(false);
            opener.current?.focus();
          }}
        >
          {EMOJI.map((emoji) => (
            <button type="button" key={emoji} onClick={() => insert(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          // Empty, `auto` would mean left to right whatever the language.
          dir={draft ? "auto" : undefined}
          value={draft}
          disabled={disabled}
          aria-label={say("composer")}
          aria-invalid={left < 0}
          aria-describedby={left <= TELL_AT ? "count" : undefined}
          placeholder={say("composer_placeholder")}
          autocomplete="off"
          enterkeyhint="send"
          onInput={(event) => {
            onDraft(event.currentTarget.value);
            onKey();
          }}
          onKeyDown={(event) => {
            // While a character is being composed, Enter chooses it.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="button"
          class="plain"
          ref={opener}
          aria-label={say("emoji")}
          title={say("emoji")}
          aria-expanded={picking}
          disabled={disabled}
          onClick={() => setPicking(!picking)}
        >
          <Icon name="smile" />
        </button>
        <button type="submit" class="send" aria-label={say("send")} title={say("send")} disabled={disabled} data-empty={!fit}>
          <Icon name="send" />
        </button>
      </div>
      {left <= TELL_AT && (
        <p id="count" class={left < 0 ? "count over" : "count"} role={left < 0 ? "alert" : undefined}>
          {left < 0 ? say("too_long", { count: -left }) : say("characters_left", { count: left })}
        </p>
      )}
    </form>
  );
}
