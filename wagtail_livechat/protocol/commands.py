"""What a browser may ask: the registry of commands, by role.

Sockets and the HTTP fallback read the same two unions. A command that changes something
carries a ``ref``: resent after a cut it is done once and answered again.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .values import (
    Availability,
    ConversationId,
    Cursor,
    Language,
    PageToken,
    Ref,
    Seq,
    Text,
)


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all commands."""


# What both sides ask.


class Pong(Command, frozen=True, kw_only=True, tag="pong"):
    """Answer to a heartbeat: this browser is still here."""


# What a visitor asks.


class Hello(Command, frozen=True, kw_only=True, tag="hello"):
    """Open the visitor's side, and catch up from ``since``.

    The visitor key travels in its cookie, never here.
    """

    v: int
    language: Language
    since: Seq = 0


class SendMessage(Command, frozen=True, kw_only=True, tag="message.send"):
    """Say something. The first message makes the conversation; one after its end reopens it."""

    ref: Ref
    text: Text


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


# What an agent asks.


class StaffHello(Command, frozen=True, kw_only=True, tag="staff.hello"):
    """Open the staff side with a one-time ticket; catch up the open conversations.

    ``ticket`` is empty over HTTP, where the admin's own session speaks.
    """

    v: int
    ticket: Annotated[str, Meta(max_length=100)] = ""
    open: Annotated[list[Cursor], Meta(max_length=50)] = msgspec.field(default_factory=list)


class SendReply(Command, frozen=True, kw_only=True, tag="reply.send"):
    """Say something to the visitor."""

    ref: Ref
    conversation: ConversationId
    text: Text


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


VisitorCommand = (
    Hello | SendMessage | FetchMessages | MarkRead | SetTyping | SharePage | EndConversation | Pong
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
    | MarkThreadRead
    | SetReplyTyping
    | SetAvailability
    | FetchClosed
    | Pong
)
