/* The head of the console: am I available, for how many, with a sound, and is all well? */
import type { Availability } from "../protocol";
import type { Desk, View } from "./desk";
import { Icon } from "./Icon";
import { words } from "./words";

const VALUES: readonly Availability[] = ["available", "busy", "away"];
export const MAX_CAPACITY = 50;

export function Switches({ view, desk }: { readonly view: View; readonly desk: Desk }) {
  const me = view.state.me;
  if (!me) return null;
  return (
    <div class="lc-switches">
      <fieldset class="lc-availability">
        <legend class="w-sr-only">{words.myAvailability()}</legend>
        {VALUES.map((value) => (
          <label key={value} class={`lc-choice lc-choice--${value}`}>
            <input
              type="radio"
              name="livechat-availability"
              value={value}
              checked={me.availability === value}
              onChange={() => desk.setAvailability(value, me.capacity)}
            />
            <span>
              <span class={`lc-dot lc-dot--${value}`} aria-hidden="true" />
              {words.availability(value)}
            </span>
          </label>
        ))}
      </fieldset>
      <div class="lc-capacity" role="group" aria-label={words.capacityLong()}>
        <span class="lc-capacity__label" aria-hidden="true">
          {words.capacity()}
        </span>
        <button
          type="button"
          class="lc-step"
          aria-label={words.fewer()}
          disabled={me.capacity <= 1}
          onClick={() => desk.setAvailability(me.availability, me.capacity - 1)}
        >
          <Icon name="minus" />
        </button>
        <output class="lc-capacity__value">
          <bdi aria-hidden="true">{words.load(me.active, me.capacity)}</bdi>
          <span class="w-sr-only">{words.loadLong(me.active, me.capacity)}</span>
        </output>
        <button
          type="button"
          class="lc-step"
          aria-label={words.more()}
          disabled={me.capacity >= MAX_CAPACITY}
          onClick={() => desk.setAvailability(me.availability, me.capacity + 1)}
        >
          <Icon name="plus" />
        </button>
      </div>
      <label class="lc-sound" title={words.soundLong()}>
        <input
          type="checkbox"
          role="switch"
          checked={view.sound}
          onChange={(event) => desk.setSound(event.currentTarget.checked)}
        />
        <span aria-hidden="true">{words.sound()}</span>
        <span class="w-sr-only">{words.soundLong()}</span>
      </label>
      <details class="lc-keys">
        <summary>
          <Icon name="keyboard" />
          <span>{words.help()}</span>
        </summary>
        <dl>
          {words.helpKeys().map(([keys, meaning]) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}
