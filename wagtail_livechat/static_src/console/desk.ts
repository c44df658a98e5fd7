/* The agent's desk: what lies on it, and everything that can be done there.
 *
 * It holds the pure pieces together: state (what the server told), threads (what is in the
 * followed conversations), drafts (what is begun), the outbox (what is on its way). The view is
 * one immutable value, made anew after each change.
 */
import { type Connection, makeRef, type Outbox, type Status } from "../connection";
import {
  type AgentCommand,
  type AgentUpdate,
  type Availability,
  type CardKind,
  type ConversationCard,
  type Cursor,
  MAX_TEXT,
} from "../protocol";
import { lengthOf, normalise } from "../chat/text";
import { Canned, type CannedView, nothingCanned } from "./canned/canned";
import type { Keeper } from "./canned/kept";
import { unfilledIn } from "./canned/slash";
import type { Choosers } from "./choosers";
import type { Drafts, Mode } from "./drafts";
import { isDone, type ListName, listOf, lists, powers } from "./lists";
import { arrivals, nothingYet, type State, told } from "./state";
import {
  caughtUp,
  cursorOf,
  draftOf,
  followed,
  heard,
  missedSince,
  noteWritten,
  replyWritten,
  standing,
  type Threads,
  unfollowed,
  withGaps,
  writingRefused,
  writingWithdrawn,
} from "./threads";
import { type Times, timesIn } from "./time";
import { words } from "./words";

/** Something was asked about a conversation and is not answered yet. */
export type Doing = "pick_up" | "close" | "reopen" | "give_back";

export interface View {
  readonly state: State;
  readonly threads: Threads;
  readonly status: Status;
  /** Since when there is no line; `null` while there is one. */
  readonly cutSince: number | null;
  readonly list: ListName;
  readonly selected: string | null;
  readonly mode: Mode;
  readonly text: string;
  /** Where the conversation stood when the text was begun, where it stands elsewhere now. */
  readonly stale: ListName | null;
  readonly doing: ReadonlyMap<string, Doing>;
  readonly closeAsked: boolean;
  readonly problem: string | null;
  readonly announcement: string;
  readonly begun: ReadonlySet<string>;
  readonly sound: boolean;
  readonly fetchingClosed: boolean;
  readonly now: number;
  readonly language: string;
  readonly times: Times;
  /** Where a conversation can be read as a transcript, if this user may. */
  readonly transcriptOf: (card: ConversationCard) => string | null;
  /** With what one chooses a page, an image or a document to send. */
  readonly choosers: Choosers | null;
  /** The conversations into which such a card is on its way. */
  readonly sendingCards: ReadonlySet<string>;
  readonly canned: CannedView;
}

export interface DeskOptions {
  readonly drafts: Drafts;
  readonly keeper?: Keeper;
  readonly outbox: Outbox<AgentCommand>;
  readonly line: (wiring: LineWiring) => Connection<AgentCommand>;
  readonly sound: { readonly wanted: () => boolean; readonly want: (on: boolean) => void };
  readonly language: string;
  readonly transcriptOf?: (card: ConversationCard) => string | null;
  readonly choosers?: Choosers;
  /** Whether what was asked under this ref is answered elsewhere on the page. */
  readonly elsewhere?: (ref: string) => boolean;
  readonly now: () => number;
  /** Whether somebody looks at this page. */
  readonly watched: () => boolean;
  /** Remembers from page to page what was open. */
  readonly remembered: { read(): string | null; write(conversation: string | null): void };
}

export interface LineWiring {
  readonly onUpdate: (update: AgentUpdate) => void;
  readonly onStatus: (status: Status) => void;
  readonly cursors: () => readonly Cursor[];
}

/** How many conversations stay followed after one looked away: coming back is then instant. */
const FOLLOWED_AT_ONCE = 20;
const GAP_PATIENCE_MS = 300;
/** A line that is back within this time was never worth a word: another tab took it over. */
export const CUT_PATIENCE_MS = 1_500;
const CHOICE_MADE_MS = 300;
const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 5_000;

