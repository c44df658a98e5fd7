/* Made from wagtail_livechat/protocol by `python -m wagtail_livechat.protocol.typescript`.
 * Change the structs there, then run it again. */

export const VERSION = 1;

export const MAX_TEXT = 4000;

export const MAX_FRAME = 16384;

export const MAX_EXCHANGE = 65536;

export const MAX_BATCH = 200;

export const MAX_COMMANDS = 20;

export const POLL_MS = 10000;

/**
 * Open the visitor's side, and catch up from `since`.
 *
 * The visitor key travels in its cookie, never here. `page` is where the panel is, for the
 * sole question whether the signpost answers there.
 */
export interface Hello {
  readonly type: "hello";
  readonly v: number;
  readonly language: string;
  readonly since?: number;
  readonly page?: string | null;
}

/**
 * Say something. The first message makes the conversation; one after its end reopens it.
 *
 * `page` is where the visitor asks. It is kept with what the signpost is asked, and with
 * nothing else.
 */
export interface SendMessage {
  readonly type: "message.send";
  readonly ref: string;
  readonly text: string;
  readonly page?: string | null;
}

/** Ask for what follows `since`, where a gap showed. */
export interface FetchMessages {
  readonly type: "messages.fetch";
  readonly ref: string;
  readonly since: number;
}

/** The visitor has seen everything up to `seq`. */
export interface MarkRead {
  readonly type: "read.mark";
  readonly seq: number;
}

/** The visitor is writing, or stopped; never what. */
export interface SetTyping {
  readonly type: "typing.set";
  readonly active: boolean;
}

/** Show the agent the page that carries this token, or (`None`) stop showing. */
export interface SharePage {
  readonly type: "page.share";
  readonly ref: string;
  readonly page: string | null;
}

/** The visitor ends the conversation. */
export interface EndConversation {
  readonly type: "conversation.end";
  readonly ref: string;
}

/** Say at the end of a conversation whether it helped. */
export interface RateConversation {
  readonly type: "conversation.rate";
  readonly ref: string;
  readonly helped: boolean;
}

/** Say whether what the signpost said under `seq` helped. If not, a person is asked for. */
export interface JudgeAnswer {
  readonly type: "answer.judge";
  readonly ref: string;
  readonly seq: number;
  readonly helped: boolean;
}

/** Talk to a person: the signpost hands the conversation over, and begins it if need be. */
export interface AskForPerson {
  readonly type: "person.ask";
  readonly ref: string;
}

/** Answer to a heartbeat: this browser is still here. */
export interface Pong {
  readonly type: "pong";
}

/** How far a console has read one open conversation. */
export interface Cursor {
  readonly conversation: string;
  readonly since?: number;
  readonly notes_since?: number;
}

/**
 * Open the staff side with a one-time ticket; catch up the open conversations.
 *
 * `ticket` is empty over HTTP, where the admin's own session speaks.
 */
export interface StaffHello {
  readonly type: "staff.hello";
  readonly v: number;
  readonly ticket?: string;
  readonly open?: readonly Cursor[];
}

/**
 * Say something to the visitor.
 *
 * Sent again after a refusal, `attempt` is one more: a late copy stays refused.
 */
export interface SendReply {
  readonly type: "reply.send";
  readonly ref: string;
  readonly conversation: string;
  readonly text: string;
  readonly attempt?: number;
}

/** Write an internal note. */
export interface AddNote {
  readonly type: "note.add";
  readonly ref: string;
  readonly conversation: string;
  readonly text: string;
}

/** Follow a conversation: its thread so far, then what happens in it. */
export interface OpenConversation {
  readonly type: "conversation.open";
  readonly ref: string;
  readonly conversation: string;
  readonly since?: number;
  readonly notes_since?: number;
}

/** Stop following a conversation. */
export interface LeaveConversation {
  readonly type: "conversation.leave";
  readonly ref: string;
  readonly conversation: string;
}

/** Take a waiting conversation. Of two agents at once one wins, the other is told. */
export interface PickUp {
  readonly type: "conversation.pick_up";
  readonly ref: string;
  readonly conversation: string;
}

