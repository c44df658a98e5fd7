/* The console as a whole: the state of the line, oneself, the queue, the conversation. */
import { useEffect } from "preact/hooks";
import { Conversation } from "./Conversation";
import { CUT_PATIENCE_MS, type Desk, type View } from "./desk";
import { Icon } from "./Icon";
import { Queue } from "./Queue";
import { Switches } from "./Switches";
import { words } from "./words";

export function App({ view, desk }: { readonly view: View; readonly desk: Desk }) {
  // On the document: wherever the focus is, the next conversation is one key away.
  useEffect(() => {
    // Who switched the admin's shortcuts off does not want ours either.
    if (window.wagtailConfig?.KEYBOARD_SHORTCUTS_ENABLED === false) return undefined;
    function onKeyDown(event: KeyboardEvent): void {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      desk.step(event.key === "ArrowDown" ? 1 : -1);
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [desk]);
  return (
    <div class={`lc-app ${view.selected ? "lc-app--reading" : ""}`}>
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
      {view.state.ready && <Switches view={view} desk={desk} />}
      {view.state.ready ? (
        <div class="lc-panes">
          <Queue view={view} desk={desk} />
          <Conversation view={view} desk={desk} />
        </div>
      ) : (
        view.status.type !== "refused" && <p class="lc-empty">{words.loading()}</p>
      )}
      <p class="w-sr-only" role="status">
        {view.announcement}
      </p>
    </div>
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
