/* The library of canned replies at one desk: what is looked for, what is suggested, and what
 * stands in the text that is being written.
 *
 * Nothing is sent by itself. That a reply was used is told once the message is stored.
 */
import { makeRef } from "../../connection";
import type {
  AgentCommand,
  AgentUpdate,
  CannedCard,
  CannedReply,
  SendReply,
  ThreadMessage,
} from "../../protocol";
import type { Keeper } from "./kept";
import { fateOf } from "./slash";

export interface Offered {
  readonly reply: CannedReply;
  readonly suggested: boolean;
}

/** A page, image or document that goes with the text, and the reply that brought it. */
export interface Attached {
  readonly card: CannedCard;
  readonly reply: number;
}

export interface CannedView {
  /** What is looked for; `null` while nothing is. */
  readonly query: string | null;
  /** Whether the answer is still to come. */
  readonly looking: boolean;
  readonly offered: readonly Offered[];
  readonly suggestions: readonly CannedReply[];
  readonly attached: readonly Attached[];
}

export const nothingCanned: CannedView = {
  query: null,
  looking: false,
  offered: [],
  suggestions: [],
  attached: [],
};

/** What was put into the text of one conversation. */
export interface Put {
  readonly offered: readonly Offered[];
  readonly attached: readonly Attached[];
}
const NOTHING_PUT: Put = { offered: [], attached: [] };

export interface Sent extends Put {
  readonly conversation: string;
  readonly text: string;
}

export interface CannedOptions {
  /** Keeps from page to page what stands in the texts. */
  readonly keeper?: Keeper | undefined;
  readonly send: (command: AgentCommand) => void;
  readonly changed: (view: CannedView) => void;
}

export class Canned {
  readonly #options: CannedOptions;
  #view = nothingCanned;
  #conversation: string | null = null;
  #searchRef: string | null = null;
  /** The newest message for which suggestions were asked, and under which ref. */
  #suggestFor = 0;
  #suggestRef: string | null = null;
  readonly #put: Map<string, Put>;
  /** What is on its way, by the ref of its message. */
  readonly #sent: Map<string, Sent>;

  constructor(options: CannedOptions) {
    this.#options = options;
    const kept = options.keeper?.read();
    this.#put = new Map(kept?.put);
    this.#sent = new Map(kept?.sent);
  }

  get view(): CannedView {
    return this.#view;
  }

  /** Another conversation is open. */
  turnTo(conversation: string | null): void {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.#searchRef = this.#suggestRef = null;
    this.#suggestFor = 0;
    this.#set({ ...nothingCanned, attached: this.#here.attached });
  }

