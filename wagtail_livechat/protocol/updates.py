"""What a browser may be told: the registry of updates, by role.

The two families are apart so that nothing meant for staff can be put into a visitor's
frame by accident: a visitor's socket sends a :data:`VisitorUpdate` and nothing else.
"""

from __future__ import annotations

import msgspec

from .canned import CannedReply
from .values import (
    AgentCard,
    ConversationCard,
    Head,
    Invitation,
    InvitationCard,
    Message,
    Note,
    SiteCard,
    ThreadMessage,
    TrailStep,
    VisitCounts,
    VisitorConversation,
    VisitRow,
    Watcher,
)


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all updates."""


# What both sides are told.


class Acknowledged(Update, frozen=True, kw_only=True, tag="ack"):
    """What was asked under ``ref`` is done and stored.

    ``seq`` and ``at`` are there where a message or note was stored.
    """

    ref: str
    conversation: str | None = None
    seq: int | None = None
    at: int | None = None


class Refused(Update, frozen=True, kw_only=True, tag="refused"):
    """What was asked under ``ref`` was not done; ``retry_ms`` says when asking again may help."""

    code: str
    message: str
    ref: str | None = None
    retry_ms: int | None = None


class Failed(Update, frozen=True, kw_only=True, tag="error"):
    """Last words before the server closes the connection with ``close_code``."""

    code: str
    message: str
    close_code: int
    retry_ms: int | None = None


class Bye(Update, frozen=True, kw_only=True, tag="bye"):
    """The server restarts; come back after ``retry_ms``."""

    retry_ms: int


class Heartbeat(Update, frozen=True, kw_only=True, tag="heartbeat"):
    """The server is here; ``heads`` is what the receiver should have. Answered by ``pong``."""

    heads: list[Head]


class Resync(Update, frozen=True, kw_only=True, tag="resync"):
    """Something could not be delivered in time: say hello again with your cursors."""


# What a visitor is told.


class Ready(Update, frozen=True, kw_only=True, tag="ready"):
    """The visitor's side as it stands: the answer to ``hello``.

    ``messages`` are those after ``since``, at most ``MAX_BATCH``; ``more`` says that more follow.
    ``available``: a person can answer now; ``signpost``: it answers first what is asked here.
    """

    now: int
    available: bool
    conversation: VisitorConversation | None
    messages: list[Message]
    more: bool
    poll_ms: int
    signpost: bool = False


class Messages(Update, frozen=True, kw_only=True, tag="messages"):
    """Messages in order of ``seq``: the answer to ``messages.fetch``."""

    conversation: str
    messages: list[Message]
    more: bool
    ref: str | None = None


class MessageSent(Update, frozen=True, kw_only=True, tag="message.sent"):
    """A message was stored in the visitor's conversation."""

    conversation: str
    message: Message


class ConversationChanged(Update, frozen=True, kw_only=True, tag="conversation.changed"):
    """The visitor's conversation changed its state, its agent or what was read."""

    conversation: VisitorConversation


class Typing(Update, frozen=True, kw_only=True, tag="typing"):
    """The agent is writing, or stopped. Forget it after six seconds."""

    active: bool


class AvailabilityChanged(Update, frozen=True, kw_only=True, tag="availability.changed"):
    """Whether a person can answer now, and whether the signpost answers first."""

    available: bool
    signpost: bool = False


# What staff are told.


class StaffReady(Update, frozen=True, kw_only=True, tag="staff.ready"):
    """The console as it stands: the answer to ``staff.hello``.

    ``cards`` are the conversations that are not closed, on all sites of this agent: those
    that have waited longest, one's own, the team's. ``more_waiting`` more wait.
    Threads that the hello named as open follow, one ``thread`` each.
    """

    now: int
    me: AgentCard
    sites: list[SiteCard]
    agents: list[AgentCard]
    cards: list[ConversationCard]
    more_waiting: int
    poll_ms: int


class Thread(Update, frozen=True, kw_only=True, tag="thread"):
    """A conversation's entries and notes after the cursors that were given."""

    card: ConversationCard
    messages: list[ThreadMessage]
    more: bool
    notes: list[Note]
    ref: str | None = None