/** End the conversation from the staff side. */
export interface CloseConversation {
  readonly type: "conversation.close";
  readonly ref: string;
  readonly conversation: string;
}

/** Take a closed conversation up again. */
export interface ReopenConversation {
  readonly type: "conversation.reopen";
  readonly ref: string;
  readonly conversation: string;
}

/** Let the signpost answer again what the visitor writes from now on. */
export interface GiveBack {
  readonly type: "conversation.give_back";
  readonly ref: string;
  readonly conversation: string;
}

/** The staff have seen everything up to `seq`. */
export interface MarkThreadRead {
  readonly type: "thread.mark_read";
  readonly conversation: string;
  readonly seq: number;
}

/** The agent is writing, or stopped; never what. */
export interface SetReplyTyping {
  readonly type: "reply.typing";
  readonly conversation: string;
  readonly active: boolean;
}

/** What an agent chose; presence is another matter. */
export type Availability = "available" | "busy" | "away";

/** Say whether one can take conversations, and how many at once. */
export interface SetAvailability {
  readonly type: "availability.set";
  readonly ref: string;
  readonly availability: Availability;
  readonly capacity?: number | null;
}

/** Ask for closed conversations that ended before `before`, newest first. */
export interface FetchClosed {
  readonly type: "closed.fetch";
  readonly ref: string;
  readonly before?: number | null;
  readonly site?: number | null;
}

/** What an agent may send besides words. */
export type CardKind = "page" | "image" | "document";

/**
 * Send a page, image or document of the site; the visitor goes there by a click.
 *
 * `reply` names the canned reply that it is attached to, where there is one: then its
 * editor chose it, and the agent need not be able to.
 */
export interface SendCard {
  readonly type: "card.send";
  readonly ref: string;
  readonly conversation: string;
  readonly kind: CardKind;
  readonly id: number;
  readonly reply?: number | null;
}

/** Look for canned replies, filled in for this conversation; best first. */
export interface SearchCannedReplies {
  readonly type: "canned.search";
  readonly ref: string;
  readonly conversation: string;
  readonly query?: string;
}

/** Ask for the canned replies that fit what the visitor has just written. */
export interface SuggestCannedReplies {
  readonly type: "canned.suggest";
  readonly ref: string;
  readonly conversation: string;
}

/** A canned reply was sent: as it was, or `edited` before. */
export interface UseCannedReply {
  readonly type: "canned.use";
  readonly ref: string;
  readonly conversation: string;
  readonly reply: number;
  readonly edited: boolean;
  readonly suggested?: boolean;
}

/** Which of the visitors a table shows. */
export type VisitFilter = "all" | "here" | "idle" | "stuck" | "new" | "returning" | "in_conversation" | "invited" | "declined";

/** By what a table of visitors is sorted. */
export type VisitOrder = "began" | "page_since" | "pages" | "stuck" | "language" | "device" | "origin";

/**
 * Look at a window of a site's table of visitors, from now on; asked again it moves.
 *
 * `window` is the asker's own name for it: one console may have several. Whoever asks
 * this is announced to the visitors first.
 */
export interface WatchVisitors {
  readonly type: "visitors.watch";
  readonly ref: string;
  readonly window: string;
  readonly site: number;
  readonly filter?: VisitFilter;
  readonly order?: VisitOrder;
  readonly descending?: boolean;
  readonly search?: string;
  readonly offset?: number;
}

/** Stop looking through this window. */
export interface LeaveVisitors {
  readonly type: "visitors.leave";
  readonly ref: string;
  readonly window: string;
}

/** Somebody is still looking: sent every two seconds while a window or a trail is open. */
export interface KeepWatching {
  readonly type: "watching.keep";
}

/** Follow one visit's trail, current page first. It is written down who did. */
export interface OpenVisit {
  readonly type: "visit.open";
  readonly ref: string;
  readonly visit: string;
}

/** Stop following a visit's trail. */
export interface LeaveVisit {
  readonly type: "visit.leave";
  readonly ref: string;
  readonly visit: string;
}

/** Ask a visitor, on the page that is open there, whether one can help. */
export interface Invite {
  readonly type: "invitation.send";
  readonly ref: string;
  readonly visit: string;
  readonly text: string;
}

