/** A visitor's side of the chat: the state, the line, and what this browser keeps.
 *
 * It knows no element: the panel reads `state` and calls the verbs.
 */
import {
  browserPage,
  type Connection,
  createConnection,
  createExchange,
  makeRef,
  NotAdmitted,
  Outbox,
  socketAddress,
  Tabs,
} from "../connection";
import type { Config } from "../loader/config";
import type { Emit } from "../loader/api";
import { forget, NOTHING, recall, remember, type Remembered, storageOf, storagePrefix } from "../loader/memory";
import { type Message, VERSION, type VisitorCommand, type VisitorUpdate } from "../protocol";
import { missingSince } from "../thread";
import * as states from "./state";
import { normalise } from "./text";

/** A message that lay here longer is not sent behind the visitor's back. */
export const STALE_MS = 12 * 60 * 60 * 1_000;
const TYPING_EVERY_MS = 3_000;
const GRACE_MS = 1_000;
/** What changes the conversation: it is done in the order in which the visitor did it. */
const IN_ORDER = new Set(["message.send", "conversation.end", "conversation.rate", "answer.judge", "person.ask"]);

export interface SessionOptions {
  readonly window: Window;
  readonly config: Config;
  readonly emit: Emit;
  readonly page: () => string | null;
  /** Why a stale message was not sent, in the visitor's words. */
  readonly staleReason: string;
  readonly onChange: () => void;
  /** An agent, or the signpost, said something that was not here before. */
  readonly onNews: (message: Message) => void;
  readonly connect?: typeof createConnection;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #storage: Storage | null;
  readonly #outbox: Outbox<VisitorCommand>;
  readonly #tabs: Tabs<VisitorCommand>;
  readonly #line: Connection<VisitorCommand>;
  readonly #tab = makeRef();

  state: states.State = states.INITIAL;
  remembered: Remembered;

