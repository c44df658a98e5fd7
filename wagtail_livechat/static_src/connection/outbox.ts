/** What was asked and not yet answered.
 *
 * Commands of one lane (a conversation) leave one after the other, so that they are stored in
 * the order in which they were written, whatever is lost or refused in between. What is
 * `stored` also lies in the browser's storage, one key for each command: tabs write side by
 * side without a lock, and another tab or the next page finds what this one could not send.
 */
import { resendAfter } from "./backoff";
import { bytesOf } from "./poll";
import type { Frame, Keep, Queue, Refusal, Waiting } from "./types";

export interface OutboxOptions<C extends Frame> {
  /** Begins every storage key, for example `livechat:3:out:`. */
  readonly prefix: string;
  /** `null` where the browser gives none. */
  readonly storage: Storage | null;
  /** Names this tab; see `Tabs`. */
  readonly tab: string;
  readonly now: () => number;
  readonly keep: (command: C) => Keep;
  /** Commands of one lane keep their order. */
  readonly lane: (command: C) => string;
  /** What to send when a refused one is asked again, with the same `ref`. */
  readonly again?: (command: C) => C;
}

/** What lies in the storage. */
interface Kept<C> {
  readonly command: C;
  readonly at: number;
  readonly turn: number;
  readonly tab: string;
  readonly refusal: Refusal | null;
}

interface Item<C> extends Kept<C> {
  readonly ref: string;
  readonly stored: boolean;
  tries: number;
  firstSent: number | null;
  due: number;
}

export class Outbox<C extends Frame> implements Queue<C> {
  readonly #options: OutboxOptions<C>;
  readonly #items = new Map<string, Item<C>>();
  readonly #listeners = new Set<() => void>();
  #turn = 0;
  #lasting: boolean;

  constructor(options: OutboxOptions<C>) {
    this.#options = options;
    this.#lasting = options.storage !== null;
    this.#readAll();
  }

  /** False when the browser refused to keep something: it lives only as long as this page. */
  get lasting(): boolean {
    return this.#lasting;
  }

  keeps(command: C): Keep {
    return command.ref ? this.#options.keep(command) : "moment";
  }

  /** Everything that waits, in the order in which it was asked. */
  list(): readonly Waiting<C>[] {
    return this.#inOrder();
  }

  /** Called after each change, by whichever tab. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(command: C): void {
    const ref = command.ref;
    if (!ref || this.#items.has(ref)) return;
    const item: Item<C> = {
      ref,
      command,
      at: this.#options.now(),
      turn: ++this.#turn,
      tab: this.#options.tab,
      refusal: null,
      stored: this.#options.keep(command) === "stored",
      tries: 0,
      firstSent: null,
      due: 0,
    };
    this.#items.set(ref, item);
    this.#write(item);
    this.#changed();
  }

  /** Which lane `command` goes in. */
  lane(command: C): string {
    return this.#options.lane(command);
  }

  has(ref: string): boolean {
    return this.#items.has(ref);
  }

  /** Answered, or found among what is stored: nothing more to do. */
  settle(ref: string): void {
    const item = this.#items.get(ref);
    if (!item) return;
    this.#items.delete(ref);
    this.#erase(ref);
    this.#changed();
  }

  /** Finally refused: it stays, with its reason, until it is tried again or taken back. */
  refuse(ref: string, refusal: Refusal): void {
    const item = this.#items.get(ref);
    if (!item) return;
    if (!item.stored) {
      // Nobody can take a click back: its refusal is told once, by the update itself.
      this.settle(ref);
      return;
    }
    this.#put({ ...item, refusal });
  }

  /** Refused for now: ask again after `ms`. */
  hold(ref: string, ms: number): void {
    const item = this.#items.get(ref);
    if (!item) return;
    item.due = this.#options.now() + ms;
    item.firstSent = null;
  }

