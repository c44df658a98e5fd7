/* The table of visitors: rows in sight and a few more, however many there are.
 *
 * Elements with the roles of a table, laid out by the style sheet: a screen reader hears rows,
 * columns and how many there are in all, also where the columns stand below each other.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../Icon";
import { COLUMNS, direction, orderOf } from "./columns";
import { Row } from "./Row";
import type { VisitorsProps } from "./Visitors";
import { placeOf, rowAt } from "./windows";
import { visitWords as words } from "./words";

/** This many rows are made beyond those in sight. */
const SPARE = 6;
/** Until it is measured. */
const ROW_PX = 56;

export function Table(props: VisitorsProps) {
  const { view, watching, visitors } = props;
  const { windows, loaded, query, trail, site } = watching;
  const box = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(ROW_PX);
  const [look, setLook] = useState({ top: 0, room: 600 });
  /** The row that the keyboard is on, and one that it goes to once it is there. */
  const held = useRef<{ visit: string; index: number } | null>(null);
  const wanted = useRef<number | null>(null);
  /** What stood first in sight: new rows above it must not push it away. */
  const anchor = useRef<{ visit: string; index: number } | null>(null);

  const total = windows.total;
  const first = Math.min(Math.floor(look.top / height), Math.max(0, total - 1));
  const last = Math.max(first, Math.min(total - 1, Math.ceil((look.top + look.room) / height)));
  const from = Math.max(0, first - SPARE);
  const indices = new Set<number>();
  for (let index = from; index < Math.min(total, last + 1 + SPARE); index += 1) indices.add(index);
  // Where the focus is stays, or it would be lost by scrolling.
  const focused = held.current && placeOf(windows, held.current.visit);
  if (focused !== null) indices.add(focused);
  if (wanted.current !== null && wanted.current < total) indices.add(wanted.current);

  function measure(): void {
    const scroller = box.current;
    if (!scroller) return;
    setHeight(probe.current?.offsetHeight || ROW_PX);
    setLook({ top: scroller.scrollTop, room: scroller.clientHeight });
  }

  useLayoutEffect(() => {
    measure();
    if (!box.current || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    if (probe.current) observer.observe(probe.current);
    return () => observer.disconnect();
  }, []);

  // Another table begins at its top.
  useLayoutEffect(() => {
    anchor.current = null;
    if (box.current) box.current.scrollTop = 0;
    measure();
  }, [query, site]);

  useEffect(() => visitors.see(first, last), [first, last, total, loaded]);

  useLayoutEffect(() => {
    const scroller = box.current;
    if (!scroller) return;
    const kept = anchor.current;
    const now = kept && placeOf(windows, kept.visit);
    if (kept && now !== null && now !== kept.index && scroller.scrollTop > 0) {
      scroller.scrollTop += (now - kept.index) * height;
      setLook({ top: scroller.scrollTop, room: scroller.clientHeight });
    }
    hold(scroller.scrollTop);
  }, [windows, height]);

  // The keyboard: to the row that was asked for, or beside one that is gone.
  useLayoutEffect(() => {
    const gone = held.current && placeOf(windows, held.current.visit) === null;
    if (gone && document.activeElement === document.body && wanted.current === null && total > 0) {
      wanted.current = Math.min(held.current?.index ?? 0, total - 1);
    }
    if (wanted.current === null) return;
    const row = rowAt(windows, wanted.current);
    const button = row && box.current?.querySelector<HTMLElement>(`[data-visit="${row.id}"]`);
    if (!button) return;
    wanted.current = null;
    button.focus({ preventScroll: true });
  });

  function hold(top: number): void {
    const index = Math.min(Math.floor(top / height), Math.max(0, total - 1));
    const row = rowAt(windows, index);
    anchor.current = row && { visit: row.id, index };
  }

  function goTo(index: number): void {
    const scroller = box.current;
    if (!scroller) return;
    const top = index * height;
    const room = scroller.clientHeight - (scroller.querySelector<HTMLElement>(".lc-visits__head")?.offsetHeight ?? 0);
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + height > scroller.scrollTop + room) scroller.scrollTop = top + height - room;
    wanted.current = index;
    setLook({ top: scroller.scrollTop, room: scroller.clientHeight });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = (event.target as HTMLElement).dataset["visit"];
    const index = at === undefined ? null : placeOf(windows, at);
    if (index === null) return;
    const page = Math.max(1, last - first - 1);
    const to = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    goTo(Math.max(0, Math.min(total - 1, index + to)));
  }

  function onFocus(event: FocusEvent): void {
    const visit = (event.target as HTMLElement).dataset["visit"];
    const index = visit === undefined ? null : placeOf(windows, visit);
    held.current = visit !== undefined && index !== null ? { visit, index } : null;
  }

  const entrance = focused ?? ((trail && placeOf(windows, trail.visit)) ?? first);
  return (
    <div
      ref={box}
      class="lc-visits"
      role="table"
      aria-label={words.visitors()}
      aria-rowcount={loaded ? total + 1 : -1}
      aria-busy={!loaded}
      onScroll={() => {
        const scroller = box.current;
        if (!scroller) return;
        hold(scroller.scrollTop);
        setLook({ top: scroller.scrollTop, room: scroller.clientHeight });
      }}
      onKeyDown={onKeyDown}
      onFocusIn={onFocus}
      onFocusOut={(event) => {
        if (event.relatedTarget) held.current = null;
      }}
    >
      <Head {...props} />
      <div ref={probe} class="lc-visits__probe" aria-hidden="true" />
      {total > 0 && (
        <div class="lc-visits__body" role="rowgroup" style={{ blockSize: `${total * height}px` }}>
          {[...indices].sort((a, b) => a - b).map((index) => {
            const row = rowAt(windows, index);
            return row ? (
              <Row
                key={row.id}
                view={view}
                row={row}
                index={index}
                top={index * height}
                entrance={index === entrance}
                current={trail?.visit === row.id}
                onOpen={() => visitors.openTrail(row.id)}
              />
            ) : (
              <div key={`empty ${index}`} class="lc-visit lc-visit--empty" aria-hidden="true" style={{ insetBlockStart: `${index * height}px` }} />
            );
          })}
        </div>
      )}
      {total === 0 && (
        <div class="lc-visits__none" role="rowgroup">
          <div role="row">
            <div role="cell" class="lc-empty">
              {!loaded ? words.loadingVisitors() : isAll(watching.query) ? words.nobodyHere() : words.nobodyFound()}
            </div>
          </div>
        </div>
      )}
    </div>
  );
}

function isAll(query: VisitorsProps["watching"]["query"]): boolean {
  return query.filter === "all" && !query.search;
}

function Head({ watching, visitors }: VisitorsProps) {
  const { order: by, descending } = watching.query;
  return (
    <div class="lc-visits__head" role="rowgroup">
      <div class="lc-visit lc-visit--head" role="row" aria-rowindex={1}>
        {COLUMNS.map((column) => {
          const order = orderOf(column);
          const way = order === null ? null : direction(by, descending);
          return (
            <div
              key={column}
              class={`lc-visit__cell lc-visit__cell--${column}`}
              role="columnheader"
              aria-sort={order === null ? undefined : order === by ? (way ?? "none") : "none"}
            >
              {order === null ? (
                words.column(column)
              ) : (
                <button type="button" class="lc-sorts" onClick={() => visitors.sortBy(order)}>
                  {words.column(column)}
                  <Icon name={way === "ascending" ? "arrow-up" : "arrow-down"} />
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
