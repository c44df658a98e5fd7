/* Every word of the console and the badge, in the language of the reader's admin; those about
 * visitors whom one watches are in visitors/words.ts.
 *
 * Django's JavaScript catalogue translates them. They stand together in plain files, so that
 * `makemessages -d djangojs -e ts` finds them; whole sentences with named placeholders.
 */
import type { Availability, CardKind, HandOver, NoticeCode } from "../protocol";
import type { ListName } from "./lists";
import type { Mode } from "./drafts";

declare const gettext: (text: string) => string;
declare const ngettext: (singular: string, plural: string, count: number) => string;
declare const interpolate: (
  text: string,
  values: Readonly<Record<string, string | number>>,
  named: true,
) => string;

export const words = {
  // The console as a whole
  console: () => gettext("Live chat console"),
  conversations: () => gettext("Conversations"),
  loading: () => gettext("Loading the conversations…"),
  lost: () => gettext("The connection is lost. What you write is kept and will be sent by itself."),
  retryNow: () => gettext("Try again now"),
  offlineFirst: () => gettext("The server cannot be reached yet. Trying again…"),
  backAgain: () => gettext("The connection is back."),
  shutOut: (reason: string) =>
    interpolate(gettext("The console is disconnected: %(reason)s"), { reason }, true),
  shutOutBecause: (code: string) => {
    switch (code) {
      case "session_ended":
        return gettext("your session has ended.");
      case "forbidden":
        return gettext("you may no longer answer here.");
      case "unsupported_version":
        return gettext("the site was updated.");
      default:
        return gettext("the server refused it.");
    }
  },
  reload: () => gettext("Reload the page"),
  dismiss: () => gettext("Dismiss"),

  // The lists
  list: (name: ListName) => {
    switch (name) {
      case "waiting":
        return gettext("Waiting");
      case "mine":
        return gettext("Mine");
      case "team":
        return gettext("Team");
      case "signpost":
        return gettext("Signpost");
      case "closed":
        return gettext("Closed");
    }
  },
  listEmpty: (name: ListName) => {
    switch (name) {
      case "waiting":
        return gettext("Nobody is waiting.");
      case "mine":
        return gettext("You have no conversation. Pick one up from “Waiting”.");
      case "team":
        return gettext("Your colleagues have no conversation.");
      case "signpost":
        return gettext("The signpost has no conversation.");
      case "closed":
        return gettext("No closed conversation.");
    }
  },
  moreWaiting: (count: number) =>
    interpolate(
      ngettext(
        "%(count)s more conversation is waiting. It will be shown when these are fewer.",
        "%(count)s more conversations are waiting. They will be shown when these are fewer.",
        count,
      ),
      { count },
      true,
    ),
  tab: (name: ListName, count: number) =>
    interpolate(
      ngettext("%(list)s, %(count)s conversation", "%(list)s, %(count)s conversations", count),
      { list: words.list(name), count },
      true,
    ),
  older: () => gettext("Show older ones"),
  loadingOlder: () => gettext("Loading…"),
  unread: (count: number) =>
    interpolate(
      ngettext("%(count)s unread message", "%(count)s unread messages", count),
      { count },
      true,
    ),
  manyUnread: () => gettext("More than 99 unread messages"),
  draftBegun: () => gettext("Draft"),
  noMessage: () => gettext("No message yet"),
  newConversation: (name: string) =>
    interpolate(gettext("New conversation: %(name)s is waiting."), { name }, true),
  newConversations: (count: number) =>
    interpolate(
      ngettext(
        "%(count)s new conversation is waiting.",
        "%(count)s new conversations are waiting.",
        count,
      ),
      { count },
      true,
    ),
  waitingFor: (duration: string) =>
    interpolate(gettext("waiting for %(duration)s"), { duration }, true),
  you: () => gettext("You"),

  // One conversation
  visitor: (label: string) => interpolate(gettext("Visitor %(label)s"), { label }, true),
  conversationWith: (name: string) =>
    interpolate(gettext("Conversation with %(name)s"), { name }, true),
  nothingOpen: () => gettext("Choose a conversation to read it here."),
  nothingOpenHint: () => gettext("Those that have waited longest come first."),
  back: () => gettext("Back to the conversations"),
  history: () => gettext("Messages"),
  present: () => gettext("On the site now"),
  absent: () => gettext("Has left the site"),
  answeredBy: (alias: string) => interpolate(gettext("%(alias)s answers"), { alias }, true),
  agentLeft: (alias: string) => interpolate(gettext("%(alias)s has left"), { alias }, true),
  answeredByYou: () => gettext("You answer"),
  closedNow: () => gettext("Closed"),
  page: () => gettext("Is looking at"),
  hiddenPage: () => gettext("A page that you may not view"),
  opensInTab: () => gettext("opens in a new tab"),
  wroteAs: (name: string, alias: string) =>
    interpolate(gettext("%(name)s as %(alias)s"), { name, alias }, true),
  notice: (code: NoticeCode | null, alias: string | null) => {
    const who = alias ?? gettext("An agent");
    switch (code) {
      case "picked_up":
        return interpolate(gettext("%(who)s picked up the conversation."), { who }, true);
      case "closed_by_agent":
        return interpolate(gettext("%(who)s closed the conversation."), { who }, true);
      case "closed_by_visitor":
        return gettext("The visitor ended the conversation.");
      case "reopened":
        return gettext("The conversation is open again.");
      case "handed_over":
        return gettext("The signpost handed the conversation over. The visitor was told that a person comes.");
      case "handed_over_later":
        return gettext("The signpost handed the conversation over. The visitor was told that nobody was here, and that the answer will be here.");
      case "given_back":
        return interpolate(gettext("%(who)s gave the conversation back to the signpost."), { who }, true);
      case "closed_idle":
        return gettext("The conversation ended, as nobody wrote any more.");
      default:
        return gettext("Something changed in the conversation.");
    }
  },
  missed: () => gettext("Missed while you were away"),
  newBelow: (count: number) =>
    interpolate(
      ngettext("%(count)s new message", "%(count)s new messages", count),
      { count },
      true,
    ),
  today: () => gettext("Today"),
  yesterday: () => gettext("Yesterday"),
  visitorTypes: () => gettext("The visitor is writing…"),
  colleagueTypes: (alias: string) => interpolate(gettext("%(alias)s is writing…"), { alias }, true),
  sending: () => gettext("Sending…"),
  sendingWhenBack: () => gettext("Will be sent when the connection is back"),
  sent: () => gettext("Sent"),
  seen: () => gettext("Seen"),
  failed: (reason: string) => interpolate(gettext("Not sent: %(reason)s"), { reason }, true),
  retry: () => gettext("Send again"),
  takeBack: () => gettext("Take the text back"),
  said: (who: string, text: string) => interpolate(gettext("%(who)s: %(text)s"), { who, text }, true),

  // The signpost
  signpost: () => gettext("Signpost (automatic)"),
  signpostAnswers: () => gettext("The signpost answers"),
  handedOver: (reason: HandOver) => {
    switch (reason) {
      case "asked":
        return gettext("The visitor asked for a person.");
      case "not_helped":
        return gettext("The visitor said that the signpost did not help.");
      case "repeated":
        return gettext("The visitor asked the signpost the same again.");
      case "failures":
        return gettext("The signpost did not know the answer.");
      case "fault":
        return gettext("The signpost could not look up the answer.");
      case "script":
        return gettext("A script of the signpost handed over.");
      case "switched_off":
        return gettext("The signpost was switched off.");
      case "picked_up":
        return gettext("Taken from the signpost, which is silent now.");
    }
  },
  failedAnswers: (count: number) =>
    interpolate(
      ngettext("%(count)s answer did not help.", "%(count)s answers did not help.", count),
      { count },
      true,
    ),
  didNotHelp: () => gettext("Did not help"),
  choices: () => gettext("To choose from:"),
  pageGone: () => gettext("This page is no longer there for everybody."),
  emailGiven: () => gettext("E-mail address given:"),
  giveBack: () => gettext("Give back to the signpost"),
  givingBack: () => gettext("Giving back…"),

  // What one can do
  pickUp: () => gettext("Pick up"),
  pickingUp: () => gettext("Picking up…"),
  close: () => gettext("Close"),
  closing: () => gettext("Closing…"),
  closeSure: () => gettext("Close this conversation? The visitor will be told."),
  closeYes: () => gettext("Close the conversation"),
  closeNo: () => gettext("Keep it open"),
  reopen: () => gettext("Reopen"),
  reopening: () => gettext("Reopening…"),
  transcript: () => gettext("Transcript"),

  // Writing
  mode: (mode: Mode) => (mode === "reply" ? gettext("Reply") : gettext("Internal note")),
  modes: () => gettext("What to write"),
  composer: (mode: Mode, name: string) =>
    mode === "reply"
      ? interpolate(gettext("Reply to %(name)s"), { name }, true)
      : interpolate(gettext("Internal note about %(name)s"), { name }, true),
  placeholder: (mode: Mode) =>
    mode === "reply" ? gettext("Write to the visitor…") : gettext("Write to your colleagues…"),
  noteHint: () => gettext("Only staff can read notes. The visitor never sees them."),
  pickUpHint: () => gettext("Your reply picks the conversation up."),
  send: () => gettext("Send"),
  addNote: () => gettext("Add the note"),
  noteBy: (author: string) => interpolate(gettext("Internal note by %(author)s"), { author }, true),
  enterSends: () => gettext("Enter sends, Shift + Enter makes a new line."),
  tooLong: (over: number) =>
    interpolate(
      ngettext("%(over)s character too many", "%(over)s characters too many", over),
      { over },
      true,
    ),
  left: (count: number) =>
    interpolate(
      ngettext("%(count)s character left", "%(count)s characters left", count),
      { count },
      true,
    ),
  staleTaken: (alias: string) =>
    interpolate(gettext("%(alias)s has picked up this conversation. Your text is kept and was not sent."), { alias }, true),
  staleClosed: () =>
    gettext("This conversation was closed meanwhile. Your text is kept and was not sent."),
  staleWaiting: () =>
    gettext("This conversation waits for an agent again. Your text is kept; sending it picks the conversation up."),
  colleagueAnswers: (alias: string) =>
    interpolate(gettext("%(alias)s answers this conversation. You can leave an internal note."), { alias }, true),
  readOnly: () => gettext("You may read this conversation, not answer it."),

  // Oneself and the team
  myAvailability: () => gettext("My availability"),
  availability: (value: Availability) => {
    switch (value) {
      case "available":
        return gettext("Available");
      case "busy":
        return gettext("Busy");
      case "away":
        return gettext("Away");
    }
  },
  capacity: () => gettext("At once"),
  capacityLong: () => gettext("How many conversations at once"),
  fewer: () => gettext("One fewer"),
  more: () => gettext("One more"),
  load: (active: number, capacity: number) =>
    interpolate(gettext("%(active)s of %(capacity)s"), { active, capacity }, true),
  loadLong: (active: number, capacity: number) =>
    interpolate(
      gettext("%(active)s of at most %(capacity)s conversations"),
      { active, capacity },
      true,
    ),
  sound: () => gettext("Sound"),
  soundLong: () => gettext("Play a sound when a conversation begins to wait"),
  team: (present: number) =>
    interpolate(
      ngettext("Team: %(present)s colleague here", "Team: %(present)s colleagues here", present),
      { present },
      true,
    ),
  alone: () => gettext("You have no colleagues here."),
  notHere: () => gettext("Not here"),
  help: () => gettext("Keyboard"),
  helpKeys: (): readonly (readonly [string, string])[] => [
    ["Enter", gettext("Send")],
    ["Shift + Enter", gettext("New line")],
    ["Alt + ↑ / Alt + ↓", gettext("Previous or next conversation")],
    ["Esc", gettext("From the text back to the list")],
    ["/", gettext("Find a canned reply")],
  ],

  // What one sends besides words
  sendCard: (kind: CardKind) => {
    switch (kind) {
      case "page":
        return gettext("Send a page");
      case "image":
        return gettext("Send an image");
      case "document":
        return gettext("Send a document");
    }
  },
  cards: () => gettext("Send something of the site"),
  sendingCard: () => gettext("Sending…"),
  doNotSend: () => gettext("Do not send"),
  cardKind: (kind: CardKind) => {
    switch (kind) {
      case "page":
        return gettext("Page");
      case "image":
        return gettext("Image");
      case "document":
        return gettext("Document");
    }
  },

  // Durations
  seconds: (count: number) =>
    interpolate(ngettext("%(count)s s", "%(count)s s", count), { count }, true),
  minutes: (count: number) =>
    interpolate(ngettext("%(count)s min", "%(count)s min", count), { count }, true),
  hours: (count: number) => interpolate(ngettext("%(count)s h", "%(count)s h", count), { count }, true),
  days: (count: number) =>
    interpolate(ngettext("%(count)s day", "%(count)s days", count), { count }, true),
} as const;
