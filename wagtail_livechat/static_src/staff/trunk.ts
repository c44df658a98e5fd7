/* The one line of a browser to the server, held by one of its tabs for all of them.
 *
 * The tab that gets the lock holds the trunk until it closes; then the next one gets it. The
 * trunk keeps nothing that matters: what is written lies in each tab's outbox until the server
 * acknowledged it, so a trunk that dies in the middle only makes the tabs ask again.
 */
import {
  browserPage,
  type Connection,
  createConnection,
  makeRef,
  Outbox,
  type Page,
  socketAddress,
  type Status,
} from "../connection";
import { type AgentCommand, type AgentUpdate, type Cursor, VERSION } from "../protocol";
import { nothingYet, runsShort, type State, told } from "../console/state";
import { adminExchange, fetchTicket, type Ticket } from "./admin";
import { Looks } from "./looks";
import { lane } from "./outbox";
import { ALL, type Channel, type Relayed, type ToTab, type ToTrunk } from "./relay";

/** How many open conversations the server takes with one hello. */
const MOST_OPEN = 50;

export interface TrunkOptions {
  readonly ticketUrl: string;
  readonly exchangeUrl: string;
  readonly channel: Channel;
  /** For tests: what carries, in place of the real line. */
  readonly connect?: (wiring: Wiring) => Connection<AgentCommand>;
}

/** What a connection to the server needs of the trunk. */
export interface Wiring {
  readonly onUpdate: (update: AgentUpdate) => void;
  readonly onStatus: (status: Status) => void;
  /** What the tabs follow, and how far they have it. */
  readonly cursors: () => readonly Cursor[];
}

export class Trunk {
  readonly #channel: Channel;
  readonly #line: Connection<AgentCommand>;
  /** What the tabs have open, by tab and conversation. */
  readonly #tabs = new Map<string, Map<string, Cursor>>();
  /** Who asked under which ref, so that the answer goes to that tab alone. */
  readonly #askers = new Map<string, string>();
  readonly #looks = new Looks();
  #state: State = nothingYet;
  #pollMs = 0;

  constructor(options: TrunkOptions) {
    this.#channel = options.channel;
    const wiring: Wiring = {
      onUpdate: (update) => this.#update(update),
      onStatus: (status) => this.#status(status),
      cursors: () => this.#cursors(),
    };
    this.#line = (options.connect ?? ((wires) => serverLine(options, wires)))(wiring);
  }

  start(): void {
    this.#channel.onmessage = ({ data }: MessageEvent) => this.#asked(data as Relayed);
    // Whoever was connected was so through a trunk that is gone, perhaps without a word.
    this.#post({ to: ALL, kind: "closed", code: 1006 });
    this.#line.start();
  }

  stop(): void {
    this.#line.stop();
    this.#post({ to: ALL, kind: "closed", code: 1006 });
    this.#channel.onmessage = null;
    this.#channel.close();
    this.#tabs.clear();
    this.#askers.clear();
    this.#looks.clear();
  }

