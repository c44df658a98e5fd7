/* The words about visitors whom one watches; see words.ts beside. */
import type { Device, InvitationState, PageKind, StuckReason, VisitFilter } from "../../protocol";
import type { Column } from "./columns";

declare const gettext: (text: string) => string;
declare const ngettext: (singular: string, plural: string, count: number) => string;
declare const interpolate: (
  text: string,
  values: Readonly<Record<string, string | number>>,
  named: true,
) => string;

export const visitWords = {
  // Visitors who agreed to be seen
  views: () => gettext("What to look at"),
  visitors: () => gettext("Visitors"),
  seenWatching: () => gettext("Visitors see that you watch."),
  loadingVisitors: () => gettext("Loading the visitors…"),
  visitorsOf: (site: string) => interpolate(gettext("Visitors of %(site)s"), { site }, true),
  site: () => gettext("Site"),
  filters: () => gettext("Which visitors to show"),
  filter: (filter: VisitFilter) => {
    switch (filter) {
      case "all":
        return gettext("All");
      case "here":
        return gettext("Active");
      case "idle":
        return gettext("Idle");
      case "stuck":
        return gettext("Seem stuck");
      case "new":
        return gettext("New");
      case "returning":
        return gettext("Returning");
      case "in_conversation":
        return gettext("In conversation");
      case "invited":
        return gettext("Invited");
      case "declined":
        return gettext("Declined");
    }
  },
  filterCount: (filter: VisitFilter, count: number) =>
    interpolate(
      ngettext("%(filter)s, %(count)s visitor", "%(filter)s, %(count)s visitors", count),
      { filter: visitWords.filter(filter), count },
      true,
    ),
  searchVisitors: () => gettext("Search by page, section, language or origin"),
  nobodyHere: () => gettext("Nobody who agreed to be seen is on the site now."),
  nobodyFound: () => gettext("No visitor is like this now."),
  found: (count: number) =>
    interpolate(ngettext("%(count)s visitor", "%(count)s visitors", count), { count }, true),
  sortBy: () => gettext("Sort by"),
  otherWay: () => gettext("The other way round"),
  column: (column: Column) => {
    switch (column) {
      case "visitor":
        return gettext("Visitor");
      case "page":
        return gettext("Page");
      case "page_since":
        return gettext("On this page");
      case "began":
        return gettext("Visit");
      case "pages":
        return gettext("Pages");
      case "origin":
        return gettext("From");
      case "language":
        return gettext("Language");
      case "device":
        return gettext("Device");
      case "stuck":
        return gettext("Seems stuck");
      case "state":
        return gettext("State");
    }
  },
  isActive: () => gettext("Active"),
  idleFor: (duration: string) => interpolate(gettext("idle for %(duration)s"), { duration }, true),
  isNew: () => gettext("New"),
  isReturning: () => gettext("Returning"),
  beingTold: () => gettext("Being told that you watch…"),
  beingToldHint: () =>
    gettext("Where this visitor is shows as soon as their page has told them who watches."),
  directly: () => gettext("Directly"),
  device: (device: Device) => {
    switch (device) {
      case "desktop":
        return gettext("Computer");
      case "tablet":
        return gettext("Tablet");
      case "phone":
        return gettext("Phone");
    }
  },
  pageKind: (kind: PageKind) => {
    switch (kind) {
      case "page":
        return gettext("A page that you may not view");
      case "search":
        return gettext("Search");
      case "not_found":
        return gettext("Page not found");
      case "other":
        return gettext("Another page");
      case "hidden":
        return gettext("A page where nobody is followed");
    }
  },
  results: (count: number) =>
    interpolate(ngettext("%(count)s result", "%(count)s results", count), { count }, true),
  stuck: (reason: StuckReason) => {
    switch (reason) {
      case "back_and_forth":
        return gettext("Back and forth");
      case "sibling_loop":
        return gettext("In circles");
      case "not_found_search":
        return gettext("Not found, then searched");
      case "empty_search":
        return gettext("Search without results");
      case "form_left":
        return gettext("Form left unfinished");
      case "order_dwell":
        return gettext("Long over the order");
      case "same_page":
        return gettext("Same page again and again");
    }
  },
  inConversation: () => gettext("In conversation"),
  openConversation: () => gettext("Open the conversation"),

  // One visitor's trail
  visit: () => gettext("Visit"),
  trailOf: (name: string) => interpolate(gettext("Visit of %(name)s"), { name }, true),
  trail: () => gettext("Pages of this visit"),
  toTrail: () => gettext("See the visit"),
  goAlong: () => gettext("Go along"),
  goAlongHint: () => gettext("See which page is open, as it changes. The visitor sees that you watch."),
  backToVisitors: () => gettext("Back to the visitors"),
  visitFor: (duration: string) =>
    interpolate(gettext("on the site for %(duration)s"), { duration }, true),
  cameFrom: (origin: string) => interpolate(gettext("came from %(origin)s"), { origin }, true),
  visitOver: () => gettext("This visitor has left, or no longer agrees to be seen."),
  visitOverHint: () => gettext("Nothing of the visit is shown any more."),
  nowHere: () => gettext("now"),

  // Inviting
  invite: () => gettext("Invite"),
  inviting: () => gettext("Inviting…"),
  invitationText: () => gettext("What to ask the visitor"),
  invitationHint: () => gettext("The visitor sees your question and your name, and may say no."),
  inviteAgain: () => gettext("Invite again"),
  takeInvitationBack: () => gettext("Take it back"),
  invitedBy: (alias: string) => interpolate(gettext("by %(alias)s"), { alias }, true),
  invitedByTrigger: (trigger: string) =>
    interpolate(gettext("by the trigger “%(trigger)s”"), { trigger }, true),
  invitationState: (state: InvitationState) => {
    switch (state) {
      case "queued":
        return gettext("Invitation on its way");
      case "shown":
        return gettext("Invited");
      case "accepted":
        return gettext("Accepted");
      case "declined":
        return gettext("Declined");
      case "ignored":
        return gettext("Not answered");
      case "expired":
        return gettext("Invitation expired");
      case "cancelled":
        return gettext("Invitation taken back");
    }
  },
  sentAt: () => gettext("Sent"),
  shownAt: () => gettext("Shown"),
  invitationAccepted: () => gettext("A visitor accepted your invitation."),
  begunByAgent: () => gettext("Begun by an invitation"),
  begunByTrigger: (trigger: string) =>
    interpolate(gettext("Begun by the trigger “%(trigger)s”"), { trigger }, true),
} as const;
