/* The console as a whole: the state of the line, oneself, and either who talks or who is there. */
import { useEffect } from "preact/hooks";
import { Conversation } from "./Conversation";
import { CUT_PATIENCE_MS, type Desk, type View } from "./desk";
import { Icon } from "./Icon";
import { listOf, lists } from "./lists";
import { Queue } from "./Queue";
import { Switches } from "./Switches";
import { Along } from "./visitors/Along";
import type { Watching } from "./visitors/view";
import { Visitors } from "./visitors/Visitors";
import type { Watch } from "./visitors/watch";
import { visitWords } from "./visitors/words";
import { words } from "./words";

export interface AppProps {
  readonly view: View;
  readonly desk: Desk;
  readonly watching: Watching;
  readonly visitors: Watch;
  /** What to invite with, by the visitor's language. */
  readonly greeting: (language: string) => string;
}

export function App({ view, desk, watching, visitors, greeting }: AppProps) {
  // On the document: wherever the focus is, the next conversation is one key away.
  useEffect(() => {
    // Who switched the admin's shortcuts off does not want ours either.
    if (window.wagtailConfig?.KEYBOARD_SHORTCUTS_ENABLED === false) return undefined;
    function onKeyDown(event: KeyboardEvent): void {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      if (!visitors.view.open) desk.step(event.key === "ArrowDown" ? 1 : -1);
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [desk, visitors]);

  // One goes along with whom one talks, not with whom one has turned away from.
  const card = view.selected ? view.state.cards.get(view.selected) : undefined;
  const isElsewhere = view.selected === null || (card && card.visit !== watching.along);
  useEffect(() => {
    if (watching.along && isElsewhere) visitors.stopGoingAlong();
  }, [watching.along, isElsewhere]);

  function toConversation(conversation: string, visit: string | null): void {
    const of = view.state.cards.get(conversation);
    if (of) desk.show(listOf(view.state, of));
    desk.open(conversation);
    visitors.leave(visit);
  }

  const isReading = watching.open ? watching.trail !== null : view.selected !== null;
  return (
    <div class={`lc-app ${isReading ? "lc-app--reading" : ""}`}>
      <LineBanner view={view} desk={desk} />
      {view.problem && (
        <p class="lc-banner lc-banner--problem" role="alert">
          <Icon name="warning" />
          <span>{view.problem}</span>
          <button type="button" class="lc-link" onClick={() => desk.dismissProblem()}>
            {words.dismiss()}
          </button>
        </p>
      )}
      {watching.accepted && (
        <Accepted
          onOpen={() => {
            if (watching.accepted) toConversation(watching.accepted, null);
            visitors.dismissAccepted();
          }}
          onDismiss={() => visitors.dismissAccepted()}
        />
      )}
      {view.state.ready && <Switches view={view} desk={desk} />}
      {view.state.ready && watching.sites.length > 0 && (
        <Views view={view} watching={watching} visitors={visitors} />
      )}
      {view.state.ready ? (
        watching.open ? (
          <Visitors
            view={view}
            watching={watching}
            visitors={visitors}
            greeting={greeting}
            onConversation={toConversation}
          />
        ) : (
          <div class="lc-panes">
            <Queue view={view} desk={desk} />
            <Conversation
              view={view}
              desk={desk}
              whereabouts={(of) => (
                <Along
                  view={view}
                  card={of}
                  watching={watching}
                  visitors={visitors}
                  onTrail={() => {
                    if (!of.visit) return;
                    visitors.enter();
                    visitors.openTrail(of.visit, of.site);
                  }}
                />
              )}
            />
          </div>
        )
      ) : (
        view.status.type !== "refused" && <p class="lc-empty">{words.loading()}</p>
      )}
      <p class="w-sr-only" role="status">
        {view.announcement}
      </p>
    </div>
  );
}

/** Told where one is: somebody who writes to another visitor is not taken away from it. */
function Accepted({ onOpen, onDismiss }: { readonly onOpen: () => void; readonly onDismiss: () => void }) {
  return (
    <p class="lc-banner lc-banner--news" role="alert">
      <Icon name="livechat" />
      <span>{visitWords.invitationAccepted()}</span>
      <button type="button" class="lc-link" onClick={onOpen}>
        {visitWords.openConversation()}
      </button>
      <button type="button" class="lc-link" onClick={onDismiss}>
        {words.dismiss()}
      </button>
    </p>
  );
}

/** Who talks, or who is there: never both, for whoever looks at visitors is announced to them. */
function Views({ view, watching, visitors }: Pick<AppProps, "view" | "watching" | "visitors">) {
  const waiting = lists(view.state).waiting.length;
  return (
    <nav class="lc-views" aria-label={visitWords.views()}>
      <button
        type="button"
        class="lc-tab"
        aria-current={watching.open ? undefined : "page"}
        onClick={() => visitors.leave()}
      >
        {words.conversations()}
        {waiting > 0 && (
          <span class="lc-count lc-count--waiting">
            <span aria-hidden="true">{waiting}</span>
            <span class="w-sr-only">{words.tab("waiting", waiting)}</span>
          </span>
        )}
      </button>
      <button
        type="button"
        class="lc-tab"
        aria-current={watching.open ? "page" : undefined}
        onClick={() => visitors.enter()}
      >
        {visitWords.visitors()}
      </button>
    </nav>
  );
}

function LineBanner({ view, desk }: { readonly view: View; readonly desk: Desk }) {
  const { status, state } = view;
  if (status.type === "refused") {
    return (
      <p class="lc-banner lc-banner--lost" role="alert">
        <Icon name="warning" />
        <span>{words.shutOut(status.message || words.shutOutBecause(status.code))}</span>
        <button type="button" class="lc-link" onClick={() => window.location.reload()}>
          {words.reload()}
        </button>
      </p>
    );
  }
  const cut = view.cutSince !== null && view.now - view.cutSince >= CUT_PATIENCE_MS;
  if (!cut || status.type === "idle") return null;
  return (
    <p class="lc-banner lc-banner--lost" role="alert">
      <Icon name="warning" />
      <span>{state.ready ? words.lost() : words.offlineFirst()}</span>
      <button type="button" class="lc-link" onClick={() => desk.checkLine()}>
        {words.retryNow()}
      </button>
    </p>
  );
}