  #post(message: ToTab): void {
    this.#channel.postMessage(message);
  }

  #tell(to: string, update: AgentUpdate): void {
    this.#post({ to, kind: "frame", data: JSON.stringify(update) });
  }

  // What the tabs ask.

  #asked(message: Relayed): void {
    if (message.to !== "trunk") return;
    const request = message as ToTrunk;
    switch (request.kind) {
      case "open":
        this.#opened(request.id);
        return;
      case "close":
        this.#closed(request.id);
        return;
      case "check":
        if (this.#line.status.type === "refused") this.#line.start();
        else this.#line.check();
        return;
      case "frame":
        if (this.#tabs.has(request.id)) {
          this.#command(request.id, JSON.parse(request.data) as AgentCommand);
        } else {
          this.#post({ to: request.id, kind: "closed", code: 1006 });
        }
        return;
    }
  }

  #opened(id: string): void {
    const { status } = this.#line;
    if (status.type === "open" && this.#state.ready) {
      this.#tabs.set(id, new Map());
      this.#post({ to: id, kind: "opened" });
    } else if (status.type === "refused") {
      this.#tabs.set(id, new Map());
      this.#post({ to: id, kind: "opened" });
      this.#turnAway(id, status);
    } else {
      this.#post({ to: id, kind: "wait" });
    }
  }

  #closed(id: string): void {
    const left = this.#tabs.get(id);
    this.#tabs.delete(id);
    for (const command of this.#looks.left(id)) this.#line.send(command);
    for (const conversation of left?.keys() ?? []) {
      if (!this.#isFollowed(conversation)) {
        this.#line.send({ type: "conversation.leave", ref: makeRef(), conversation });
      }
    }
  }

  #command(id: string, command: AgentCommand): void {
    const following = this.#tabs.get(id);
    switch (command.type) {
      case "pong":
        return; // The trunk answers for all.
      case "staff.hello":
        this.#tell(id, this.#fresh());
        for (const cursor of command.open ?? []) {
          following?.set(cursor.conversation, cursor);
          const ref = makeRef();
          this.#askers.set(ref, id);
          this.#line.send({ type: "conversation.open", ref, ...cursor });
        }
        this.#hurry();
        return;
      case "conversation.open": {
        const { conversation, since = 0, notes_since = 0 } = command;
        following?.set(conversation, { conversation, since, notes_since });
        break;
      }
      case "conversation.leave":
        following?.delete(command.conversation);
        // Another tab may still be reading.
        if (this.#isFollowed(command.conversation)) return;
        break;
      default:
        if (!this.#looks.asked(id, command, Date.now())) return;
        break;
    }
    if ("ref" in command) this.#askers.set(command.ref, id);
    this.#line.send(command);
    // A look is asked for anew with each answer: it waits for the next round by itself.
    if ("ref" in command && !isLook(command)) this.#hurry();
  }

  /** Over HTTP, what somebody asked should not wait for the next round. */
  #hurry(): void {
    const { status } = this.#line;
    if (status.type === "open" && status.by === "poll") this.#line.resync();
  }

  #isFollowed(conversation: string): boolean {
    return [...this.#tabs.values()].some((following) => following.has(conversation));
  }

  #cursors(): readonly Cursor[] {
    const least = new Map<string, Cursor>();
    for (const following of this.#tabs.values()) {
      for (const cursor of following.values()) {
        const known = least.get(cursor.conversation);
        least.set(cursor.conversation, {
          conversation: cursor.conversation,
          since: Math.min(known?.since ?? Infinity, cursor.since ?? 0),
          notes_since: Math.min(known?.notes_since ?? Infinity, cursor.notes_since ?? 0),
        });
      }
    }
    return [...least.values()];
  }

  // What the server tells.

  #update(update: AgentUpdate): void {
    this.#state = told(this.#state, update, Date.now());
    if (update.type === "staff.ready") this.#pollMs = update.poll_ms;
    this.#progress(update);
    const asker = "ref" in update && update.ref ? this.#askers.get(update.ref) : undefined;
    if ("ref" in update && update.ref) this.#askers.delete(update.ref);
    if (update.type === "error" || update.type === "bye" || update.type === "resync") {
      // They speak of the trunk's own line, which knows what to do.
      return;
    }
    if (update.type === "visitors.window") {
      const tab = this.#looks.tabOf(update.window);
      if (tab !== undefined) this.#tell(tab, update);
    } else if (update.type === "visit.trail" && asker === undefined) {
      for (const tab of this.#looks.followers(update.visit.id)) this.#tell(tab, update);
    } else {
      this.#tell(asker ?? ALL, update);
    }
    if (runsShort(this.#state, update)) this.#line.resync();
  }

  /** What passes by is what the tabs have from now on. */
  #progress(update: AgentUpdate): void {
    const conversation =
      update.type === "thread"
        ? update.card.id
        : update.type === "thread.message" || update.type === "note.added"
          ? update.conversation
          : null;
    if (conversation === null) return;
    for (const following of this.#tabs.values()) {
      const cursor = following.get(conversation);
      if (cursor) following.set(conversation, advanced(cursor, update));
    }
  }

  #status(status: Status): void {
    if (status.type === "open") {
      this.#post({ to: ALL, kind: "here" });
    } else if (status.type === "refused") {
      for (const id of this.#tabs.keys()) this.#turnAway(id, status);
      this.#post({ to: ALL, kind: "here" });
    } else if (this.#tabs.size > 0) {
      this.#tabs.clear();
      this.#askers.clear();
      this.#looks.clear();
      this.#post({ to: ALL, kind: "closed", code: 1006 });
    }
  }

  #turnAway(id: string, status: Extract<Status, { type: "refused" }>): void {
    this.#tell(id, {
      type: "error",
      code: status.code,
      message: status.message,
      close_code: status.closeCode,
      retry_ms: null,
    });
    this.#post({ to: id, kind: "closed", code: status.closeCode });
    this.#tabs.delete(id);
  }

  /** How things stand, from what was heard: a tab that comes later need not ask the server. */
  #fresh(): AgentUpdate {
    const { me, sites, agents, cards, moreWaiting, ahead } = this.#state;
    if (!me) throw new Error("Nothing is known yet.");
    return {
      type: "staff.ready",
      now: Date.now() + ahead,
      me,
      sites: [...sites.values()],
      agents: [...agents.values()],
      cards: [...cards.values()].filter((card) => card.state !== "closed"),
      more_waiting: moreWaiting,
      poll_ms: this.#pollMs,
    };
  }
}