/** Take an invitation back that was not answered yet. */
export interface CancelInvitation {
  readonly type: "invitation.cancel";
  readonly ref: string;
  readonly invitation: string;
}

/** A family of devices, no more. */
export type Device = "desktop" | "tablet" | "phone";

/** What a visitor has open, where it is not simply a page. */
export type PageKind = "page" | "search" | "not_found" | "other" | "hidden";

/**
 * Open the line of a visit, with the page that is open.
 *
 * The visit's key and the visitor's choice travel in cookies, never here. `origin` is
 * that of another site only, without path. A page is named by its own signed token; what
 * is no page is named by its kind alone. `view` is the page view's own name, the `ref`
 * of its `page.view` where there was one: greeted with again, after a cut or by polling,
 * it counts once.
 */
export interface VisitHello {
  readonly type: "visit.hello";
  readonly v: number;
  readonly language: string;
  readonly device: Device;
  readonly view?: string | null;
  readonly page?: string | null;
  readonly kind?: PageKind;
  readonly results?: number | null;
  readonly origin?: string;
  readonly active?: boolean;
  readonly seen?: number;
}

/** The visitor has another page open. `ref` makes it count once. */
export interface ViewPage {
  readonly type: "page.view";
  readonly ref: string;
  readonly page?: string | null;
  readonly kind?: PageKind;
  readonly results?: number | null;
}

/** The visitor is here again, or has turned away for a while. */
export interface SetActive {
  readonly type: "activity.set";
  readonly active: boolean;
}

/** This tab shows who is watching, up to this number: they may now be told pages. */
export interface SeeWatchers {
  readonly type: "watchers.seen";
  readonly number: number;
}

/** This tab shows the invitation. */
export interface SeeInvitation {
  readonly type: "invitation.seen";
  readonly invitation: string;
}

/** What a visitor says to an invitation. */
export type Answer = "accept" | "decline" | "never";

/** Accept, no thanks, or never again. */
export interface AnswerInvitation {
  readonly type: "invitation.answer";
  readonly ref: string;
  readonly invitation: string;
  readonly answer: Answer;
}

/** Show the visitor what the staff see: the same fields. */
export interface ShowVisit {
  readonly type: "visit.show";
  readonly ref: string;
}

/**
 * What was asked under `ref` is done and stored.
 *
 * `seq` and `at` are there where a message or note was stored.
 */
export interface Acknowledged {
  readonly type: "ack";
  readonly ref: string;
  readonly conversation: string | null;
  readonly seq: number | null;
  readonly at: number | null;
}

/** What was asked under `ref` was not done; `retry_ms` says when asking again may help. */
export interface Refused {
  readonly type: "refused";
  readonly code: string;
  readonly message: string;
  readonly ref: string | null;
  readonly retry_ms: number | null;
}

/** Last words before the server closes the connection with `close_code`. */
export interface Failed {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly close_code: number;
  readonly retry_ms: number | null;
}

/** The server restarts; come back after `retry_ms`. */
export interface Bye {
  readonly type: "bye";
  readonly retry_ms: number;
}

/** The last message of a conversation: what a receiver should have by now. */
export interface Head {
  readonly conversation: string;
  readonly seq: number;
}

/** The server is here; `heads` is what the receiver should have. Answered by `pong`. */
export interface Heartbeat {
  readonly type: "heartbeat";
  readonly heads: readonly Head[];
}

/** Something could not be delivered in time: say hello again with your cursors. */
export interface Resync {
  readonly type: "resync";
}

/** Where a conversation stands. */
export type State = "signpost" | "waiting" | "active" | "closed";

/** An agent as a visitor may know one: by alias, never by account. */
export interface Sender {
  readonly alias: string;
  readonly avatar: string | null;
}

/**
 * A conversation as its visitor sees it.
 *
 * `agent` answers it; `agent_present` says whether that agent is here now. `asks` is
 * the message of which the signpost wants to know whether it helped; `asks_at_end` whether
 * we want to know that of the whole, now that it is over.
 */