  #running = false;
  #typingSent = 0;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #fetchTimer: ReturnType<typeof setTimeout> | undefined;
  #writingTimer: ReturnType<typeof setTimeout> | undefined;
  #marked = 0;
  #shareRef: string | null = null;
  #caughtUp = false;
  #unsubscribe: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { window, config } = options;
    this.#storage = storageOf(window, "localStorage");
    this.remembered = recall(this.#storage, config.site, Date.now());
    const prefix = `${storagePrefix(config.site)}out:`;
    this.#outbox = new Outbox<VisitorCommand>({
      prefix,
      storage: this.#storage,
      tab: this.#tab,
      now: Date.now,
      keep: (command) => (command.type === "message.send" ? "stored" : "tab"),
      // What changes the conversation keeps its order; a fetch does not wait for it.
      lane: ({ type }) => (IN_ORDER.has(type) ? "" : type),
    });
    this.#tabs = new Tabs({
      outbox: this.#outbox,
      tab: this.#tab,
      prefix,
      locks: window.navigator.locks ?? null,
      window,
      onAdopted: () => this.#setAside(),
    });
    this.#line = (options.connect ?? createConnection)<VisitorCommand, VisitorUpdate>({
      socketUrl: () => socketAddress(config.urls.socket, window.location.href),
      exchange: createExchange({ url: config.urls.exchange }),
      admit: () => this.#post(config.urls.start),
      hello: () => ({
        type: "hello",
        v: VERSION,
        language: config.language,
        since: this.state.history.last,
        ...this.#place(),
      }),
      pong: { type: "pong" },
      ready: "ready",
      storedRefs: (update) =>
        update.type === "message.sent"
          ? [update.message.ref]
          : update.type === "messages" || update.type === "ready"
            ? update.messages.map((message) => message.ref)
            : [],
      outbox: this.#outbox,
      onUpdate: (update) => this.#told(update),
      onStatus: (status) => {
        this.#set(states.statusChanged(this.state, status));
        if (status.type === "refused" && status.closeCode === 4410) this.#gone(status.message);
      },
      page: browserPage(window),
      memory: this.#pollMemory(),
    });
  }

  /** False when this browser keeps nothing beyond the page. */
  get lasting(): boolean {
    return this.#outbox.lasting;
  }

  get hasUnsent(): boolean {
    return this.#outbox.list().some(({ command }) => command.type === "message.send");
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unsubscribe = this.#outbox.subscribe(() => {
      this.state = states.outboxChanged(this.state, this.#outbox.list());
      this.#options.onChange();
    });
    this.#setAside();
    this.#set(states.outboxChanged(this.state, this.#outbox.list()));
    this.#tabs.start();
    this.#line.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    clearTimeout(this.#typingTimer);
    clearTimeout(this.#writingTimer);
    clearTimeout(this.#fetchTimer);
    this.#tabs.stop();
    this.#line.stop();
    this.#unsubscribe?.();
  }

  /** After a refusal: try once more, because the visitor asks. */
  again(): void {
    this.#line.stop();
    this.#line.start();
  }

  write(text: string): boolean {
    const fit = normalise(text);
    if (!fit) return false;
    this.stopTyping();
    this.state = { ...this.state, forgotten: false };
    const place = states.isWithSignpost(this.state) ? this.#place() : {};
    this.#outbox.add({ type: "message.send", ref: makeRef(), text: fit, ...place });
    this.start();
    return true;
  }

  /** Whether what the signpost said helped. */
  judge(seq: number, helped: boolean): void {
    this.#line.send({ type: "answer.judge", ref: makeRef(), seq, helped });
  }

  /** Whether the conversation that is over helped. */
  rate(helped: boolean): void {
    this.#line.send({ type: "conversation.rate", ref: makeRef(), helped });
  }

  askForPerson(): void {
    this.#line.send({ type: "person.ask", ref: makeRef() });
    this.start();
  }

  /** The page that is open, where it matters to the signpost. */
  #place(): { page?: string } {
    const page = this.#options.config.signpost ? this.#options.page() : null;
    return page === null ? {} : { page };
  }

  retry(ref: string): void {
    this.#outbox.retry(ref);
    this.start();
  }

  /** Take a failed message back; returns its text. */
  takeBack(ref: string): string {
    const text = this.state.history.drafts.find((draft) => draft.ref === ref)?.text ?? "";
    this.#outbox.settle(ref);
    this.#set({ ...this.state, history: { ...this.state.history, drafts: this.state.history.drafts.filter((draft) => draft.ref !== ref) } });
    return text;
  }

  /** A key was pressed. Tells that something is written, at most every three seconds. */
  typing(): void {
    if (this.state.conversation === null) return;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.stopTyping(), states.TYPING_MS - 1_000);
    if (Date.now() - this.#typingSent < TYPING_EVERY_MS) return;
    this.#typingSent = Date.now();
    this.#line.send({ type: "typing.set", active: true });
  }

  stopTyping(): void {
    clearTimeout(this.#typingTimer);
    if (this.#typingSent === 0) return;
    this.#typingSent = 0;
    this.#line.send({ type: "typing.set", active: false });
  }

  /** Everything up to the last message is before the visitor's eyes. */
  read(): void {
    const { last } = this.state.history;
    this.#set(states.shown(this.state, last));
    this.#markRead();
  }

  end(): void {
    if (this.state.conversation) this.#line.send({ type: "conversation.end", ref: makeRef() });
  }

  setSharing(sharing: boolean): void {
    this.note({ sharing });
    this.#share();
  }

  /** Another page is before the visitor: the team sees the new one, if the visitor shows it. */
  pageChanged(): void {
    this.#share();
  }

  /** End, and make server and browser forget. Throws when the server could not be reached. */
  async forget(): Promise<void> {
    const { config, window } = this.#options;
    await this.#post(config.urls.forget);
    this.stop();
    this.#outbox.clear();
    forget(this.#storage, config.site);
    forget(storageOf(window, "sessionStorage"), config.site);
    this.remembered = NOTHING;
    this.#forgetMarks();
    this.#set(states.forgot(this.state));
  }

  /** The conversation was erased, here or elsewhere. What was not sent stays with the visitor,
   * and is not sent into another conversation behind the visitor's back. */
  #gone(why: string): void {
    for (const { ref } of this.#outbox.list()) {
      this.#outbox.refuse(ref, { code: "gone", message: why });
    }
    this.stop();
    this.#forgetMarks();
    this.state = states.outboxChanged(states.forgot(this.state), this.#outbox.list());
    // Whichever tab it was forgotten in, none of them keeps anything of it.
    this.note({ ...NOTHING });
  }

  #forgetMarks(): void {
    this.#marked = 0;
    this.#caughtUp = false;
  }

  /** Remember what the visitor did, for the next page. */
  note(change: Partial<Remembered>): void {
    // What another tab noted since is not written over with what this one knew before.
    const kept = recall(this.#storage, this.#options.config.site, Date.now());
    const known = kept.at >= this.remembered.at ? kept : this.remembered;
    this.remembered = { ...known, ...change, at: Date.now() };
    remember(this.#storage, this.#options.config.site, this.remembered);
    this.#options.onChange();
  }

  /** Another tab noted something: what the visitor chose there holds here too. */
  heard({ key }: Pick<StorageEvent, "key">): void {
    const { site } = this.#options.config;
    if (key !== `${storagePrefix(site)}state`) return;
    const { sound, sharing, shows } = recall(this.#storage, site, Date.now());
    this.remembered = { ...this.remembered, sound, sharing, shows };
    this.#options.onChange();
  }

  #set(state: states.State): void {
    if (state === this.state) return;
    this.state = state;
    this.#options.onChange();
  }

  #told(update: VisitorUpdate): void {
    const before = this.state;
    if (update.type === "refused" && update.code === "bad_cursor" && !update.ref) {
      // Our memory of the thread is of another one: read it from the beginning.
      this.#set({ ...this.state, conversation: null, history: { ...states.INITIAL.history, drafts: before.history.drafts } });
      this.#line.resync();
      return;
    }
    if (update.type === "ready" && this.#isAnother(update)) {
      this.#set({ ...states.told(this.state, { ...update, messages: [] }, Date.now()) });
      this.#line.resync();
      return;
    }
    this.#set(states.told(this.state, update, Date.now()));
    if (update.type === "typing" && update.active) this.#forgetTyping();
    this.#mind(update);
    // A wish from before the first message waits for the conversation.
    if (update.type === "ready" || !before.conversation) this.#share();
    this.#tell(before);
    const stopped = before.conversation?.page_shared && this.state.conversation?.page_shared === false;
    // Another tab stopped showing the page, or the server will not: so do we.
    const refused = update.type === "refused" && update.ref === this.#shareRef && !update.retry_ms;
    if ((stopped || refused) && this.remembered.sharing && !this.#isShareUnderway()) this.note({ sharing: false });
    this.#markRead();
  }

  /** A fresh state of another conversation, cut at a cursor that belonged to the former one. */
  #isAnother(update: VisitorUpdate & { type: "ready" }): boolean {
    const { conversation, history } = this.state;
    return (
      history.last > 0 && conversation !== null && update.conversation?.id !== conversation.id &&
      update.conversation !== null
    );
  }

  #tell(before: states.State): void {
    const { history, conversation } = this.state;
    const { emit, onNews } = this.#options;
    const known = before.history.last;
    const first = !this.#caughtUp;
    for (const message of history.messages) {
      if (message.seq <= known || message.kind === "notice") continue;
      if (!first) emit("message", { from: message.kind });
      if (!first && states.isNews(message.kind)) onNews(message);
    }
    if (before.conversation && before.conversation.state !== "closed" && conversation?.state === "closed") {
      emit("ended", {});
    }
    // What was there before this page is not news.
    if (this.state.status.type === "open" && missingSince(history) === null) this.#caughtUp = true;
  }

  /** See that nothing stays missing. What was just announced has a moment to come by itself. */
  #mind(update: VisitorUpdate): void {
    clearTimeout(this.#fetchTimer);
    if (missingSince(this.state.history) === null) {
      if ((update.type === "messages" || update.type === "ready") && update.more) this.#fetchMissing(true);
      return;
    }
    const announced = update.type === "ack" || update.type === "conversation.changed";
    if (!announced || this.state.history.held.length > 0) this.#fetchMissing(false);
    else this.#fetchTimer = setTimeout(() => this.#fetchMissing(false), GRACE_MS);
  }

  #fetchMissing(more: boolean): void {
    const since = missingSince(this.state.history) ?? (more ? this.state.history.last : null);
    if (since === null) return;
    if (this.#outbox.list().some(({ command }) => command.type === "messages.fetch")) return;
    this.#line.send({ type: "messages.fetch", ref: makeRef(), since });
  }

  #markRead(): void {
    const { conversation, seen } = this.state;
    if (!conversation || seen <= Math.max(this.#marked, conversation.read_by_visitor)) return;
    if (this.#line.send({ type: "read.mark", seq: seen })) this.#marked = seen;
  }

  /** Show the team this page, or stop, if that is not what they see already. */
  #share(): void {
    const { conversation } = this.state;
    const wished = this.remembered.sharing ? this.#options.page() : null;
    if (!conversation || this.#line.status.type !== "open") return;
    if (wished === null) {
      if (!conversation.page_shared) return;
    } else {
      if (conversation.page_shared && wished === this.remembered.shows) return;
      // Of several tabs, the one that the visitor looks at.
      if (this.#options.window.document.visibilityState === "hidden") return;
    }
    this.#shareRef = makeRef();
    if (this.#line.send({ type: "page.share", ref: this.#shareRef, page: wished })) this.note({ shows: wished });
  }

  #isShareUnderway(): boolean {
    return this.#outbox.list().some(({ command }) => command.type === "page.share");
  }

  #forgetTyping(): void {
    clearTimeout(this.#writingTimer);
    this.#writingTimer = setTimeout(() => {
      if (this.#running && this.state.typingUntil && Date.now() >= this.state.typingUntil) {
        this.#set({ ...this.state, typingUntil: 0 });
      }
    }, states.TYPING_MS + 50);
  }

  /** What lay here too long waits for the visitor's word. */
  #setAside(): void {
    for (const { ref, at, refusal } of this.#outbox.list()) {
      if (!refusal && Date.now() - at > STALE_MS) {
        this.#outbox.refuse(ref, { code: "stale", message: this.#options.staleReason });
      }
    }
  }

  async #post(url: string): Promise<void> {
    const answer = await this.#options.window.fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    if (answer.status === 403) throw new NotAdmitted(4403, "forbidden", "");
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  }

  #pollMemory(): { get(): boolean; set(polls: boolean): void } {
    const storage = storageOf(this.#options.window, "sessionStorage");
    const key = `${storagePrefix(this.#options.config.site)}polls`;
    return {
      get: () => {
        try {
          return storage?.getItem(key) === "1";
        } catch {
          return false;
        }
      },
      set: (polls) => {
        try {
          if (polls) storage?.setItem(key, "1");
          else storage?.removeItem(key);
        } catch {
          // Then each page finds out for itself.
        }
      },
    };
  }
}