class ThreadMessageSent(Update, frozen=True, kw_only=True, tag="thread.message"):
    """A message was stored in an open conversation."""

    conversation: str
    message: ThreadMessage


class NoteAdded(Update, frozen=True, kw_only=True, tag="note.added"):
    """An internal note was stored in an open conversation."""

    conversation: str
    note: Note


class CardChanged(Update, frozen=True, kw_only=True, tag="card.changed"):
    """A conversation of one of the agent's sites began or changed."""

    card: ConversationCard


class ThreadTyping(Update, frozen=True, kw_only=True, tag="thread.typing"):
    """The visitor, or (``alias`` given) a colleague, is writing or stopped."""

    conversation: str
    active: bool
    alias: str | None = None


class AgentChanged(Update, frozen=True, kw_only=True, tag="agent.changed"):
    """An agent's availability, capacity, presence or load changed."""

    agent: AgentCard


class ClosedCards(Update, frozen=True, kw_only=True, tag="closed.cards"):
    """Closed conversations, newest first: the answer to ``closed.fetch``."""

    cards: list[ConversationCard]
    more: bool
    ref: str | None = None


class VisitorsWindow(Update, frozen=True, kw_only=True, tag="visitors.window"):
    """A window of a site's table of visitors as it stands; sent again when it changed."""

    window: str
    site: int
    now: int
    rows: list[VisitRow]
    offset: int
    total: int
    counts: VisitCounts


class VisitTrail(Update, frozen=True, kw_only=True, tag="visit.trail"):
    """A visit that is followed: its row, and its pages, the current one first."""

    visit: VisitRow
    site: int
    steps: list[TrailStep]
    ref: str | None = None


class VisitGone(Update, frozen=True, kw_only=True, tag="visit.gone"):
    """A visit that was followed is over or withdrew: nothing of it may stay on a screen."""

    visit: str


class InvitationChanged(Update, frozen=True, kw_only=True, tag="invitation.changed"):
    """What became of an invitation, to the staff of its site."""

    invitation: InvitationCard


class CannedRepliesFound(Update, frozen=True, kw_only=True, tag="canned.found"):
    """Canned replies, best first: the answer to ``canned.search``."""

    conversation: str
    replies: list[CannedReply]
    ref: str | None = None


class CannedRepliesSuggested(Update, frozen=True, kw_only=True, tag="canned.suggested"):
    """What may answer the visitor's message ``seq``: the answer to ``canned.suggest``.

    Nothing of it is sent by itself.
    """

    conversation: str
    seq: int
    replies: list[CannedReply]
    ref: str | None = None


# What a visit is told.


class VisitReady(Update, frozen=True, kw_only=True, tag="visit.ready"):
    """The line of a visit is open: the answer to ``visit.hello``.

    ``recorded`` says whether anything is kept: nothing is while nobody may watch.
    """

    now: int
    recorded: bool
    number: int
    watchers: list[Watcher]
    invitation: Invitation | None
    poll_ms: int


class WatchersChanged(Update, frozen=True, kw_only=True, tag="watchers.changed"):
    """Who is watching now. To be shown, then answered by ``watchers.seen`` with ``number``."""

    number: int
    watchers: list[Watcher]


class Invited(Update, frozen=True, kw_only=True, tag="invitation.made"):
    """An invitation to show, on the page that is open."""

    invitation: Invitation


class InvitationEnded(Update, frozen=True, kw_only=True, tag="invitation.ended"):
    """An invitation stands no more: take it off the page.

    ``accepted`` in another tab, or here: then the conversation is there.
    """

    invitation: str
    accepted: bool


class VisitShown(Update, frozen=True, kw_only=True, tag="visit.shown"):
    """What the staff see of this visit: the answer to ``visit.show``."""

    visit: VisitRow
    steps: list[TrailStep]
    watchers: list[Watcher]
    ref: str | None = None


VisitUpdate = (
    Acknowledged
    | Refused
    | Failed
    | Bye
    | Heartbeat
    | Resync
    | VisitReady
    | WatchersChanged
    | Invited
    | InvitationEnded
    | VisitShown
)
VisitorUpdate = (
    Acknowledged
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
    | AvailabilityChanged
)
AgentUpdate = (
    Acknowledged
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
    | CannedRepliesSuggested
)