export interface VisitorConversation {
  readonly id: string;
  readonly state: State;
  readonly revision: number;
  readonly last_seq: number;
  readonly read_by_staff: number;
  readonly read_by_visitor: number;
  readonly agent: Sender | null;
  readonly agent_present: boolean;
  readonly page_shared: boolean;
  readonly asks: number | null;
  readonly asks_at_end: boolean;
}

/** Who wrote an entry of the thread; `signpost` answers by itself, `notice` is the system. */
export type Kind = "visitor" | "agent" | "signpost" | "notice";

/** What a notice says; each browser words it in its reader's language. */
export type NoticeCode = "picked_up" | "closed_by_agent" | "closed_by_visitor" | "reopened" | "handed_over" | "handed_over_later" | "given_back" | "closed_idle";

/**
 * A page, image or document: the visitor goes there by a click.
 *
 * `url` is empty where a page that the signpost named is no longer there for everybody.
 */
export interface Card {
  readonly kind: CardKind;
  readonly title: string;
  readonly url: string;
  readonly picture: string | null;
  readonly text: string;
}

/** An element of an editor's rich text. */
export type PieceKind = "p" | "ul" | "ol" | "li" | "b" | "i" | "a" | "br";

/** An element of rich text, with words and elements inside; `href` of a link. */
export interface Piece {
  readonly t: PieceKind;
  readonly c: readonly (string | Piece)[];
  readonly href: string | null;
}

/**
 * What the signpost adds to its words.
 *
 * `cards` are at most three pages. `choices` are what may be answered at this step of a
 * script: the visitor sends the words of one as a message. `pieces` is the text of the
 * message in the editor's own form, empty where it has none.
 */
export interface Guidance {
  readonly cards: readonly Card[];
  readonly choices: readonly string[];
  readonly pieces: readonly (string | Piece)[];
}

/**
 * One entry of a thread, as its visitor sees it.
 *
 * For a notice `text` is empty and `notice` says what happened. `guidance` is there
 * in what the signpost says.
 */
export interface Message {
  readonly seq: number;
  readonly ref: string;
  readonly kind: Kind;
  readonly text: string;
  readonly at: number;
  readonly sender: Sender | null;
  readonly notice: NoticeCode | null;
  readonly card: Card | null;
  readonly guidance: Guidance | null;
}

/**
 * The visitor's side as it stands: the answer to `hello`.
 *
 * `messages` are those after `since`, at most `MAX_BATCH`; `more` says that more follow.
 * `available`: a person can answer now; `signpost`: it answers first what is asked here.
 */
export interface Ready {
  readonly type: "ready";
  readonly now: number;
  readonly available: boolean;
  readonly conversation: VisitorConversation | null;
  readonly messages: readonly Message[];
  readonly more: boolean;
  readonly poll_ms: number;
  readonly signpost: boolean;
}

/** Messages in order of `seq`: the answer to `messages.fetch`. */
export interface Messages {
  readonly type: "messages";
  readonly conversation: string;
  readonly messages: readonly Message[];
  readonly more: boolean;
  readonly ref: string | null;
}

/** A message was stored in the visitor's conversation. */
export interface MessageSent {
  readonly type: "message.sent";
  readonly conversation: string;
  readonly message: Message;
}

/** The visitor's conversation changed its state, its agent or what was read. */
export interface ConversationChanged {
  readonly type: "conversation.changed";
  readonly conversation: VisitorConversation;
}

/** The agent is writing, or stopped. Forget it after six seconds. */
export interface Typing {
  readonly type: "typing";
  readonly active: boolean;
}

/** Whether a person can answer now, and whether the signpost answers first. */
export interface AvailabilityChanged {
  readonly type: "availability.changed";
  readonly available: boolean;
  readonly signpost: boolean;
}

/** An agent as colleagues see one. */
export interface AgentCard {
  readonly id: number;
  readonly alias: string;
  readonly avatar: string | null;
  readonly availability: Availability;
  readonly capacity: number;
  readonly active: number;
  readonly present: boolean;
}

/** A site that the agent may work for. */
export interface SiteCard {
  readonly id: number;
  readonly name: string;
  readonly can_reply: boolean;
  readonly can_watch: boolean;
  readonly can_invite: boolean;
  readonly has_signpost: boolean;
}

/**
 * The page that the visitor chose to show.
 *
 * `title` is `None` where this agent may not view the page.
 */
