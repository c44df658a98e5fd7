/* The visitors of one site who agreed to be seen: the table, and beside it one visit. */
import { useEffect, useState } from "preact/hooks";
import type { VisitFilter, VisitOrder } from "../../protocol";
import type { View } from "../desk";
import { Icon } from "../Icon";
import { ORDERS } from "./columns";
import { Table } from "./Table";
import { Trail } from "./Trail";
import type { Watching } from "./view";
import type { Watch } from "./watch";
import { visitWords as words } from "./words";

const FILTERS: readonly VisitFilter[] = [
  "all",
  "here",
  "idle",
  "stuck",
  "new",
  "returning",
  "in_conversation",
  "invited",
  "declined",
];
const TYPED_MS = 250;

export interface VisitorsProps {
  readonly view: View;
  readonly watching: Watching;
  readonly visitors: Watch;
  readonly onConversation: (conversation: string, visit: string | null) => void;
  /** What to invite with, by the visitor's language. */
  readonly greeting: (language: string) => string;
}

export function Visitors(props: VisitorsProps) {
  const { watching } = props;
  const site = watching.sites.find((each) => each.id === watching.site);
  return (
    <div class={`lc-panes lc-panes--visitors ${watching.trail ? "lc-panes--trail" : ""}`}>
      <section class="lc-visitors" aria-label={words.visitorsOf(site?.name ?? "")}>
        <Toolbar {...props} />
        <Table {...props} />
        <Found watching={watching} />
      </section>
      {watching.trail && <Trail key={watching.trail.visit} {...props} trail={watching.trail} />}
    </div>
  );
}

function Toolbar({ watching, visitors }: VisitorsProps) {
  const { sites, site, query, counts } = watching;
  return (
    <div class="lc-toolbar">
      <p class="lc-seen">
        <Icon name="view" />
        {words.seenWatching()}
      </p>
      {sites.length > 1 && (
        <label class="lc-pick">
          <span class="lc-pick__label">{words.site()}</span>
          <select
            aria-label={words.site()}
            value={site ?? ""}
            onChange={(event) => visitors.chooseSite(Number(event.currentTarget.value))}
          >
            {sites.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Search value={query.search} onSearch={(text) => visitors.search(text)} />
      <div class="lc-sort">
        <label class="lc-pick">
          <span class="lc-pick__label">{words.sortBy()}</span>
          <select
            aria-label={words.sortBy()}
            value={query.order}
            onChange={(event) => visitors.sortBy(event.currentTarget.value as VisitOrder)}
          >
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {words.column(order)}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="lc-step"
          aria-label={words.otherWay()}
          onClick={() => visitors.sortBy(query.order)}
        >
          <Icon name="order" />
        </button>
      </div>
      <div class="lc-filters" role="group" aria-label={words.filters()}>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            class={`lc-filter lc-filter--${filter}`}
            aria-pressed={query.filter === filter}
            aria-label={counts ? words.filterCount(filter, counts[filter]) : undefined}
            onClick={() => visitors.filterBy(filter)}
          >
            {words.filter(filter)}
            {counts && <span class="lc-count">{counts[filter]}</span>}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Asked once one has paused: each letter would be another table. */
function Search({ value, onSearch }: { readonly value: string; readonly onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onSearch(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      class="lc-search"
      maxLength={100}
      value={text}
      aria-label={words.searchVisitors()}
      placeholder={words.searchVisitors()}
      onInput={(event) => setText(event.currentTarget.value)}
    />
  );
}

/** Said when one has asked for other visitors, not when they come and go. */
function Found({ watching }: { readonly watching: Watching }) {
  const [said, say] = useState("");
  const { loaded, query, site } = watching;
  useEffect(() => {
    if (loaded) say(words.found(watching.windows.total));
  }, [loaded, query, site]);
  return (
    <p class="w-sr-only" role="status">
      {said}
    </p>
  );
}
