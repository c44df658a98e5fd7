/** Visits as the server would tell them. */
import type {
  AgentCommand,
  InvitationCard,
  PageCard,
  SiteCard,
  TrailStep,
  VisitCounts,
  VisitorsWindow,
  VisitRow,
  VisitTrail,
} from "../../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../../connection/fake";
import { NOW, site } from "../factories";

export const SHOP: SiteCard = site(1, "The Lamplighter", { can_watch: true, can_invite: true });
export const QUAY: SiteCard = site(2, "The Quay", { can_watch: true });

export const COUNTS: VisitCounts = {
  all: 3,
  here: 2,
  idle: 1,
  stuck: 1,
  new: 2,
  returning: 1,
  in_conversation: 0,
  invited: 0,
  declined: 0,
};

export function pageCard(title: string | null, more: Partial<PageCard> = {}): PageCard {
  return { kind: "page", title, type: "Book", section: "Fiction", url: "https://shop.test/page/", ...more };
}

export function visit(number: number, more: Partial<VisitRow> = {}): VisitRow {
  return {
    id: uuid(number),
    label: `v${number}`,
    began_at: NOW - 300_000,
    page: pageCard("The Waves"),
    page_since: NOW - 60_000,
    pages: 4,
    language: "fr",
    device: "phone",
    origin: "https://www.example.org",
    returning: false,
    idle_since: null,
    stuck: [],
    score: 0,
    in_conversation: false,
    conversation: null,
    invitation: null,
    left_at: null,
    ...more,
  };
}

export function step(number: number, title: string | null, secondsAgo: number, more: Partial<TrailStep> = {}): TrailStep {
  return { number, at: NOW - secondsAgo * 1_000, page: pageCard(title), results: null, ...more };
}

/** The answer to a window that was asked for. */
export function windowFor(
  asked: Extract<AgentCommand, { type: "visitors.watch" }>,
  rows: readonly VisitRow[],
  more: Partial<VisitorsWindow> = {},
): VisitorsWindow {
  return {
    type: "visitors.window",
    window: asked.window,
    site: asked.site,
    now: NOW,
    rows,
    offset: asked.offset ?? 0,
    total: rows.length,
    counts: COUNTS,
    ...more,
  };
}

export function trailOf(row: VisitRow, steps: readonly TrailStep[], more: Partial<VisitTrail> = {}): VisitTrail {
  return { type: "visit.trail", visit: row, site: 1, steps, ref: null, ...more };
}

export function invitation(visitId: string, more: Partial<InvitationCard> = {}): InvitationCard {
  return {
    id: uuid(900),
    site: 1,
    visit: visitId,
    alias: "Anna",
    trigger: null,
    text: "Can I help?",
    state: "queued",
    queued_at: NOW,
    shown_at: null,
    decided_at: null,
    conversation: null,
    ...more,
  };
}