export interface SharedPage {
  readonly title: string | null;
  readonly url: string | null;
  readonly at: number;
}

/** Who began a conversation. */
export type Initiator = "visitor" | "agent" | "trigger";

/** Why the signpost is silent in a conversation: what made it hand over to a person. */
export type HandOver = "asked" | "not_helped" | "repeated" | "failures" | "fault" | "script" | "switched_off" | "picked_up";

/**
 * A conversation as staff see it in their list.
 *
 * `revision` grows with each change of state: a card with a smaller one is older.
 * `unread` counts the visitor's messages that no agent has seen, up to 100. `handed_over`
 * says why the signpost is silent, `failed` which of its messages did not help; `email`
 * is the address that the visitor gave it.
 */
export interface ConversationCard {
  readonly id: string;
  readonly site: number;
  readonly state: State;
  readonly revision: number;
  readonly label: string;
  readonly language: string;
  readonly agent: AgentCard | null;
  readonly waiting_since: number | null;
  readonly started_at: number;
  readonly last_at: number;
  readonly last_seq: number;
  readonly last_kind: Kind;
  readonly excerpt: string;
  readonly unread: number;
  readonly read_by_staff: number;
  readonly read_by_visitor: number;
  readonly visitor_present: boolean;
  readonly page: SharedPage | null;
  readonly note_count: number;
  readonly initiator: Initiator;
  readonly began_by: string;
  readonly visit: string | null;
  readonly handed_over: HandOver | null;
  readonly failed: readonly number[];
  readonly email: string;
}

/**
 * The console as it stands: the answer to `staff.hello`.
 *
 * `cards` are the conversations that are not closed, on all sites of this agent: those
 * that have waited longest, one's own, the team's. `more_waiting` more wait.
 * Threads that the hello named as open follow, one `thread` each.
 */
export interface StaffReady {
  readonly type: "staff.ready";
  readonly now: number;
  readonly me: AgentCard;
  readonly sites: readonly SiteCard[];
  readonly agents: readonly AgentCard[];
  readonly cards: readonly ConversationCard[];
  readonly more_waiting: number;
  readonly poll_ms: number;
}

/** One entry of a thread, as staff see it: with the account that wrote it. */
export interface ThreadMessage {
  readonly seq: number;
  readonly ref: string;
  readonly kind: Kind;
  readonly text: string;
  readonly at: number;
  readonly sender: Sender | null;
  readonly notice: NoticeCode | null;
  readonly card: Card | null;
  readonly guidance: Guidance | null;
  readonly wrote: string | null;
}

/** An internal note: staff only, never part of the thread. */
export interface Note {
  readonly number: number;
  readonly ref: string;
  readonly text: string;
  readonly at: number;
  readonly author: string;
}

/** A conversation's entries and notes after the cursors that were given. */
export interface Thread {
  readonly type: "thread";
  readonly card: ConversationCard;
  readonly messages: readonly ThreadMessage[];
  readonly more: boolean;
  readonly notes: readonly Note[];
  readonly ref: string | null;
}

/** A message was stored in an open conversation. */
export interface ThreadMessageSent {
  readonly type: "thread.message";
  readonly conversation: string;
  readonly message: ThreadMessage;
}

/** An internal note was stored in an open conversation. */
export interface NoteAdded {
  readonly type: "note.added";
  readonly conversation: string;
  readonly note: Note;
}

/** A conversation of one of the agent's sites began or changed. */
export interface CardChanged {
  readonly type: "card.changed";
  readonly card: ConversationCard;
}

/** The visitor, or (`alias` given) a colleague, is writing or stopped. */
export interface ThreadTyping {
  readonly type: "thread.typing";
  readonly conversation: string;
  readonly active: boolean;
  readonly alias: string | null;
}

/** An agent's availability, capacity, presence or load changed. */
export interface AgentChanged {
  readonly type: "agent.changed";
  readonly agent: AgentCard;
}

/** Closed conversations, newest first: the answer to `closed.fetch`. */
export interface ClosedCards {
  readonly type: "closed.cards";
  readonly cards: readonly ConversationCard[];
  readonly more: boolean;
  readonly ref: string | null;
}

