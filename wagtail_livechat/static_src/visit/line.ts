/** The line of a visit: opened only after a yes, and only where there is somebody to see.
 *
 * It tells which view is open and whether somebody is there, and hears who is watching. Who
 * is watching is shown first; only when that has been painted does this tab say so, and only
 * then may the server tell them a page.
 */
import {
  browserPage,
  type Connection,
  createConnection,
  createExchange,
  Errands,
  makeRef,
  NotAdmitted,
  socketAddress,
} from "../connection";
import type { Marks } from "../assist/keep";
import { NotDone, post } from "../assist/post";
import { deviceOf, originOf, type View } from "../assist/where";
import type { Assist } from "../loader/config";
import {
  type Invitation,
  type SetActive,
  type ViewPage,
  type VisitCommand,
  POLL_MS,
  VERSION,
  type VisitReady,
  type VisitShown,
  type VisitUpdate,
  type Watcher,
} from "../protocol";
import { type Activity, watchActivity } from "./activity";
import { afterPaint } from "./paint";

/** So long a line may be cut before what it told last is no longer believed. */
const STALE_MS = 10_000;
const SHOWN_WITHIN_MS = 6_000;
const GIVEN_UP = { code: "given_up", message: "" };

export interface LineOptions {
  readonly window: Window;
  readonly marks: Marks;
  readonly language: string;
  readonly urls: Assist["urls"];
  /** The watchers or the invitation changed: draw. */
  readonly onChange: () => void;
  /** An invitation stands no more. */
  readonly onEnded: (accepted: boolean) => void;
  /** The page came back from the browser's memory: does the yes still stand? */
  readonly onReturned: () => void;
  /** The server will not have this visit: the choice may have changed elsewhere. */
  readonly onRefused: () => void;
}

/** An empty answer: nobody watches, and nothing is to be shown. */
function nothingStands(headers: Headers, now: number): readonly VisitUpdate[] {
  const said = headers.get("Livechat-Visit") ?? "";
  return [
    {
      type: "visit.ready",
      now,
      recorded: said.includes("recorded"),
      number: 0,
      watchers: [],
      invitation: null,
      poll_ms: Number(/poll=(\d+)/.exec(said)?.[1]) || POLL_MS,
    },
  ];
}

type Waiting = (update: VisitShown | null) => void;

export class Line {
  readonly #options: LineOptions;
  readonly #line: Connection<VisitCommand>;
  readonly #errands: Errands<VisitCommand>;

  watchers: readonly Watcher[] = [];
  invitation: Invitation | null = null;
  /** Milliseconds that the server's clock is ahead. */
  ahead = 0;

  #running = false;
  #view: View | null = null;
  #ref = "";
  /** The view that was told last, or is among those that wait to be told. */
  #toldRef = "";
  #toldActive = true;
  #seen = 0;
  #admitted = false;
  #activity: Activity | null = null;
  #unwatch = (): void => undefined;
  #unshow = (): void => undefined;
  #staleTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #asked = new Map<string, Waiting>();

  constructor(options: LineOptions) {
    this.#options = options;
    const { window, language, urls } = options;
    const page = browserPage(window);
    const origin = originOf(window.document.referrer, window.location.origin);
    this.#errands = new Errands<VisitCommand>(Date.now, (ref) => this.#done(ref, null));
    this.#line = createConnection<VisitCommand, VisitUpdate>({
      socketUrl: () => socketAddress(urls.socket, window.location.href),
      exchange: createExchange({
        url: urls.exchange,
        empty: (headers) => nothingStands(headers, Date.now() + this.ahead),
      }),
      admit: () => this.#admit(),
      hello: () => ({
        type: "visit.hello",
        v: VERSION,
        language,
        device: deviceOf(window),
        ...this.#first(),
        ...(origin && { origin }),
        active: (this.#toldActive = this.#isActive()),
        seen: this.#seen,
      }),
      pong: { type: "pong" },
      ready: "visit.ready",
      outbox: this.#errands,
      onUpdate: (update) => this.#told(update),
      onStatus: (status) => {
        if (status.type === "open" || status.type === "idle") this.#settled();
        else if (status.type === "refused") options.onRefused();
        else this.#staleTimer ??= setTimeout(() => this.#clear(), STALE_MS);
      },
      page: {
        ...page,
        watch: (events) =>
          page.watch({
            ...events,
            returned: () => {
              // Back from the browser's memory: this is a view of its own.
              this.#ref = makeRef();
              this.#clear();
              options.onReturned();
              if (this.#running) events.returned();
            },
          }),
      },
    });
  }

