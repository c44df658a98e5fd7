/* One visit: who it is, what was opened in which order, and what one can do. */
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../Icon";
import { duration, languageName } from "../time";
import { words as consoleWords } from "../words";
import { Invite } from "./Invite";
import { PageName } from "./PageName";
import { Chips, hostOf } from "./Row";
import type { Trail as Followed } from "./view";
import type { VisitorsProps } from "./Visitors";
import { placeOf, rowAt } from "./windows";
import { visitWords as words } from "./words";

export interface TrailProps extends VisitorsProps {
  readonly trail: Followed;
}

export function Trail(props: TrailProps) {
  const { trail, visitors, watching } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  // The table knows who it is before the trail has come.
  const place = placeOf(watching.windows, trail.visit);
  const row = trail.row ?? (place === null ? null : rowAt(watching.windows, place));
  const name = row && consoleWords.visitor(row.label);

  // Whoever opened it reads it next; and Escape leads back to the row.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  function close(): void {
    visitors.closeTrail();
    // To its row; where that is gone, to another.
    for (const place of [`[data-visit="${trail.visit}"]`, ".lc-visit__open[tabindex='0']", ".lc-search"]) {
      const element = document.querySelector<HTMLElement>(place);
      element?.focus({ preventScroll: true });
      if (element) return;
    }
  }

  return (
    <section
      class="lc-trail"
      aria-label={name ? words.trailOf(name) : words.visit()}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        close();
      }}
    >
      <header class="lc-head">
        <div class="lc-head__row">
          <div class="lc-head__who">
            <h2 class="lc-head__label" ref={heading} tabIndex={-1}>
              {trail.row && (
                <span
                  class={`lc-presence ${trail.row.idle_since ? "" : "lc-presence--here"}`}
                  aria-hidden="true"
                />
              )}
              <bdi>{name ?? words.visit()}</bdi>
            </h2>
            <Facts {...props} />
          </div>
          <button type="button" class="lc-back lc-back--always" aria-label={words.backToVisitors()} onClick={close}>
            <Icon name="cross" />
          </button>
        </div>
        {trail.row && trail.row.stuck.length > 0 && (
          <p class="lc-trail__stuck">
            <Chips row={trail.row} />
          </p>
        )}
      </header>
      {trail.gone ? (
        <div class="lc-nothing">
          <p role="status">{words.visitOver()}</p>
          <p class="lc-hint">{words.visitOverHint()}</p>
        </div>
      ) : trail.row === null ? (
        <p class="lc-empty">{words.loadingVisitors()}</p>
      ) : (
        <>
          <Invite key={watching.trail?.visit} {...props} row={trail.row} />
          <Steps {...props} />
        </>
      )}
    </section>
  );
}

function Facts({ trail, view }: TrailProps) {
  const { row } = trail;
  if (!row) return null;
  const now = view.now + view.state.ahead;
  return (
    <p class="lc-head__facts">
      <span>{row.returning ? words.isReturning() : words.isNew()}</span>
      <span>{row.idle_since ? words.idleFor(duration(now - row.idle_since)) : words.isActive()}</span>
      <span>{words.visitFor(duration(now - row.began_at))}</span>
      <span>{row.origin ? words.cameFrom(hostOf(row.origin)) : words.directly()}</span>
      <span>{languageName(row.language, view.language)}</span>
      <span>{words.device(row.device)}</span>
    </p>
  );
}

function Steps({ trail, view }: TrailProps) {
  const { row, steps } = trail;
  const now = view.now + view.state.ahead;
  if (!row) return null;
  if (row.page === null) {
    return (
      <p class="lc-empty">
        <em>{words.beingTold()}</em>
        <br />
        {words.beingToldHint()}
      </p>
    );
  }
  return (
    <div class="lc-trail__steps" tabIndex={0} role="group" aria-label={words.trail()}>
      <ol>
        {steps.map((step, place) => {
          const until = place === 0 ? (row.left_at ?? now) : (steps[place - 1]?.at ?? now);
          return (
            <li key={step.number} class="lc-step-of" aria-current={place === 0 ? "step" : undefined}>
              <time dateTime={new Date(step.at).toISOString()} title={view.times.full(step.at)}>
                {view.times.clock(step.at)}
              </time>
              <PageName page={step.page} results={step.results} linked />
              <span class="lc-step-of__dwell">
                {place === 0 && <b>{words.nowHere()}</b>} {duration(until - step.at)}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