/**
 * A page as staff see it: unnamed where they may not view it, or nobody shall.
 *
 * `section` is the page below the site's root that it belongs to.
 */
export interface PageCard {
  readonly kind: PageKind;
  readonly title: string | null;
  readonly type: string | null;
  readonly section: string | null;
  readonly url: string | null;
}

/** Why a visitor seems stuck. */
export type StuckReason = "back_and_forth" | "sibling_loop" | "not_found_search" | "empty_search" | "form_left" | "order_dwell" | "same_page";

/** What became of an invitation. */
export type InvitationState = "queued" | "shown" | "accepted" | "declined" | "ignored" | "expired" | "cancelled";

/**
 * A visit as staff see it, and as the visitor may see that they do.
 *
 * `page` is `None` until the visitor's tab has shown who is watching.
 */
export interface VisitRow {
  readonly id: string;
  readonly label: string;
  readonly began_at: number;
  readonly page: PageCard | null;
  readonly page_since: number;
  readonly pages: number;
  readonly language: string;
  readonly device: Device;
  readonly origin: string;
  readonly returning: boolean;
  readonly idle_since: number | null;
  readonly stuck: readonly StuckReason[];
  readonly score: number;
  readonly in_conversation: boolean;
  readonly conversation: string | null;
  readonly invitation: InvitationState | null;
  readonly left_at: number | null;
}

/** How many visitors each filter of the table would show. */
export interface VisitCounts {
  readonly all: number;
  readonly here: number;
  readonly idle: number;
  readonly stuck: number;
  readonly new: number;
  readonly returning: number;
  readonly in_conversation: number;
  readonly invited: number;
  readonly declined: number;
}

/** A window of a site's table of visitors as it stands; sent again when it changed. */
export interface VisitorsWindow {
  readonly type: "visitors.window";
  readonly window: string;
  readonly site: number;
  readonly now: number;
  readonly rows: readonly VisitRow[];
  readonly offset: number;
  readonly total: number;
  readonly counts: VisitCounts;
}

/** One page of a visit; `results` where it was a search. */
export interface TrailStep {
  readonly number: number;
  readonly at: number;
  readonly page: PageCard;
  readonly results: number | null;
}

/** A visit that is followed: its row, and its pages, the current one first. */
export interface VisitTrail {
  readonly type: "visit.trail";
  readonly visit: VisitRow;
  readonly site: number;
  readonly steps: readonly TrailStep[];
  readonly ref: string | null;
}

/** A visit that was followed is over or withdrew: nothing of it may stay on a screen. */
export interface VisitGone {
  readonly type: "visit.gone";
  readonly visit: string;
}

/** An invitation, to staff. */
export interface InvitationCard {
  readonly id: string;
  readonly site: number;
  readonly visit: string | null;
  readonly alias: string;
  readonly trigger: string | null;
  readonly text: string;
  readonly state: InvitationState;
  readonly queued_at: number;
  readonly shown_at: number | null;
  readonly decided_at: number | null;
  readonly conversation: string | null;
}

/** What became of an invitation, to the staff of its site. */
export interface InvitationChanged {
  readonly type: "invitation.changed";
  readonly invitation: InvitationCard;
}

/** All that can be filled into a canned reply. */
export type Placeholder = "visitor.name" | "agent.alias" | "page.title" | "page.link" | "site.name";

/** A page, image or document that is attached to a canned reply, and that can be sent. */
export interface CannedCard {
  readonly kind: CardKind;
  readonly id: number;
  readonly title: string;
}

/**
 * A canned reply, filled in for one conversation.
 *
 * What could not be filled in is in `missing`, and still stands in `text`: sent like
 * that it would be refused.
 */
export interface CannedReply {
  readonly id: number;
  readonly title: string;
  readonly shortcut: string;
  readonly category: string;
  readonly language: string;
  readonly text: string;
  readonly missing: readonly Placeholder[];
  readonly cards: readonly CannedCard[];
  readonly personal: boolean;
}

/** Canned replies, best first: the answer to `canned.search`. */
export interface CannedRepliesFound {
  readonly type: "canned.found";
  readonly conversation: string;
  readonly replies: readonly CannedReply[];
  readonly ref: string | null;
}