  /** The last word in the open conversation: a visitor's asks for suggestions. */
  attend(last: ThreadMessage | undefined): void {
    if (!this.#conversation) return;
    if (last?.kind !== "visitor") {
      this.#suggestFor = 0;
      this.#suggestRef = null;
      if (this.#view.suggestions.length) this.#set({ suggestions: [] });
      return;
    }
    if (last.seq <= this.#suggestFor) return;
    this.#suggestFor = last.seq;
    this.#suggestRef = makeRef();
    this.#options.send({ type: "canned.suggest", ref: this.#suggestRef, conversation: this.#conversation });
  }

  /** Look for what was typed; `null` ends it. */
  look(query: string | null): void {
    if (query === this.#view.query || !this.#conversation) return;
    if (query === null) {
      this.#searchRef = null;
      this.#set({ query, looking: false, offered: [] });
      return;
    }
    this.#searchRef = makeRef();
    this.#options.send({ type: "canned.search", ref: this.#searchRef, conversation: this.#conversation, query });
    // What is there stays until the answer comes: a list that goes and comes would flicker.
    const offered = this.#view.query === null ? this.#suggested() : this.#view.offered;
    this.#set({ query, looking: true, offered: query ? offered : this.#suggested() });
  }

  /** This reply was put into the text. */
  put(offered: Offered): void {
    if (!this.#conversation) return;
    const here = this.#here;
    const known = new Set(here.attached.map(({ card }) => `${card.kind}:${card.id}`));
    const attached = offered.reply.cards
      .filter((card) => !known.has(`${card.kind}:${card.id}`))
      .map((card) => ({ card, reply: offered.reply.id }));
    this.#keep(this.#conversation, {
      offered: [...here.offered, offered],
      attached: [...here.attached, ...attached],
    });
  }

  /** This card shall not go with the text. */
  detach(attached: Attached): void {
    if (!this.#conversation) return;
    const here = this.#here;
    this.#keep(this.#conversation, { ...here, attached: here.attached.filter((each) => each !== attached) });
  }

  /** The text is empty: what was in it is not sent with the next one. */
  emptied(): void {
    if (this.#conversation && this.#put.has(this.#conversation)) this.#keep(this.#conversation, NOTHING_PUT);
  }

  /** The text goes out; its cards follow it. */
  sent({ ref, conversation, text }: SendReply): void {
    const put = this.#put.get(conversation) ?? NOTHING_PUT;
    if (put.offered.length + put.attached.length) this.#sent.set(ref, { ...put, conversation, text });
    for (const { card, reply } of put.attached) {
      this.#options.send({ type: "card.send", ref: makeRef(), conversation, kind: card.kind, id: card.id, reply });
    }
    this.#keep(conversation, NOTHING_PUT);
  }

  /** Whether this was asked here: a refusal is then nobody else's trouble. */
  asked(ref: string): boolean {
    return ref === this.#searchRef || ref === this.#suggestRef;
  }

  heard(update: AgentUpdate): void {
    switch (update.type) {
      case "canned.found":
        if (update.ref !== this.#searchRef) return;
        this.#set({ looking: false, offered: this.#withSuggested(update.replies) });
        return;
      case "canned.suggested":
        if (update.ref !== this.#suggestRef || update.conversation !== this.#conversation) return;
        this.#set({ suggestions: update.replies });
        return;
      case "ack":
        this.#stored(update.ref);
        return;
      case "refused":
        if (!update.ref) return;
        if (update.ref === this.#searchRef) this.#set({ looking: false });
        if (!update.retry_ms) this.#giveBack(update.ref);
        return;
      default:
        return;
    }
  }

  get #here(): Put {
    return (this.#conversation && this.#put.get(this.#conversation)) || NOTHING_PUT;
  }

  /** Before anything is typed, what is suggested comes first. */
  #withSuggested(found: readonly CannedReply[]): readonly Offered[] {
    const first = this.#view.query === "" ? this.#suggested() : [];
    const known = new Set(first.map(({ reply }) => reply.id));
    const others = found.filter(({ id }) => !known.has(id)).map((reply) => ({ reply, suggested: false }));
    return [...first, ...others];
  }

  #suggested(): readonly Offered[] {
    return this.#view.suggestions.map((reply) => ({ reply, suggested: true }));
  }

  #stored(ref: string): void {
    const sent = this.#sent.get(ref);
    if (!sent) return;
    this.#sent.delete(ref);
    this.#remember();
    for (const { reply, suggested } of sent.offered) {
      const fate = fateOf(reply.text, sent.text);
      if (fate === "gone") continue;
      this.#options.send({
        type: "canned.use",
        ref: makeRef(),
        conversation: sent.conversation,
        reply: reply.id,
        edited: fate === "edited",
        suggested,
      });
    }
  }

  /** Refused, the text may be sent again: what was in it goes with it then. */
  #giveBack(ref: string): void {
    const sent = this.#sent.get(ref);
    if (this.#sent.delete(ref)) this.#remember();
    if (!sent || sent.offered.length + sent.attached.length === 0) return;
    const now = this.#put.get(sent.conversation) ?? NOTHING_PUT;
    this.#keep(sent.conversation, {
      offered: [...sent.offered, ...now.offered],
      attached: [...sent.attached, ...now.attached],
    });
  }

  #keep(conversation: string, put: Put): void {
    if (put.offered.length + put.attached.length === 0) this.#put.delete(conversation);
    else this.#put.set(conversation, put);
    this.#remember();
    if (conversation === this.#conversation) this.#set({ attached: put.attached });
  }

  #remember(): void {
    this.#options.keeper?.write({ put: this.#put, sent: this.#sent });
  }

  #set(change: Partial<CannedView>): void {
    this.#view = { ...this.#view, ...change };
    this.#options.changed(this.#view);
  }
}
