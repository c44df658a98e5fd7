"""What a browser may ask: the registry of commands, by role.

Sockets and the HTTP fallback read the same two unions. A command that changes something
carries a ``ref``: resent after a cut it is done once and answered again.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .values import (
    Answer,
    AnyLanguage,
    AnyRef,
    Availability,
    CardKind,
    ConversationId,
    Cursor,
    Device,
    InvitationText,
    Language,
    ObjectId,
    Origin,
    PageKind,
    PageToken,
    PublicId,
    Ref,
    Results,
    Seq,
    Text,
    VisitFilter,
    VisitOrder,
)


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all commands."""


# What both sides ask.


class Pong(Command, frozen=True, kw_only=True, tag="pong"):
    """Answer to a heartbeat: this browser is still here."""


# What a visitor asks.


class Hello(Command, frozen=True, kw_only=True, tag="hello"):
    """Open the visitor's side, and catch up from ``since``.

    The visitor key travels in its cookie, never here. ``page`` is where the panel is, for the
    sole question whether the signpost answers there.
    """

    v: int
    language: Language
    since: Seq = 0
    page: PageToken | None = None


class SendMessage(Command, frozen=True, kw_only=True, tag="message.send"):
    """Say something. The first message makes the conversation; one after its end reopens it.

    ``page`` is where the visitor asks. It is kept with what the signpost is asked, and with
    nothing else.
    """

    ref: Ref
    text: Text
    page: PageToken | None = None


class FetchMessages(Command, frozen=True, kw_only=True, tag="messages.fetch"):
    """Ask for what follows ``since``, where a gap showed."""

    ref: Ref
    since: Seq


class MarkRead(Command, frozen=True, kw_only=True, tag="read.mark"):
    """The visitor has seen everything up to ``seq``."""

    seq: Seq


class SetTyping(Command, frozen=True, kw_only=True, tag="typing.set"):
    """The visitor is writing, or stopped; never what."""

    active: bool


class SharePage(Command, frozen=True, kw_only=True, tag="page.share"):
    """Show the agent the page that carries this token, or (``None``) stop showing."""

    ref: Ref
    page: PageToken | None


class EndConversation(Command, frozen=True, kw_only=True, tag="conversation.end"):
    """The visitor ends the conversation."""

    ref: Ref


class RateConversation(Command, frozen=True, kw_only=True, tag="conversation.rate"):
    """Say at the end of a conversation whether it helped."""

    ref: Ref
    helped: bool


class JudgeAnswer(Command, frozen=True, kw_only=True, tag="answer.judge"):
    """Say whether what the signpost said under ``seq`` helped. If not, a person is asked for."""

    ref: Ref
    seq: Seq
    helped: bool


class AskForPerson(Command, frozen=True, kw_only=True, tag="person.ask"):
    """Talk to a person: the signpost hands the conversation over, and begins it if need be."""

    ref: Ref


# What an agent asks.


class StaffHello(Command, frozen=True, kw_only=True, tag="staff.hello"):
    """Open the staff side with a one-time ticket; catch up the open conversations.

    ``ticket`` is empty over HTTP, where the admin's own session speaks.
    """

    v: int
    ticket: Annotated[str, Meta(max_length=100)] = ""
    open: Annotated[list[Cursor], Meta(max_length=50)] = msgspec.field(default_factory=list)


class SendReply(Command, frozen=True, kw_only=True, tag="reply.send"):
    """Say something to the visitor.

    Sent again after a refusal, ``attempt`` is one more: a late copy stays refused.
    """

    ref: Ref
    conversation: ConversationId
    text: Text
    attempt: Annotated[int, Meta(ge=1, le=1_000)] = 1


class AddNote(Command, frozen=True, kw_only=True, tag="note.add"):
    """Write an internal note."""

    ref: Ref
    conversation: ConversationId
    text: Text


class OpenConversation(Command, frozen=True, kw_only=True, tag="conversation.open"):
    """Follow a conversation: its thread so far, then what happens in it."""

    ref: Ref
    conversation: ConversationId
    since: Seq = 0
    notes_since: Seq = 0


class LeaveConversation(Command, frozen=True, kw_only=True, tag="conversation.leave"):
    """Stop following a conversation."""

    ref: Ref
    conversation: ConversationId


class PickUp(Command, frozen=True, kw_only=True, tag="conversation.pick_up"):
    """Take a waiting conversation. Of two agents at once one wins, the other is told."""

    ref: Ref
    conversation: ConversationId


class CloseConversation(Command, frozen=True, kw_only=True, tag="conversation.close"):
    """End the conversation from the staff side."""

    ref: Ref
    conversation: ConversationId


class ReopenConversation(Command, frozen=True, kw_only=True, tag="conversation.reopen"):
    """Take a closed conversation up again."""

    ref: Ref
    conversation: ConversationId


class GiveBack(Command, frozen=True, kw_only=True, tag="conversation.give_back"):
    """Let the signpost answer again what the visitor writes from now on."""

    ref: Ref
    conversation: ConversationId


class MarkThreadRead(Command, frozen=True, kw_only=True, tag="thread.mark_read"):
    """The staff have seen everything up to ``seq``."""

    conversation: ConversationId
    seq: Seq


class SetReplyTyping(Command, frozen=True, kw_only=True, tag="reply.typing"):
    """The agent is writing, or stopped; never what."""

    conversation: ConversationId
    active: bool


class SetAvailability(Command, frozen=True, kw_only=True, tag="availability.set"):
    """Say whether one can take conversations, and how many at once."""

    ref: Ref
    availability: Availability
    capacity: Annotated[int, Meta(ge=1, le=50)] | None = None