/**
 * What may answer the visitor's message `seq`: the answer to `canned.suggest`.
 *
 * Nothing of it is sent by itself.
 */
export interface CannedRepliesSuggested {
  readonly type: "canned.suggested";
  readonly conversation: string;
  readonly seq: number;
  readonly replies: readonly CannedReply[];
  readonly ref: string | null;
}

/** A member of staff who can see the visits of the site now, by alias. */
export interface Watcher {
  readonly alias: string;
  readonly avatar: string | null;
}

/** An invitation, to its visitor. `sender` is `None` for an automatic message. */
export interface Invitation {
  readonly id: string;
  readonly text: string;
  readonly sender: Sender | null;
  readonly automatic: boolean;
  readonly expires_at: number;
}

/**
 * The line of a visit is open: the answer to `visit.hello`.
 *
 * `recorded` says whether anything is kept: nothing is while nobody may watch.
 */
export interface VisitReady {
  readonly type: "visit.ready";
  readonly now: number;
  readonly recorded: boolean;
  readonly number: number;
  readonly watchers: readonly Watcher[];
  readonly invitation: Invitation | null;
  readonly poll_ms: number;
}

/** Who is watching now. To be shown, then answered by `watchers.seen` with `number`. */
export interface WatchersChanged {
  readonly type: "watchers.changed";
  readonly number: number;
  readonly watchers: readonly Watcher[];
}

/** An invitation to show, on the page that is open. */
export interface Invited {
  readonly type: "invitation.made";
  readonly invitation: Invitation;
}

/**
 * An invitation stands no more: take it off the page.
 *
 * `accepted` in another tab, or here: then the conversation is there.
 */
export interface InvitationEnded {
  readonly type: "invitation.ended";
  readonly invitation: string;
  readonly accepted: boolean;
}

/** What the staff see of this visit: the answer to `visit.show`. */
export interface VisitShown {
  readonly type: "visit.shown";
  readonly visit: VisitRow;
  readonly steps: readonly TrailStep[];
  readonly watchers: readonly Watcher[];
  readonly ref: string | null;
}

export type VisitorCommand =
  | Hello
  | SendMessage
  | FetchMessages
  | MarkRead
  | SetTyping
  | SharePage
  | EndConversation
  | RateConversation
  | JudgeAnswer
  | AskForPerson
  | Pong;

export type AgentCommand =
  | StaffHello
  | SendReply
  | AddNote
  | OpenConversation
  | LeaveConversation
  | PickUp
  | CloseConversation
  | ReopenConversation
  | GiveBack
  | MarkThreadRead
  | SetReplyTyping
  | SetAvailability
  | FetchClosed
  | SendCard
  | SearchCannedReplies
  | SuggestCannedReplies
  | UseCannedReply
  | WatchVisitors
  | LeaveVisitors
  | KeepWatching
  | OpenVisit
  | LeaveVisit
  | Invite
  | CancelInvitation
  | Pong;

export type VisitCommand =
  | VisitHello
  | ViewPage
  | SetActive
  | SeeWatchers
  | SeeInvitation
  | AnswerInvitation
  | ShowVisit
  | Pong;

export type VisitorUpdate =
  | Acknowledged
  | Refused
  | Failed
  | Bye
  | Heartbeat
  | Resync
  | Ready
  | Messages
  | MessageSent
  | ConversationChanged
  | Typing
  | AvailabilityChanged;

export type AgentUpdate =
  | Acknowledged
  | Refused
  | Failed
  | Bye
  | Heartbeat
  | Resync
  | StaffReady
  | Thread
  | ThreadMessageSent
  | NoteAdded
  | CardChanged
  | ThreadTyping
  | AgentChanged
  | ClosedCards
  | VisitorsWindow
  | VisitTrail
  | VisitGone
  | InvitationChanged
  | CannedRepliesFound
  | CannedRepliesSuggested;

export type VisitUpdate =
  | Acknowledged
  | Refused
  | Failed
  | Bye
  | Heartbeat
  | Resync
  | VisitReady
  | WatchersChanged
  | Invited
  | InvitationEnded
  | VisitShown;