  /** The writer wants a refused one to be sent again, by this tab. */
  retry(ref: string): void {
    const item = this.#items.get(ref);
    if (!item?.refusal) return;
    this.#put({
      ...item,
      command: this.#options.again?.(item.command) ?? item.command,
      tab: this.#options.tab,
      refusal: null,
      tries: 0,
      firstSent: null,
      due: 0,
    });
  }

  /** The line is new: whatever was on its way may have been lost, so everything is due. */
  reopened(): void {
    for (const item of this.#items.values()) {
      item.tries = 0;
      item.firstSent = null;
      item.due = 0;
    }
  }

  /** What to send now, one of each lane, at most `limit` and no longer together than `bytes`,
   * but always one of what is due; each counts as sent. */
  take(limit = Infinity, bytes = Infinity): readonly C[] {
    const now = this.#options.now();
    const taken: C[] = [];
    let room = bytes;
    for (const item of this.#heads()) {
      if (item.due > now || taken.length >= limit) continue;
      if (room < Infinity) {
        const size = bytesOf(item.command) + 1; // and the comma
        if (size > room && taken.length > 0) continue;
        room -= size;
      }
      item.tries += 1;
      item.firstSent ??= now;
      item.due = now + resendAfter(item.tries);
      taken.push(item.command);
    }
    return taken;
  }

  /** When `take` next has something, in milliseconds since 1970; `null` when nothing waits. */
  nextDue(): number | null {
    const dues = this.#heads().map((item) => item.due);
    return dues.length > 0 ? Math.min(...dues) : null;
  }

  /** Since when the oldest command on its way has had no answer. */
  unansweredSince(): number | null {
    const times = this.#heads().flatMap((item) => item.firstSent ?? []);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Take over what the tabs named `gone` left behind (`null`: whatever is not ours). */
  adopt(gone: ((tab: string) => boolean) | null): void {
    this.#readAll();
    let changed = false;
    for (const item of [...this.#items.values()]) {
      if (item.tab === this.#options.tab || (gone && !gone(item.tab))) continue;
      this.#items.set(item.ref, { ...item, tab: this.#options.tab });
      this.#write(this.#items.get(item.ref)!);
      changed = true;
    }
    if (changed) this.#changed();
  }

  /** Which tabs have something in here. */
  owners(): ReadonlySet<string> {
    return new Set([...this.#items.values()].map((item) => item.tab));
  }

  /** Another tab changed the storage under `key` (`null`: all of it). */
  changedElsewhere(key: string | null): void {
    if (key !== null && !key.startsWith(this.#options.prefix)) return;
    for (const item of [...this.#items.values()]) {
      if (item.stored && this.#read(item.ref) === null) this.#items.delete(item.ref);
    }
    this.#readAll();
    this.#changed();
  }

  /** Forget everything, here and in the storage. */
  clear(): void {
    for (const ref of [...this.#items.keys()]) this.#erase(ref);
    this.#items.clear();
    this.#changed();
  }

  /** The first of each lane that may leave from this tab. */
  #heads(): Item<C>[] {
    const heads = new Map<string, Item<C>>();
    for (const item of this.#inOrder()) {
      if (item.tab !== this.#options.tab || item.refusal) continue;
      const lane = this.#options.lane(item.command);
      if (!heads.has(lane)) heads.set(lane, item);
    }
    return [...heads.values()];
  }

  #inOrder(): Item<C>[] {
    return [...this.#items.values()].sort((a, b) => a.at - b.at || a.turn - b.turn);
  }

  #put(item: Item<C>): void {
    this.#items.set(item.ref, item);
    this.#write(item);
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #write(item: Item<C>): void {
    if (!item.stored) return;
    const { command, at, turn, tab, refusal } = item;
    try {
      if (!this.#options.storage) throw new Error("no storage");
      this.#options.storage.setItem(
        this.#options.prefix + item.ref,
        JSON.stringify({ command, at, turn, tab, refusal } satisfies Kept<C>),
      );
    } catch {
      this.#lasting = false;
    }
  }

  #erase(ref: string): void {
    try {
      this.#options.storage?.removeItem(this.#options.prefix + ref);
    } catch {
      this.#lasting = false;
    }
  }

  #read(ref: string): Kept<C> | null {
    try {
      const text = this.#options.storage?.getItem(this.#options.prefix + ref);
      const kept = text ? (JSON.parse(text) as Kept<C>) : null;
      return kept && kept.command?.ref === ref ? kept : null;
    } catch {
      return null;
    }
  }

  #readAll(): void {
    for (const ref of this.#storedRefs()) {
      const kept = this.#read(ref);
      if (!kept) continue;
      const known = this.#items.get(ref);
      this.#turn = Math.max(this.#turn, kept.turn);
      this.#items.set(ref, {
        ...kept,
        ref,
        stored: true,
        tries: known?.tries ?? 0,
        firstSent: known?.firstSent ?? null,
        due: known?.due ?? 0,
      });
    }
  }

  #storedRefs(): readonly string[] {
    const { storage, prefix } = this.#options;
    const refs: string[] = [];
    try {
      for (let index = 0; storage && index < storage.length; index += 1) {
        const key = storage.key(index);
        if (key?.startsWith(prefix)) refs.push(key.slice(prefix.length));
      }
    } catch {
      this.#lasting = false;
    }
    return refs;
  }
}
