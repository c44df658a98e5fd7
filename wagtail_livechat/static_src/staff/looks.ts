/* Which tab looks at which visitors: a window into a table is one tab's, a trail may be several's. */
import { makeRef } from "../connection";
import type { AgentCommand } from "../protocol";

/** More often than this nobody needs to hear that somebody still looks. */
const KEEP_EVERY_MS = 1_000;

export class Looks {
  /** The tab of each window, by the window's name. */
  readonly #windows = new Map<string, string>();
  /** The tabs that follow each visit. */
  readonly #visits = new Map<string, Set<string>>();
  #keptAt = -Infinity;

  /** What a tab asks; false where it need not go on to the server. */
  asked(tab: string, command: AgentCommand, now: number): boolean {
    switch (command.type) {
      case "visitors.watch":
        this.#windows.set(command.window, tab);
        return true;
      case "visitors.leave":
        return this.#windows.delete(command.window);
      case "visit.open":
        this.#visits.set(command.visit, this.followers(command.visit).add(tab));
        return true;
      case "visit.leave":
        return this.#unfollow(tab, command.visit);
      case "watching.keep":
        // Each tab says so; one of them is enough.
        if (now - this.#keptAt < KEEP_EVERY_MS) return false;
        this.#keptAt = now;
        return true;
      default:
        return true;
    }
  }

  /** A tab is gone: what the server must be told. */
  left(tab: string): readonly AgentCommand[] {
    const commands: AgentCommand[] = [];
    for (const [window, of] of [...this.#windows]) {
      if (of !== tab) continue;
      this.#windows.delete(window);
      commands.push({ type: "visitors.leave", ref: makeRef(), window });
    }
    for (const visit of [...this.#visits.keys()]) {
      if (this.#unfollow(tab, visit)) commands.push({ type: "visit.leave", ref: makeRef(), visit });
    }
    return commands;
  }

  /** Whose window it is. */
  tabOf(window: string): string | undefined {
    return this.#windows.get(window);
  }

  /** Who follows a visit. */
  followers(visit: string): Set<string> {
    return this.#visits.get(visit) ?? new Set();
  }

  clear(): void {
    this.#windows.clear();
    this.#visits.clear();
    this.#keptAt = -Infinity;
  }

  /** Whether this tab was the last that followed the visit. */
  #unfollow(tab: string, visit: string): boolean {
    const followers = this.#visits.get(visit);
    if (!followers?.delete(tab) || followers.size > 0) return false;
    this.#visits.delete(visit);
    return true;
  }
}
