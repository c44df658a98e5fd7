/* What is on the screen while one watches visitors: one immutable value. */
import type {
  InvitationCard,
  SiteCard,
  TrailStep,
  VisitCounts,
  VisitFilter,
  VisitOrder,
  VisitRow,
} from "../../protocol";
import { noWindows, type Windows } from "./windows";

export interface Query {
  readonly filter: VisitFilter;
  readonly order: VisitOrder;
  readonly descending: boolean;
  readonly search: string;
}

export interface Trail {
  readonly visit: string;
  /** `null` until the server has answered. */
  readonly row: VisitRow | null;
  readonly steps: readonly TrailStep[];
  readonly site: number | null;
  /** The visit is over, or the visitor agrees no more. */
  readonly gone: boolean;
}

/** What was asked about an invitation and is not answered yet. */
export type Asking = "invite" | "cancel";

export interface Watching {
  /** Whether the view is shown: only then is anybody watched. */
  readonly open: boolean;
  readonly sites: readonly SiteCard[];
  readonly site: number | null;
  readonly query: Query;
  readonly windows: Windows;
  readonly counts: VisitCounts | null;
  /** The server has answered the query as it is now. */
  readonly loaded: boolean;
  readonly trail: Trail | null;
  /** The newest invitation of each visit that this console has heard of. */
  readonly invitations: ReadonlyMap<string, InvitationCard>;
  /** What is written to invite with; `null` until somebody writes: then the default stands. */
  readonly text: string | null;
  readonly asking: Asking | null;
  readonly problem: string | null;
  /** The conversation that an invitation made here began, while one writes to somebody else. */
  readonly accepted: string | null;
  /** The visit of whom one talks with, followed from the conversation and without the table. */
  readonly along: string | null;
}

/** Nobody is watched. */
export const nobody: Watching = {
  open: false,
  sites: [],
  site: null,
  query: { filter: "all", order: "began", descending: true, search: "" },
  windows: noWindows,
  counts: null,
  loaded: false,
  trail: null,
  invitations: new Map(),
  text: null,
  asking: null,
  problem: null,
  accepted: null,
  along: null,
};

/** Numbers that one looks for begin with the largest, words with the first. */
export function isDescendingFirst(order: VisitOrder): boolean {
  return order === "pages" || order === "stuck" || order === "began" || order === "page_since";
}