export class Desk {
  readonly #options: DeskOptions;
  readonly #line: Connection<AgentCommand>;
  readonly canned: Canned;
  readonly #listeners = new Set<() => void>();
  #view: View;
  /** Where each conversation stood when its reply was begun. */
  readonly #begunIn = new Map<string, ListName | null>();
  /** The conversations about which something was asked, by ref. */
  readonly #asked = new Map<string, string>();
  /** The conversations that were asked for and have not come, by ref. */
  readonly #opening = new Map<string, string>();
  /** The followed conversations, the last looked at last. */
  #looked: readonly string[] = [];
  /** Where the threads stood when the line was last lost. */
  #stood: ReadonlyMap<string, number> = new Map();
  #closedRef: string | null = null;
  /** What this agent chose and the server has not confirmed. */
  #wanted: { readonly availability: Availability; readonly capacity: number } | null = null;
  #wantedTimer: ReturnType<typeof setTimeout> | undefined;
  #availabilityRef: string | null = null;
  #readMark = new Map<string, number>();
  #typing: { conversation: string; at: number } | null = null;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: (() => void) | undefined;
  #queued = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.canned = new Canned({
      send: (command) => this.#line.send(command),
      changed: (canned) => this.#set({ canned }),
      keeper: options.keeper,
    });
    this.#view = {
      state: nothingYet,
      threads: new Map(),
      status: { type: "idle" },
      cutSince: null,
      list: "waiting",
      selected: null,
      mode: "reply",
      text: "",
      stale: null,
      doing: new Map(),
      closeAsked: false,
      problem: null,
      announcement: "",
      begun: options.drafts.begun(),
      sound: options.sound.wanted(),
      fetchingClosed: false,
      now: options.now(),
      language: options.language,
      times: timesIn(options.language),
      transcriptOf: options.transcriptOf ?? (() => null),
      choosers: options.choosers ?? null,
      sendingCards: new Set(),
      canned: nothingCanned,
    };
    this.#line = options.line({
      onUpdate: (update) => this.#heard(update),
      onStatus: (status) => this.#statusIs(status),
      cursors: () => this.#cursors(),
    });
  }

  get view(): View {
    return this.#view;
  }

  /** Called once after each bundle of changes. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#tick !== undefined) return;
    this.#tick = setInterval(() => this.#set({ now: this.#options.now() }), 1_000);
    this.#unsubscribe = this.#options.outbox.subscribe(() => this.#takeFromOutbox());
    this.#takeFromOutbox();
    const remembered = this.#options.remembered.read();
    if (remembered) this.open(remembered);
    this.#line.start();
  }

  stop(): void {
    clearInterval(this.#tick);
    clearTimeout(this.#typingTimer);
    clearTimeout(this.#gapTimer);
    if (this.#wantedTimer !== undefined) this.#sendWanted();
    this.#tick = undefined;
    this.#gapTimer = undefined;
    this.#unsubscribe?.();
    this.#line.stop();
  }

  // Looking.

  show(list: ListName): void {
    this.#set({ list });
    if (list === "closed" && !lists(this.#view.state).closed.length) this.fetchClosed();
  }

  open(conversation: string): void {
    if (this.#view.selected === conversation) return;
    this.#stopTyping();
    this.#follow(conversation);
    this.#set({
      selected: conversation,
      mode: "reply",
      text: this.#options.drafts.read(conversation, "reply"),
      closeAsked: false,
      problem: null,
    });
    this.#options.remembered.write(conversation);
    this.canned.turnTo(conversation);
    this.#weigh();
    this.#markRead();
    this.#attend();
  }

  /** Look at the lists again; the conversation stays as it is. */
  leave(): void {
    this.#stopTyping();
    this.#set({ selected: null, text: "", stale: null, closeAsked: false, problem: null });
    this.#options.remembered.write(null);
    this.canned.turnTo(null);
  }

  /** The conversation above or below the one that is open, in the list that is shown. */
  step(by: 1 | -1): void {
    const { state, list, selected } = this.#view;
    const shown = lists(state)[list];
    if (shown.length === 0) return;
    const at = shown.findIndex((card) => card.id === selected);
    const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by];
    if (next) this.open(next.id);
  }

  /** Somebody looks: what is shown counts as read. */
  looked(): void {
    this.#markRead();
  }

  // Writing.

  setMode(mode: Mode): void {
    const { selected } = this.#view;
    if (!selected || mode === this.#view.mode) return;
    this.#stopTyping();
    this.#set({ mode, text: this.#options.drafts.read(selected, mode), problem: null });
    this.#weigh();
  }

  write(text: string): void {
    const { selected, mode, state } = this.#view;
    if (!selected) return;
    const before = this.#view.text;
    this.#options.drafts.write(selected, mode, text);
    this.#set({ text, begun: this.#options.drafts.begun() });
    if (mode !== "reply") return;
    if (!text.trim()) this.canned.emptied();
    if (!before || !text) {
      const card = state.cards.get(selected);
      this.#begunIn.set(selected, card ? listOf(state, card) : null);
      this.#weigh();
    }
    if (text.trim()) this.#typed(selected);
    else this.#stopTyping();
  }

  /** Send what is written, unless the conversation is no longer what it was when it was begun. */
  send(): void {
    const { selected, mode, state, stale } = this.#view;
    const card = selected ? state.cards.get(selected) : undefined;
    const text = normalise(this.#view.text);
    if (!selected || !card || !text || lengthOf(text) > MAX_TEXT) return;
    const can = powers(state, card);
    if (mode === "reply" ? !can.reply || unfilledIn(text).length > 0 : !can.note) return;
    if (mode === "reply" && stale !== null) {
      // Told once: whoever presses again knows.
      this.#begunIn.set(selected, listOf(state, card));
      this.#set({ stale: null, problem: this.#staleWords(card) });
      return;
    }
    const asked = { ref: makeRef(), conversation: selected, text };
    if (mode === "note") this.#line.send({ type: "note.add", ...asked });
    else {
      this.#line.send({ type: "reply.send", ...asked });
      this.canned.sent({ type: "reply.send", ...asked });
    }
    this.#stopTyping();
    this.#options.drafts.write(selected, mode, "");
    this.#begunIn.delete(selected);
    this.#set({
      text: mode === "reply" ? "" : this.#options.drafts.read(selected, "reply"),
      // A note is an exception: the next words are for the visitor again, and visibly so.
      mode: "reply",
      begun: this.#options.drafts.begun(),
      // Whoever answers has taken note; unless what was missed is still to come.
      threads:
        this.#view.status.type === "open"
          ? caughtUp(this.#view.threads, selected)
          : this.#view.threads,
      stale: null,
      problem: null,
    });
  }

  sendCard(conversation: string, kind: CardKind, id: number): void {
    this.#set({ problem: null });
    this.#line.send({ type: "card.send", ref: makeRef(), conversation, kind, id });
  }

  /** Send again what was refused. */
  retry(ref: string): void {
    this.#options.outbox.retry(ref);
  }

  /** Put back into the composer what was refused. */
  takeBack(ref: string): void {
    const { selected, threads } = this.#view;
    const thread = selected ? threads.get(selected) : undefined;
    const draft = thread && draftOf(thread, ref);
    if (!selected || !thread || !draft) return;
    const mode: Mode = thread.noteDrafts.includes(draft) ? "note" : "reply";
    this.#options.outbox.settle(ref);
    this.#set({ threads: writingWithdrawn(this.#view.threads, ref) });
    this.setMode(mode);
    const begun = this.#options.drafts.read(selected, mode);
    this.write(begun ? `${draft.text}\n${begun}` : draft.text);
  }

  // Deciding.

  pickUp(conversation: string): void {
    this.#ask("pick_up", conversation);
  }

  askToClose(asked: boolean): void {
    this.#set({ closeAsked: asked });
  }

  close(conversation: string): void {
    this.#set({ closeAsked: false });
    this.#ask("close", conversation);
  }

  reopen(conversation: string): void {
    this.#ask("reopen", conversation);
  }

  /** Let the signpost answer what the visitor writes from now on. */
  giveBack(conversation: string): void {
    this.#ask("give_back", conversation);
  }

  /** Shown at once; sent when the choice is made, for a number is reached in several clicks. */
  setAvailability(availability: Availability, capacity: number): void {
    if (!this.#view.state.me) return;
    this.#wanted = { availability, capacity };
    this.#availabilityRef = null;
    this.#set({ state: this.#asWanted(this.#view.state) });
    clearTimeout(this.#wantedTimer);
    this.#wantedTimer = setTimeout(() => this.#sendWanted(), CHOICE_MADE_MS);
  }

  fetchClosed(): void {
    if (this.#closedRef) return;
    const oldest = lists(this.#view.state).closed.at(-1);
    this.#closedRef = makeRef();
    this.#set({ fetchingClosed: true });
    this.#line.send({
      type: "closed.fetch",
      ref: this.#closedRef,
      before: this.#view.state.olderClosed && oldest ? oldest.last_at : null,
    });
  }

  setSound(on: boolean): void {
    this.#options.sound.want(on);
    this.#set({ sound: on });
  }

  checkLine(): void {
    this.#line.check();
  }

  /** Another tab wrote or sent a draft. */
  checkDrafts(): void {
    const { selected, mode } = this.#view;
    const { drafts } = this.#options;
    this.#set({ text: selected ? drafts.read(selected, mode) : "", begun: drafts.begun() });
    this.#weigh();
  }

  /** Something was taken over from a tab that is gone. */
  checkOutbox(): void {
    this.#takeFromOutbox();
  }

  dismissProblem(): void {
    this.#set({ problem: null });
  }

  // What comes in.

  #heard(update: AgentUpdate): void {
    const before = this.#view;
    const now = this.#options.now();
    if (update.type === "ack" || (update.type === "refused" && update.ref && !update.retry_ms)) {
      // From here on the server's word counts again.
      if (update.ref === this.#availabilityRef) this.#wanted = null;
    }
    const state = this.#asWanted(told(before.state, update, now));
    this.#set({ state, threads: heard(before.threads, update), now });
    switch (update.type) {
      case "staff.ready":
        this.#set({ threads: this.#stillThere(before) });
        this.#showWhatWasOpen(before);
        break;
      case "thread":
        if (update.ref) this.#opening.delete(update.ref);
        break;
      case "closed.cards":
        if (update.ref === this.#closedRef) {
          this.#closedRef = null;
          this.#set({ fetchingClosed: false });
        }
        break;
      case "ack":
        this.#answered(update.ref, null);
        break;
      case "refused":
        if (update.ref && !update.retry_ms) this.#answered(update.ref, update);
        break;
      default:
        break;
    }
    this.canned.heard(update);
    this.#announce(before, update);
    this.#settleDoing();
    this.#weigh();
    this.#markRead();
    this.#attend();
    this.#fillGaps();
  }

  /** What the visitor said last may have an answer in the library. */
  #attend(): void {
    const { selected, state, threads } = this.#view;
    const card = selected ? state.cards.get(selected) : undefined;
    if (!selected || !card || !powers(state, card).reply) return;
    const said = threads.get(selected)?.history.messages ?? [];
    this.canned.attend(said.filter(({ kind }) => kind !== "notice").at(-1));
  }

  #statusIs(status: Status): void {
    const before = this.#view;
    const now = this.#options.now();
    if (status.type === "open") {
      const missed = before.cutSince !== null && now - before.cutSince >= CUT_PATIENCE_MS;
      const threads = missed ? missedSince(before.threads, this.#stood) : before.threads;
      this.#set({ status, threads, cutSince: null, now });
      if (missed && before.state.ready) this.#say(words.backAgain());
      return;
    }
    if (before.status.type === "open") {
      this.#stood = standing(before.threads);
      this.#opening.clear();
    }
    this.#set({ status, cutSince: before.cutSince ?? now });
  }

  /** A conversation that the server no longer names was closed, or is not ours to see. */
  #stillThere(before: View): Threads {
    const { state } = this.#view;
    for (const conversation of this.#looked) {
      if (!state.cards.has(conversation) && before.state.cards.has(conversation)) {
        this.#request(conversation);
      }
    }
    return this.#view.threads;
  }

  /** After a reload the list is the one where the conversation is that was open. */
  #showWhatWasOpen({ state, selected }: View): void {
    const card = selected && !state.ready ? this.#view.state.cards.get(selected) : undefined;
    if (card) this.#set({ list: listOf(this.#view.state, card) });
  }

  #answered(ref: string, refusal: { readonly code: string; readonly message: string } | null): void {
    const conversation = this.#opening.get(ref);
    this.#opening.delete(ref);
    if (refusal && conversation && (refusal.code === "not_found" || refusal.code === "forbidden")) {
      this.#forget(conversation);
      return;
    }
    if (refusal && ref === this.#closedRef) {
      this.#closedRef = null;
      this.#set({ fetchingClosed: false });
    }
    if (refusal && ref === this.#availabilityRef) this.#line.resync();
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    if (asked && refusal) {
      // What was done is seen by the conversation itself, in a moment: until then it is underway.
      const doing = new Map(this.#view.doing);
      doing.delete(asked);
      this.#set({ doing });
    }
    const wasWriting = this.#options.outbox.list().some((waiting) => waiting.ref === ref);
    // A reply for which there is no place is no failure: it waits where it was written.
    const isFull = wasWriting && refusal?.code === "at_capacity";
    if (isFull) this.takeBack(ref);
    const isOurs = !wasWriting && !this.canned.asked(ref) && !this.#options.elsewhere?.(ref);
    if (refusal && (isFull || isOurs)) this.#set({ problem: refusal.message });
  }

  /** What was asked is visibly done, even if the answer itself was lost. */
  #settleDoing(): void {
    const { state, doing } = this.#view;
    const left = new Map(doing);
    for (const [conversation, what] of doing) {
      const card = state.cards.get(conversation);
      if (!card) continue;
      if (isDone(state, card, what)) left.delete(conversation);
    }
    if (left.size !== doing.size) this.#set({ doing: left });
  }

  /** Say once, in words, what somebody who does not see the screen must know. */
  #announce(before: View, update: AgentUpdate): void {
    const { state, selected } = this.#view;
    const came = arrivals(before.state, state);
    if (came.length === 1 && came[0]) this.#say(words.newConversation(words.visitor(came[0].label)));
    else if (came.length > 1) this.#say(words.newConversations(came.length));
    if (
      update.type === "thread.message" &&
      update.conversation === selected &&
      update.message.kind === "visitor" &&
      update.message.seq > (before.threads.get(selected)?.history.last ?? 0)
    ) {
      const label = state.cards.get(selected)?.label ?? "";
      this.#say(words.said(words.visitor(label), update.message.text));
    }
    // The lists follow the agent: what was picked up is now among the own ones.
    if (selected) {
      const was = before.state.cards.get(selected);
      const is = state.cards.get(selected);
      if (was && is && powers(before.state, was).pickUp && listOf(state, is) === "mine") {
        this.#set({ list: "mine" });
      }
    }
  }

  #say(announcement: string): void {
    // The same words twice must still be a change.
    const repeated = this.#view.announcement === announcement;
    this.#set({ announcement: repeated ? `${announcement}\u00a0` : announcement });
  }

  #ask(doing: Doing, conversation: string): void {
    if (this.#view.doing.has(conversation)) return;
    const ref = makeRef();
    this.#asked.set(ref, conversation);
    this.#set({ doing: new Map(this.#view.doing).set(conversation, doing), problem: null });
    this.#line.send({ type: `conversation.${doing}`, ref, conversation });
  }

  #sendWanted(): void {
    clearTimeout(this.#wantedTimer);
    this.#wantedTimer = undefined;
    if (!this.#wanted) return;
    this.#availabilityRef = makeRef();
    this.#line.send({ type: "availability.set", ref: this.#availabilityRef, ...this.#wanted });
  }

  #asWanted(state: State): State {
    if (!this.#wanted || !state.me) return state;
    return { ...state, me: { ...state.me, ...this.#wanted } };
  }

  // Following.

  #follow(conversation: string): void {
    const known = this.#looked.includes(conversation);
    this.#looked = [...this.#looked.filter((each) => each !== conversation), conversation];
    this.#set({ threads: followed(this.#view.threads, conversation) });
    if (!known) this.#request(conversation);
    for (const old of this.#looked.slice(0, Math.max(0, this.#looked.length - FOLLOWED_AT_ONCE))) {
      this.#looked = this.#looked.filter((each) => each !== old);
      this.#set({ threads: unfollowed(this.#view.threads, old) });
      this.#line.send({ type: "conversation.leave", ref: makeRef(), conversation: old });
    }
  }

  #request(conversation: string): void {
    if ([...this.#opening.values()].includes(conversation)) return;
    const thread = this.#view.threads.get(conversation);
    if (!thread) return;
    const ref = makeRef();
    this.#opening.set(ref, conversation);
    this.#line.send({ type: "conversation.open", ref, ...cursorOf(conversation, thread) });
  }

  /** It is not there, or not for this agent. */
  #forget(conversation: string): void {
    this.#looked = this.#looked.filter((each) => each !== conversation);
    this.#set({ threads: unfollowed(this.#view.threads, conversation) });
    if (this.#view.selected === conversation) this.leave();
  }

  #cursors(): readonly Cursor[] {
    return this.#looked.flatMap((conversation) => {
      const thread = this.#view.threads.get(conversation);
      return thread ? [cursorOf(conversation, thread)] : [];
    });
  }

  /** What is announced but missing is asked for, once it had time to arrive by itself. */
  #fillGaps(): void {
    if (this.#gapTimer !== undefined || withGaps(this.#view.threads).length === 0) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      for (const conversation of withGaps(this.#view.threads)) {
        if (this.#looked.includes(conversation)) this.#request(conversation);
      }
    }, GAP_PATIENCE_MS);
  }

  // What is on its way.

  #takeFromOutbox(): void {
    let { threads } = this.#view;
    const waiting = new Set<string>();
    const sendingCards = new Set<string>();
    for (const { ref, command, at, refusal } of this.#options.outbox.list()) {
      if (command.type === "card.send") sendingCards.add(command.conversation);
      if (command.type !== "reply.send" && command.type !== "note.add") continue;
      waiting.add(ref);
      const known = draftNamed(threads, ref);
      if (!known || (known.failure && !refusal)) {
        const draft = { ref, text: command.text, at };
        threads =
          command.type === "reply.send"
            ? replyWritten(threads, command.conversation, draft)
            : noteWritten(threads, command.conversation, draft);
      }
      if (refusal && !known?.failure) threads = writingRefused(threads, ref, refusal);
    }
    // Gone without an acknowledgement here: another tab took it back, or sent it.
    for (const thread of threads.values()) {
      for (const draft of [...thread.history.drafts, ...thread.noteDrafts]) {
        if (!waiting.has(draft.ref) && draft.failure) threads = writingWithdrawn(threads, draft.ref);
      }
    }
    if (threads !== this.#view.threads) this.#set({ threads });
    if (sendingCards.size + this.#view.sendingCards.size > 0) this.#set({ sendingCards });
  }

  // Being seen to write, and having read.

  #typed(conversation: string): void {
    const card = this.#view.state.cards.get(conversation);
    if (!card || listOf(this.#view.state, card) !== "mine") return;
    const now = this.#options.now();
    if (this.#typing?.conversation !== conversation || now - this.#typing.at >= TYPING_EVERY_MS) {
      this.#typing = { conversation, at: now };
      this.#line.send({ type: "reply.typing", conversation, active: true });
    }
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#stopTyping(), TYPING_ENDS_MS);
  }

  #stopTyping(): void {
    clearTimeout(this.#typingTimer);
    if (!this.#typing) return;
    const { conversation } = this.#typing;
    this.#typing = null;
    this.#line.send({ type: "reply.typing", conversation, active: false });
  }

  /** The visitor is told "seen" by whoever answers, not by a colleague who looks in. */
  #markRead(): void {
    const { selected, state, threads, status } = this.#view;
    const card = selected ? state.cards.get(selected) : undefined;
    const last = selected ? (threads.get(selected)?.history.last ?? 0) : 0;
    if (!selected || !card || status.type !== "open" || !this.#options.watched()) return;
    if (listOf(state, card) !== "mine" || last <= card.read_by_staff) return;
    if ((this.#readMark.get(selected) ?? 0) >= last && card.unread === 0) return;
    if (this.#readMark.get(selected) === last) return;
    this.#readMark.set(selected, last);
    this.#line.send({ type: "thread.mark_read", conversation: selected, seq: last });
  }

  // The stale-view guard.

  /** Compare where the open conversation stands with where it stood when its reply was begun. */
  #weigh(): void {
    const { selected, state, text, mode } = this.#view;
    const card = selected ? state.cards.get(selected) : undefined;
    if (!selected || !card || mode !== "reply" || !text.trim()) {
      if (this.#view.stale !== null) this.#set({ stale: null });
      return;
    }
    const is = listOf(state, card);
    if (!this.#begunIn.has(selected)) this.#begunIn.set(selected, is);
    const was = this.#begunIn.get(selected) ?? null;
    // That it is one's own now is no surprise.
    const stale = was === is || is === "mine" ? null : is;
    if (stale !== this.#view.stale) this.#set({ stale });
  }

  #staleWords(card: ConversationCard): string {
    switch (listOf(this.#view.state, card)) {
      case "team":
        return words.staleTaken(card.agent?.alias ?? "");
      case "closed":
        return words.staleClosed();
      default:
        return words.staleWaiting();
    }
  }

  #set(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

function draftNamed(threads: Threads, ref: string) {
  for (const thread of threads.values()) {
    const draft = draftOf(thread, ref);
    if (draft) return draft;
  }
  return undefined;
}