function isLook(command: AgentCommand): boolean {
  return command.type === "visitors.watch" || command.type === "visit.open";
}

function advanced(cursor: Cursor, update: AgentUpdate): Cursor {
  const { since = 0, notes_since = 0 } = cursor;
  switch (update.type) {
    case "thread":
      return {
        ...cursor,
        since: Math.max(since, update.messages.at(-1)?.seq ?? 0),
        notes_since: Math.max(notes_since, update.notes.at(-1)?.number ?? 0),
      };
    case "thread.message":
      // A message beyond a gap does not count: what is missing must still be asked for.
      return update.message.seq === since + 1 ? { ...cursor, since: since + 1 } : cursor;
    case "note.added":
      return update.note.number === notes_since + 1
        ? { ...cursor, notes_since: notes_since + 1 }
        : cursor;
    default:
      return cursor;
  }
}

/** The trunk's line to the server: nothing is kept here, for each tab keeps its own. */
export function serverLine(
  options: Pick<TrunkOptions, "ticketUrl" | "exchangeUrl">,
  wiring: Wiring,
): Connection<AgentCommand> {
  return createConnection<AgentCommand, AgentUpdate>({
    ...serverEnds(options, wiring.cursors),
    outbox: new Outbox<AgentCommand>({
      prefix: "",
      storage: null,
      tab: "trunk",
      now: Date.now,
      keep: () => "moment",
      lane,
    }),
    onUpdate: wiring.onUpdate,
    onStatus: wiring.onStatus,
    page: alwaysVisible(browserPage(window)),
  });
}

/** Where the server is, and what is said first. */
export function serverEnds(
  { ticketUrl, exchangeUrl }: Pick<TrunkOptions, "ticketUrl" | "exchangeUrl">,
  cursors: () => readonly Cursor[],
) {
  let ticket: Ticket | null = null;
  let socketPath = "";
  async function newTicket(): Promise<void> {
    ticket = await fetchTicket(ticketUrl);
    socketPath = ticket.socket;
  }
  return {
    admit: newTicket,
    socketUrl: () => socketAddress(socketPath, window.location.href),
    exchange: adminExchange(exchangeUrl),
    hello: async (by: "socket" | "poll"): Promise<AgentCommand> => {
      const open = cursors().slice(-MOST_OPEN);
      if (by === "poll") return { type: "staff.hello", v: VERSION, ticket: "", open };
      if (!ticket) await newTicket();
      const once = ticket?.ticket ?? "";
      ticket = null; // Good for one hello.
      return { type: "staff.hello", v: VERSION, ticket: once, open };
    },
    pong: { type: "pong" } as const,
    ready: "staff.ready" as const,
  };
}

/** Staff must hear of a visitor whichever tab is in front: hidden or not, the rhythm stays. */
function alwaysVisible(page: Page): Page {
  return { visible: () => true, watch: (events) => page.watch(events) };
}
