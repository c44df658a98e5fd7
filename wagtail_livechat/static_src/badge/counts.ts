/* What needs this agent, told to a badge: over the shared line, or by asking now and then. */
import { Outbox } from "../connection";
import { type Calls, calls } from "../console/lists";
import { nothingYet, type State, told } from "../console/state";
import type { AgentCommand } from "../protocol";
import { canShare, createLine } from "../staff/line";

/** Where tabs cannot share a line, each of them asks this often. */
export const ASK_EVERY_MS = 30_000;

export interface Addresses {
  readonly unread: string;
  readonly ticket: string;
  readonly exchange: string;
  readonly user: string;
}

export interface Counts {
  start(): void;
  stop(): void;
}

/** `onCalls` hears of each change, the first one included. */
export function createCounts(addresses: Addresses, onCalls: (calls: Calls) => void): Counts {
  return canShare() ? overLine(addresses, onCalls) : byAsking(addresses.unread, onCalls);
}

function overLine(addresses: Addresses, onCalls: (calls: Calls) => void): Counts {
  let state: State = nothingYet;
  return createLine({
    ticketUrl: addresses.ticket,
    exchangeUrl: addresses.exchange,
    user: addresses.user,
    outbox: new Outbox<AgentCommand>({
      prefix: "",
      storage: null,
      tab: "badge",
      now: Date.now,
      keep: () => "moment",
      lane: () => "",
    }),
    cursors: () => [],
    onStatus: () => undefined,
    onUpdate(update) {
      const before = state;
      state = told(state, update, Date.now());
      const news = state.cards !== before.cards || state.agents !== before.agents || !before.ready;
      if (state.ready && news) onCalls(calls(state));
    },
  });
}

export function byAsking(
  url: string,
  onCalls: (calls: Calls) => void,
  ask: typeof fetch = (...request) => fetch(...request),
): Counts {
  let timer: ReturnType<typeof setInterval> | undefined;
  let asking: AbortController | undefined;

  async function look(): Promise<void> {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await ask(url, {
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
        cache: "no-store",
        signal: mine.signal,
      });
      const read: unknown = answer.ok ? await answer.json() : null;
      if (asking === mine && isCalls(read)) onCalls(read);
    } catch {
      // No network: the number stays until the next time.
    }
  }

  return {
    start() {
      if (timer !== undefined) return;
      timer = setInterval(() => void look(), ASK_EVERY_MS);
      void look();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      asking?.abort();
      asking = undefined;
    },
  };
}

function isCalls(read: unknown): read is Calls {
  return (
    typeof read === "object" &&
    read !== null &&
    "waiting" in read &&
    typeof read.waiting === "number" &&
    "unread" in read &&
    typeof read.unread === "number"
  );
}