class FetchClosed(Command, frozen=True, kw_only=True, tag="closed.fetch"):
    """Ask for closed conversations that ended before ``before``, newest first."""

    ref: Ref
    before: Annotated[int, Meta(ge=0)] | None = None
    site: Annotated[int, Meta(ge=1)] | None = None


class SendCard(Command, frozen=True, kw_only=True, tag="card.send"):
    """Send a page, image or document of the site; the visitor goes there by a click.

    ``reply`` names the canned reply that it is attached to, where there is one: then its
    editor chose it, and the agent need not be able to.
    """

    ref: Ref
    conversation: ConversationId
    kind: CardKind
    id: ObjectId
    reply: ObjectId | None = None


class SearchCannedReplies(Command, frozen=True, kw_only=True, tag="canned.search"):
    """Look for canned replies, filled in for this conversation; best first."""

    ref: Ref
    conversation: ConversationId
    query: Annotated[str, Meta(max_length=100)] = ""


class SuggestCannedReplies(Command, frozen=True, kw_only=True, tag="canned.suggest"):
    """Ask for the canned replies that fit what the visitor has just written."""

    ref: Ref
    conversation: ConversationId


class UseCannedReply(Command, frozen=True, kw_only=True, tag="canned.use"):
    """A canned reply was sent: as it was, or ``edited`` before."""

    ref: Ref
    conversation: ConversationId
    reply: ObjectId
    edited: bool
    suggested: bool = False


class WatchVisitors(Command, frozen=True, kw_only=True, tag="visitors.watch"):
    """Look at a window of a site's table of visitors, from now on; asked again it moves.

    ``window`` is the asker's own name for it: one console may have several. Whoever asks
    this is announced to the visitors first.
    """

    ref: Ref
    window: Ref
    site: Annotated[int, Meta(ge=1)]
    filter: VisitFilter = VisitFilter.ALL
    order: VisitOrder = VisitOrder.BEGAN
    descending: bool = True
    search: Annotated[str, Meta(max_length=100)] = ""
    offset: Annotated[int, Meta(ge=0, le=100_000)] = 0


class LeaveVisitors(Command, frozen=True, kw_only=True, tag="visitors.leave"):
    """Stop looking through this window."""

    ref: Ref
    window: Ref


class KeepWatching(Command, frozen=True, kw_only=True, tag="watching.keep"):
    """Somebody is still looking: sent every two seconds while a window or a trail is open."""


class OpenVisit(Command, frozen=True, kw_only=True, tag="visit.open"):
    """Follow one visit's trail, current page first. It is written down who did."""

    ref: Ref
    visit: PublicId


class LeaveVisit(Command, frozen=True, kw_only=True, tag="visit.leave"):
    """Stop following a visit's trail."""

    ref: Ref
    visit: PublicId


class Invite(Command, frozen=True, kw_only=True, tag="invitation.send"):
    """Ask a visitor, on the page that is open there, whether one can help."""

    ref: Ref
    visit: PublicId
    text: InvitationText


class CancelInvitation(Command, frozen=True, kw_only=True, tag="invitation.cancel"):
    """Take an invitation back that was not answered yet."""

    ref: Ref
    invitation: PublicId


# What a visit tells: only after the visitor has agreed.


class VisitHello(Command, frozen=True, kw_only=True, tag="visit.hello"):
    """Open the line of a visit, with the page that is open.

    The visit's key and the visitor's choice travel in cookies, never here. ``origin`` is
    that of another site only, without path. A page is named by its own signed token; what
    is no page is named by its kind alone. ``view`` is the page view's own name, the ``ref``
    of its ``page.view`` where there was one: greeted with again, after a cut or by polling,
    it counts once.
    """

    v: int
    language: AnyLanguage
    device: Device
    view: AnyRef | None = None
    page: PageToken | None = None
    kind: PageKind = PageKind.PAGE
    results: Results | None = None
    origin: Origin = ""
    active: bool = True
    seen: Seq = 0


class ViewPage(Command, frozen=True, kw_only=True, tag="page.view"):
    """The visitor has another page open. ``ref`` makes it count once."""

    ref: Ref
    page: PageToken | None = None
    kind: PageKind = PageKind.PAGE
    results: Results | None = None


class SetActive(Command, frozen=True, kw_only=True, tag="activity.set"):
    """The visitor is here again, or has turned away for a while."""

    active: bool


class SeeWatchers(Command, frozen=True, kw_only=True, tag="watchers.seen"):
    """This tab shows who is watching, up to this number: they may now be told pages."""

    number: Seq


class SeeInvitation(Command, frozen=True, kw_only=True, tag="invitation.seen"):
    """This tab shows the invitation."""

    invitation: PublicId


class AnswerInvitation(Command, frozen=True, kw_only=True, tag="invitation.answer"):
    """Accept, no thanks, or never again."""

    ref: Ref
    invitation: PublicId
    answer: Answer


class ShowVisit(Command, frozen=True, kw_only=True, tag="visit.show"):
    """Show the visitor what the staff see: the same fields."""

    ref: Ref


VisitCommand = (
    VisitHello
    | ViewPage
    | SetActive
    | SeeWatchers
    | SeeInvitation
    | AnswerInvitation
    | ShowVisit
    | Pong
)
VisitorCommand = (
    Hello
    | SendMessage
    | FetchMessages
    | MarkRead
    | SetTyping
    | SharePage
    | EndConversation
    | RateConversation
    | JudgeAnswer
    | AskForPerson
    | Pong
)
AgentCommand = (
    StaffHello
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
    | Pong
)
