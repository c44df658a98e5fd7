/* A tab's line to the server: shared with the browser's other tabs where the browser can. */
import {
  browserPage,
  type Connection,
  createConnection,
  makeRef,
  type Outbox,
  type Status,
} from "../connection";
import { type AgentCommand, type AgentUpdate, type Cursor, VERSION } from "../protocol";
import { nothingYet, runsShort, told } from "../console/state";
import { PageChannel } from "./ends";
import { RelayEnd } from "./relay";
import { serverEnds, Trunk } from "./trunk";

export interface LineOptions {
  readonly ticketUrl: string;
  readonly exchangeUrl: string;
  /** The account: the tabs of another one share nothing with these. */
  readonly user: string;
  readonly outbox: Outbox<AgentCommand>;
  /** What this tab follows, and how far it has it. */
  readonly cursors: () => readonly Cursor[];
  readonly onUpdate: (update: AgentUpdate) => void;
  readonly onStatus: (status: Status) => void;
}

/** Whether tabs can agree on who holds the line: on plain http beyond localhost they cannot. */
export function canShare(): boolean {
  return "locks" in navigator && navigator.locks !== undefined && "BroadcastChannel" in window;
}

export function createLine(options: LineOptions): Connection<AgentCommand> {
  return canShare() ? new SharedLine(options) : directLine(options);
}

function directLine(options: LineOptions): Connection<AgentCommand> {
  let state = nothingYet;
  const line = createConnection<AgentCommand, AgentUpdate>({
    ...serverEnds(options, options.cursors),
    ...common(options),
    onUpdate(update) {
      state = told(state, update, Date.now());
      options.onUpdate(update);
      if (runsShort(state, update)) line.resync();
    },
  });
  return line;
}

class SharedLine implements Connection<AgentCommand> {
  readonly #options: LineOptions;
  readonly #name: string;
  readonly #line: Connection<AgentCommand>;
  #relay: RelayEnd | null = null;
  #channel: PageChannel | null = null;
  #trunk: Trunk | null = null;
  #waiting: AbortController | null = null;
  #release: (() => void) | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#name = `livechat:staff:${options.user}`;
    this.#line = createConnection<AgentCommand, AgentUpdate>({
      ...common(options),
      socketUrl: () => this.#name,
      open: () => {
        if (!this.#relay) throw new Error("Not started.");
        return this.#relay.open();
      },
      // Whether sockets get through is the trunk's affair.
      exchange: null,
      hello: () => ({ type: "staff.hello", v: VERSION, ticket: "", open: options.cursors() }),
      pong: { type: "pong" },
      ready: "staff.ready",
    });
  }

  get status(): Status {
    return this.#line.status;
  }

  start(): void {
    if (this.#relay) return;
    this.#channel = new PageChannel(new BroadcastChannel(this.#name));
    this.#relay = new RelayEnd(
      this.#channel.tab,
      {
        here: () => {
          // Whoever was turned away or gave up for a while may try at once.
          if (this.#line.status.type === "lost") this.#line.check();
        },
        silent: () => this.#lead({ steal: true }),
      },
      makeRef,
    );
    this.#lead({ steal: false });
    this.#line.start();
  }

  stop(): void {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#line.stop();
    this.#resign();
    this.#relay?.close();
    this.#relay = null;
    this.#channel = null;
  }

  send(command: AgentCommand): boolean {
    return this.#line.send(command);
  }

  check(): void {
    this.#relay?.check();
    // A line that was refused starts again only when told so.
    if (this.#line.status.type === "refused") this.#line.start();
    else this.#line.check();
  }

  resync(): void {
    this.#line.resync();
  }

  /** Hold the trunk as soon as no other tab does; or now, from a tab that hangs. */
  #lead({ steal }: { readonly steal: boolean }): void {
    if (this.#trunk || !this.#relay) return;
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    const options: LockOptions = steal ? { steal } : { signal: waiting.signal };
    navigator.locks
      .request(this.#name, options, () => {
        if (this.#waiting !== waiting || !this.#channel) return undefined;
        const trunk = new Trunk({
          ticketUrl: this.#options.ticketUrl,
          exchangeUrl: this.#options.exchangeUrl,
          channel: this.#channel.trunk(),
        });
        this.#trunk = trunk;
        trunk.start();
        return new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      })
      .catch(() => {
        // Given up for another request of ours, or stolen by a tab that heard nothing from us.
        if (this.#waiting !== waiting || !this.#trunk) return;
        this.#resign();
        this.#lead({ steal: false });
      });
  }

  #resign(): void {
    this.#trunk?.stop();
    this.#trunk = null;
    this.#release?.();
    this.#release = null;
  }
}

function common(options: LineOptions) {
  return {
    outbox: options.outbox,
    onUpdate: options.onUpdate,
    onStatus: options.onStatus,
    storedRefs,
    page: browserPage(window),
  };
}

function storedRefs(update: AgentUpdate): readonly string[] {
  switch (update.type) {
    case "thread":
      return [...update.messages, ...update.notes].map((entry) => entry.ref);
    case "thread.message":
      return [update.message.ref];
    case "note.added":
      return [update.note.ref];
    default:
      return [];
  }
}
