/* Whom this console watches: a window into a site's table of visitors, one visitor's trail,
 * the invitation one is about to make. What is here is here only while somebody looks: who
 * turns away stops watching, and nothing of it stays on the screen.
 */
import { type Connection, makeRef, type Status } from "../../connection";
import type {
  AgentCommand,
  AgentUpdate,
  InvitationCard,
  Refused,
  SiteCard,
  VisitFilter,
  VisitOrder,
} from "../../protocol";
import { Attention } from "./attention";
import { isDescendingFirst, nobody, type Query, type Watching } from "./view";
import { noWindows, onlyWindows, WINDOW, windowsFor, withoutVisit, withWindow } from "./windows";

export interface WatchOptions {
  readonly now: () => number;
  /** Whether somebody can see this page. */
  readonly visible: () => boolean;
  /** An invitation that was made here was accepted: go there, if nothing is disturbed by it. */
  readonly onAccepted: (conversation: string, visit: string) => boolean;
  readonly remembered: { read(): boolean; write(open: boolean): void };
}

/** An answer that did not come until then is asked for again. */
const ANSWER_WITHIN_MS = 5_000;

/** One window that is open on the server, under our own name for it. */
interface Slot {
  readonly window: string;
  number: number | null;
  askedAt: number;
  answered: boolean;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #listeners = new Set<() => void>();
  readonly #slots: readonly Slot[] = [newSlot(), newSlot()];
  #line: Pick<Connection<AgentCommand>, "send"> | null = null;
  #isOpen = false;
  #view: Watching = nobody;
  #seen: readonly [number, number] = [0, 0];
  #trailAskedAt = 0;
  /** The visits that were invited from here, and the refs under which this was asked. */
  readonly #invited = new Set<string>();
  #asked: { readonly ref: string; readonly visit: string } | null = null;
  /** The refs of looks that are not answered yet, and of which trail. */
  readonly #looks = new Map<string, string | null>();
  readonly #attention: Attention;
  #queued = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#attention = new Attention({
      visible: options.visible,
      keep: () => this.#stillLooking(),
      lapse: () => this.#release({ trailToo: true }),
      back: () => this.#ask(),
    });
  }

  get view(): Watching {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The line over which to ask; given once it is made. */
  uses(line: Pick<Connection<AgentCommand>, "send">): void {
    this.#line = line;
  }

  start(): void {
    if (this.#options.remembered.read()) this.enter();
  }

  stop(): void {
    this.#attention.stop();
  }

  // Looking.

  /** Show the visitors: from here on they are watched, and told so. */
  enter(): void {
    if (this.#view.open) return;
    this.#set({ open: true, along: null });
    this.#options.remembered.write(true);
    this.#ask();
  }

  /** Turn away: nobody is watched from here any more, and nothing stays; but for the visit
   * with which one goes along. */
  leave(along: string | null = null): void {
    if (!this.#view.open) return;
    const { trail } = this.#view;
    const goesAlong = trail !== null && trail.visit === along && !trail.gone;
    if (!goesAlong) this.#attention.stop();
    this.#release({ trailToo: !goesAlong });
    this.#set({
      open: false,
      along: goesAlong ? along : null,
      trail: goesAlong ? trail : null,
      text: null,
      problem: null,
      asking: null,
    });
    this.#options.remembered.write(false);
  }

  chooseSite(site: number): void {
    if (site === this.#view.site) return;
    this.closeTrail();
    this.#turnTo({ site });
  }

  filterBy(filter: VisitFilter): void {
    this.#turnTo({ query: { ...this.#view.query, filter } });
  }

  /** Sort by this; asked again, the other way round. */
  sortBy(order: VisitOrder): void {
    const { query } = this.#view;
    const descending = query.order === order ? !query.descending : isDescendingFirst(order);
    this.#turnTo({ query: { ...query, order, descending } });
  }

  search(search: string): void {
    this.#turnTo({ query: { ...this.#view.query, search } });
  }

  /** The rows from `first` to `last` are in sight. */
  see(first: number, last: number): void {
    if (first === this.#seen[0] && last === this.#seen[1]) return;
    this.#seen = [first, last];
    this.#askForWindows(false);
  }

  /** Follow one visitor's trail. */
  openTrail(visit: string, site?: number): void {
    if (site !== undefined && site !== this.#view.site) this.#turnTo({ site });
    const known = this.#view.trail;
    if (known?.visit === visit && !known.gone) return;
    this.closeTrail();
    this.#set({
      trail: { visit, row: null, steps: [], site: null, gone: false },
      text: null,
      problem: null,
      asking: null,
    });
    this.#askForTrail();
  }

  closeTrail(): void {
    const { trail } = this.#view;
    if (!trail) return;
    if (!trail.gone) this.#send({ type: "visit.leave", ref: makeRef(), visit: trail.visit });
    this.#set({ trail: null, text: null, problem: null, asking: null });
  }

  /** Follow whom one talks with from page to page: their visit alone, and not the table. */
  goAlong(visit: string): void {
    if (this.#view.open || this.#view.along === visit) return;
    this.stopGoingAlong();
    this.#set({ along: visit });
    this.openTrail(visit);
  }

  stopGoingAlong(): void {
    if (this.#view.along === null) return;
    this.closeTrail();
    this.#attention.stop();
    this.#set({ along: null });
  }

  // Inviting.

  write(text: string): void {
    this.#set({ text, problem: null });
  }

  invite(text: string): void {
    const visit = this.#view.trail?.visit;
    if (!visit || !text.trim() || this.#view.asking) return;
    const ref = makeRef();
    this.#asked = { ref, visit };
    this.#invited.add(visit);
    this.#set({ asking: "invite", problem: null });
    this.#line?.send({ type: "invitation.send", ref, visit, text: text.trim() });
  }

  cancel(invitation: string): void {
    const visit = this.#view.trail?.visit;
    if (!visit || this.#view.asking) return;
    const ref = makeRef();
    this.#asked = { ref, visit };
    this.#set({ asking: "cancel", problem: null });
    this.#line?.send({ type: "invitation.cancel", ref, invitation });
  }

  dismissAccepted(): void {
    this.#set({ accepted: null });
  }

  /** Whether an answer under this ref is for here, and not for the conversations. */
  awaits(ref: string): boolean {
    return this.#asked?.ref === ref || this.#looks.has(ref);
  }

  // What comes in.

  heard(update: AgentUpdate): void {
    switch (update.type) {
      case "staff.ready":
        this.#sitesAre(update.sites.filter((site) => site.can_watch));
        return;
      case "visitors.window": {
        const slot = this.#slots.find((each) => each.window === update.window);
        if (!slot || slot.number === null || !this.#view.open) return;
        if (update.site !== this.#view.site) return;
        if (update.offset !== slot.number * WINDOW) {
          // So many rows there are not any more; or a window that was moved says how it was.
          if (update.total > slot.number * WINDOW) return;
          this.#set({ windows: { ...this.#view.windows, total: update.total } });
          this.#askForWindows(true);
          return;
        }
        slot.answered = true;
        this.#set({
          windows: withWindow(this.#view.windows, slot.number, update.rows, update.total),
          counts: update.counts,
          loaded: true,
        });
        // Fewer than there were: what is looked at may be another window now.
        this.#askForWindows(false);
        return;
      }
      case "visit.trail":
        if (update.ref !== null) this.#looks.delete(update.ref);
        if (update.visit.id !== this.#view.trail?.visit) return;
        this.#set({
          trail: {
            visit: update.visit.id,
            row: update.visit,
            steps: update.steps,
            site: update.site,
            gone: false,
          },
        });
        if (update.visit.invitation === "accepted") {
          this.#isAccepted(update.visit.id, update.visit.conversation);
        }
        return;
      case "visit.gone":
        this.#set({ windows: withoutVisit(this.#view.windows, update.visit) });
        this.#trailIsGone(update.visit);
        return;
      case "invitation.changed":
        this.#invitationIs(update.invitation);
        return;
      case "ack":
      case "refused":
        if (update.ref !== null) this.#answered(update.ref, update.type === "refused" ? update : null);
        return;
      default:
        return;
    }
  }

  statusIs(status: Status): void {
    this.#isOpen = status.type === "open";
    if (this.#isOpen) return;
    // What the server knew of us went with the line; `staff.ready` asks anew.
    this.#looks.clear();
    for (const slot of this.#slots) slot.answered = false;
  }

  /** Somebody sees this page again, or nobody does. */
  visibilityChanged(): void {
    this.#attention.visibilityChanged();
  }

  // Asking.

  #sitesAre(sites: readonly SiteCard[]): void {
    const { site } = this.#view;
    this.#set({ sites });
    if (sites.some((each) => each.id === site)) {
      this.#ask();
    } else {
      this.stopGoingAlong();
      this.closeTrail();
      this.#turnTo({ site: sites[0]?.id ?? null });
    }
  }

  /** Ask for everything that is looked at, as after a cut. */
  #ask(): void {
    this.#askForWindows(true);
    this.#askForTrail();
  }

  #askForWindows(again: boolean): void {
    const { open, site, query, windows } = this.#view;
    if (!open || this.#attention.hasLapsed || site === null) return;
    this.#attention.start();
    const [first, last] = this.#seen;
    const end = Math.max(0, windows.total - 1);
    const wanted = windowsFor(Math.min(first, end), Math.min(last, end));
    for (const [parity, slot] of this.#slots.entries()) {
      const number = wanted.find((each) => each % 2 === parity) ?? null;
      if (number === slot.number && !(again && number !== null)) continue;
      slot.number = number;
      if (number === null) {
        this.#send({ type: "visitors.leave", ref: makeRef(), window: slot.window });
        continue;
      }
      slot.askedAt = this.#options.now();
      slot.answered = false;
      this.#send({
        type: "visitors.watch",
        ref: this.#look(null),
        window: slot.window,
        site,
        ...query,
        offset: number * WINDOW,
      });
    }
    const left = onlyWindows(windows, wanted);
    if (left !== windows) this.#set({ windows: left });
  }

  #askForTrail(): void {
    const { open, along, trail } = this.#view;
    if ((!open && along === null) || this.#attention.hasLapsed || !trail || trail.gone) return;
    this.#attention.start();
    this.#trailAskedAt = this.#options.now();
    this.#send({ type: "visit.open", ref: this.#look(trail.visit), visit: trail.visit });
  }

  /** A ref for a look: whether it was refused is told here, and not above the conversations. */
  #look(visit: string | null): string {
    const ref = makeRef();
    this.#looks.set(ref, visit);
    return ref;
  }

  /** Another table: nothing of the one before stays. */
  #turnTo(change: { readonly site?: number | null; readonly query?: Query }): void {
    const other = change.site !== undefined && change.site !== this.#view.site;
    this.#seen = [0, 0];
    this.#set({ ...change, loaded: false, windows: noWindows, ...(other && { counts: null }) });
    for (const slot of this.#slots) this.#close(slot);
    this.#askForWindows(true);
  }

  #close(slot: Slot): void {
    // The first window is moved, not closed: who watches is the same all the while.
    if (slot.number !== null && slot !== this.#slots[0]) {
      this.#send({ type: "visitors.leave", ref: makeRef(), window: slot.window });
    }
    slot.number = null;
  }

  /** Stop watching, and forget what was seen. */
  #release({ trailToo }: { readonly trailToo: boolean }): void {
    const { trail } = this.#view;
    if (trailToo && trail && !trail.gone) this.#send({ type: "visit.leave", ref: makeRef(), visit: trail.visit });
    for (const slot of this.#slots) {
      if (slot.number !== null) {
        this.#send({ type: "visitors.leave", ref: makeRef(), window: slot.window });
      }
      slot.number = null;
    }
    this.#set({
      windows: noWindows,
      counts: null,
      loaded: false,
      trail: trail && { ...trail, row: null, steps: [] },
    });
  }

  #stillLooking(): void {
    if (!this.#isOpen) return;
    this.#send({ type: "watching.keep" });
    const late = this.#options.now() - ANSWER_WITHIN_MS;
    const { trail } = this.#view;
    if (this.#slots.some((each) => each.number !== null && !each.answered && each.askedAt <= late)) {
      this.#askForWindows(true);
    }
    if (trail && !trail.row && !trail.gone && this.#trailAskedAt <= late) this.#askForTrail();
  }

  #answered(ref: string, refusal: Refused | null): void {
    const visit = this.#looks.get(ref);
    this.#looks.delete(ref);
    if (refusal && visit && refusal.code === "not_found") this.#trailIsGone(visit);
    if (ref !== this.#asked?.ref || refusal?.retry_ms) return;
    const isShown = this.#asked.visit === this.#view.trail?.visit;
    this.#asked = null;
    if (isShown) this.#set({ asking: null, problem: refusal?.message ?? null });
  }

  #trailIsGone(visit: string): void {
    if (visit !== this.#view.trail?.visit) return;
    const trail = { visit, row: null, steps: [], site: null, gone: true };
    this.#set({ trail, text: null, asking: null, problem: null });
  }

  #invitationIs(card: InvitationCard): void {
    const { visit } = card;
    if (!visit) return;
    const before = this.#view.invitations.get(visit);
    if (before && before.id !== card.id && before.queued_at > card.queued_at) return;
    this.#set({ invitations: new Map(this.#view.invitations).set(visit, card) });
    if (card.state === "accepted") this.#isAccepted(visit, card.conversation);
  }

  /** Told by the invitation itself; over HTTP, where nothing is told unasked, by the trail. */
  #isAccepted(visit: string, conversation: string | null): void {
    if (!conversation || !this.#invited.delete(visit)) return;
    if (!this.#options.onAccepted(conversation, visit)) this.#set({ accepted: conversation });
  }

  #send(command: AgentCommand): void {
    this.#line?.send(command);
  }

  #set(change: Partial<Watching>): void {
    this.#view = { ...this.#view, ...change };
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

function newSlot(): Slot {
  return { window: makeRef(), number: null, askedAt: 0, answered: false };
}
