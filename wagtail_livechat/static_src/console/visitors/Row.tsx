/* One visitor in the table. */
import type { ComponentChildren } from "preact";
import type { VisitRow } from "../../protocol";
import type { View } from "../desk";
import { Icon } from "../Icon";
import { duration, languageName } from "../time";
import { words as consoleWords } from "../words";
import { type Column } from "./columns";
import { PageName } from "./PageName";
import { visitWords as words } from "./words";

const DEVICES = { desktop: "desktop", tablet: "tablet-alt", phone: "mobile-alt" } as const;

/** As many reasons have room in a row. */
const CHIPS = 2;

export interface RowProps {
  readonly view: View;
  readonly row: VisitRow;
  readonly index: number;
  readonly top: number;
  /** Whether Tab enters the table here; the arrows reach the other rows. */
  readonly entrance: boolean;
  readonly current: boolean;
  readonly onOpen: () => void;
}

export function Row({ view, row, index, top, entrance, current, onOpen }: RowProps) {
  const now = view.now + view.state.ahead;
  const language = languageName(row.language, view.language);
  return (
    <div
      class={`lc-visit ${current ? "lc-visit--current" : ""} ${row.idle_since ? "lc-visit--idle" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      style={{ insetBlockStart: `${top}px` }}
      onClick={onOpen}
    >
      <div class="lc-visit__cell lc-visit__cell--visitor" role="rowheader">
        <button
          type="button"
          class="lc-visit__open"
          data-visit={row.id}
          aria-current={current ? "true" : undefined}
          tabIndex={entrance ? 0 : -1}
        >
          <span class={`lc-presence ${row.idle_since ? "" : "lc-presence--here"}`} aria-hidden="true" />
          <bdi>{consoleWords.visitor(row.label)}</bdi>
        </button>
        <span class="lc-visit__more">
          <span>{row.returning ? words.isReturning() : words.isNew()}</span>
          {row.idle_since ? (
            <span>{words.idleFor(duration(now - row.idle_since))}</span>
          ) : (
            <span class="w-sr-only">{words.isActive()}</span>
          )}
        </span>
      </div>
      <div class="lc-visit__cell lc-visit__cell--page" role="cell">
        {row.page ? <PageName page={row.page} /> : <em title={words.beingToldHint()}>{words.beingTold()}</em>}
      </div>
      <Cell column="page_since">{row.page ? duration(now - row.page_since) : "–"}</Cell>
      <Cell column="began">{duration(now - row.began_at)}</Cell>
      <Cell column="pages">{row.page ? row.pages : "–"}</Cell>
      {row.origin ? (
        <Cell column="origin">
          <bdi title={row.origin}>{hostOf(row.origin)}</bdi>
        </Cell>
      ) : (
        <div class="lc-visit__cell lc-visit__cell--origin" role="cell">
          {words.directly()}
        </div>
      )}
      <Cell column="language">
        <span title={language}>
          <span aria-hidden="true">{row.language.toUpperCase()}</span>
          <span class="w-sr-only">{language}</span>
        </span>
      </Cell>
      <Cell column="device">
        <span title={words.device(row.device)}>
          <Icon name={DEVICES[row.device]} />
          <span class="w-sr-only">{words.device(row.device)}</span>
        </span>
      </Cell>
      <div class="lc-visit__cell lc-visit__cell--stuck" role="cell">
        <Chips row={row} most={CHIPS} />
      </div>
      <div class="lc-visit__cell lc-visit__cell--state" role="cell">
        <State row={row} />
      </div>
    </div>
  );
}

function Cell({ column, children }: { readonly column: Column; readonly children: ComponentChildren }) {
  return (
    <div class={`lc-visit__cell lc-visit__cell--${column}`} role="cell">
      <span class="lc-visit__label" aria-hidden="true">
        {words.column(column)}
      </span>
      {children}
    </div>
  );
}

/** Why somebody seems stuck, in words; those for which there is no room by their number. */
export function Chips({ row, most = Infinity }: { readonly row: VisitRow; readonly most?: number }) {
  const more = row.stuck.slice(most).map((reason) => words.stuck(reason));
  return (
    <>
      {row.stuck.slice(0, most).map((reason) => (
        <span key={reason} class="lc-chip lc-chip--stuck" title={words.stuck(reason)}>
          <Icon name="warning" />
          <span>{words.stuck(reason)}</span>
        </span>
      ))}
      {more.length > 0 && (
        <span class="lc-chip lc-chip--stuck" title={more.join(", ")}>
          <span aria-hidden="true">+{more.length}</span>
          <span class="w-sr-only">{more.join(", ")}</span>
        </span>
      )}
    </>
  );
}

/** Whether one talks with this visitor already, or asked to. */
export function State({ row }: { readonly row: VisitRow }) {
  if (row.in_conversation) {
    return (
      <span class="lc-chip">
        <Icon name="livechat" />
        <span>{words.inConversation()}</span>
      </span>
    );
  }
  if (!row.invitation) return null;
  return (
    <span class="lc-chip">
      <span>{words.invitationState(row.invitation)}</span>
    </span>
  );
}

export function hostOf(origin: string): string {
  return origin.replace(/^https?:\/\//, "");
}