  start(view: View): void {
    if (this.#running) return;
    this.#running = true;
    this.#view = view;
    this.#ref = makeRef();
    this.#activity = watchActivity(this.#options.window, () => this.#tellActive());
    this.#line.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#activity?.stop();
    this.#activity = null;
    this.#settled();
    this.#line.stop();
    for (const ref of this.#asked.keys()) this.#errands.refuse(ref, GIVEN_UP);
    this.#clear();
  }

  /** Another view is open now. */
  view(view: View): void {
    if (!this.#running) return;
    this.#view = view;
    this.#ref = makeRef();
    // Without a line the next hello says it, or else its answer makes good that it did not.
    if (this.#line.status.type === "open") this.#tell();
  }

  #isActive(): boolean {
    return this.#activity?.active() ?? true;
  }

  #tellActive(): void {
    const active = this.#isActive();
    if (this.#line.send({ type: "activity.set", active } satisfies SetActive)) this.#toldActive = active;
  }

  #tell(): void {
    this.#toldRef = this.#ref;
    this.#line.send({ type: "page.view", ref: this.#ref, ...this.#view! });
  }

  /** The view to greet with. Those that were told and not answered are told again behind it:
   * then it is the first of them, and the one that is open their last. */
  #first(): View & { readonly view: string } {
    const told = this.#errands.unanswered("page.view") as readonly ViewPage[];
    if (told.length === 0) this.#toldRef = this.#ref;
    else if (this.#toldRef !== this.#ref) this.#tell();
    const { ref, page = null, kind = "page", results = null } = told[0] ?? { ref: this.#ref, ...this.#view! };
    return { view: ref, page, kind, results };
  }

  /** What the staff see of this visit; `null` if that cannot be had. */
  show(): Promise<VisitShown | null> {
    if (this.#line.status.type !== "open") return Promise.resolve(null);
    const ref = makeRef();
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => this.#errands.refuse(ref, GIVEN_UP), SHOWN_WITHIN_MS);
      this.#asked.set(ref, (shown) => {
        clearTimeout(giveUp);
        resolve(shown);
      });
      this.#line.send({ type: "visit.show", ref });
    });
  }

  /** The card of the invitation was drawn. */
  shown(invitation: Invitation): void {
    this.#unshow();
    this.#unshow = afterPaint(this.#options.window, () => {
      if (this.invitation?.id !== invitation.id) return;
      this.#line.send({ type: "invitation.seen", invitation: invitation.id });
    });
  }

  /** The invitation was answered. */
  end(): void {
    this.invitation = null;
    this.#options.onChange();
  }

  /** A visit's key ends with the browser, a yes does not: ask for one once in each tab. */
  async #admit(): Promise<void> {
    const { window, marks, urls } = this.#options;
    const again = this.#admitted;
    this.#admitted = true;
    if (!again && marks.get("visit")) return;
    try {
      await post(window, urls.visit, {});
    } catch (error) {
      if (error instanceof NotDone && error.status === 403) throw new NotAdmitted(4403, "forbidden", "");
      throw error;
    }
    marks.set("visit", "1");
  }

  #told(update: VisitUpdate): void {
    switch (update.type) {
      case "visit.ready":
        this.#ready(update);
        break;
      case "watchers.changed":
        this.#watched(update.number, update.watchers);
        break;
      case "invitation.made":
        this.invitation = update.invitation;
        this.#options.onChange();
        break;
      case "invitation.ended":
        if (this.invitation?.id !== update.invitation) break;
        this.invitation = null;
        this.#options.onEnded(update.accepted);
        this.#options.onChange();
        break;
      case "visit.shown":
        if (update.ref) this.#done(update.ref, update);
        break;
      default:
        break;
    }
  }

  #ready({ now, number, watchers, invitation }: VisitReady): void {
    this.ahead = now - Date.now();
    const ended = this.invitation !== null && this.invitation.id !== invitation?.id;
    this.invitation = invitation;
    if (ended) this.#options.onEnded(false);
    // What changed while the hello was on its way.
    if (this.#view && this.#toldRef !== this.#ref) this.#tell();
    if (this.#toldActive !== this.#isActive()) this.#tellActive();
    this.#watched(number, watchers);
  }

  /** Show who is watching; what is before the visitor's eyes is then told to be. */
  #watched(number: number, watchers: readonly Watcher[]): void {
    this.watchers = watchers;
    this.#options.onChange();
    this.#unwatch();
    this.#unwatch = afterPaint(this.#options.window, () => {
      if (this.#seen !== number && this.#line.send({ type: "watchers.seen", number })) this.#seen = number;
    });
  }

  #done(ref: string, shown: VisitShown | null): void {
    this.#asked.get(ref)?.(shown);
    this.#asked.delete(ref);
  }

  #settled(): void {
    clearTimeout(this.#staleTimer);
    this.#staleTimer = undefined;
  }

  /** What is shown is no longer known to be so. */
  #clear(): void {
    this.#unwatch();
    this.#unshow();
    this.#seen = 0;
    this.watchers = [];
    this.invitation = null;
    this.#options.onChange();
  }
}
