"""The pieces that commands and updates carry.

Moments travel as whole milliseconds since 1970 in UTC, so that each side shows them in
its own time zone. Lengths are counted in Unicode code points on both sides
(``len(text)`` here, ``[...text].length`` in a browser).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

VERSION = 1
"""The protocol's version; a browser that speaks another one is told to reload."""

MAX_TEXT = 4_000
"""The longest message or note, in code points."""

MAX_FRAME = 16 * 1024
"""The longest frame, or command of a request, that the server reads, in UTF-8 bytes."""

MAX_EXCHANGE = 4 * MAX_FRAME
"""The longest body of a request of the HTTP fallback, which carries several commands."""

MAX_BATCH = 200
"""How many messages one update carries at most."""

MOST_CARDS = 3
"""How many pages the signpost points to in one message."""

POLL_MS = 10_000
"""How soon the HTTP fallback asks again where the server says nothing else."""

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest whole number that every browser keeps exactly."""

Ref = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
        description="A UUID that the browser makes for what it asks: asked twice, done once.",
    ),
]
ConversationId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
        description="Names a conversation; knowing it gives no right to it.",
    ),
]
Seq = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_SAFE_INTEGER,
        description="A message's place in its conversation, from 1, without gaps; 0 is before the first.",
    ),
]
ObjectId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
Moment = Annotated[int, Meta(ge=0, description="Milliseconds since 1970, UTC.")]
Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_TEXT,
        description="Plain text; never HTML.",
    ),
]
LANGUAGE_TAG = r"^[A-Za-z0-9-]{2,20}\Z"
Language = Annotated[
    str,
    Meta(
        pattern=LANGUAGE_TAG,
        description="A language tag such as fr or pt-BR: the language of the page.",
    ),
]
# A poll is mostly what was told before, and a pattern takes as long as all the rest of its
# reading: what comes with each is judged by its length, and looked at where it is news.
AnyRef = Annotated[
    str, Meta(min_length=36, max_length=36, description="A UUID that the browser makes.")
]
AnyLanguage = Annotated[
    str, Meta(min_length=2, max_length=20, description="The page's language, as fr or pt-BR.")
]
PageToken = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="The page's own token, signed by the server and printed by the template tag.",
    ),
]


PublicId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
        description="Names a visit or an invitation; knowing it gives no right to it.",
    ),
]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]{1,180})?\Z",
        description="Where the visitor came from: scheme and host of another site, never a path.",
    ),
]
Results = Annotated[
    int, Meta(ge=0, le=1_000_000, description="How much a search found; never what was searched.")
]
InvitationText = Annotated[
    str, Meta(min_length=1, max_length=300, description="Plain text; never HTML.")
]


class State(StrEnum):
    """Where a conversation stands."""

    SIGNPOST = "signpost"
    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Kind(StrEnum):
    """Who wrote an entry of the thread; ``signpost`` answers by itself, ``notice`` is the system."""

    VISITOR = "visitor"
    AGENT = "agent"
    SIGNPOST = "signpost"
    NOTICE = "notice"


class NoticeCode(StrEnum):
    """What a notice says; each browser words it in its reader's language."""

    PICKED_UP = "picked_up"
    CLOSED_BY_AGENT = "closed_by_agent"
    CLOSED_BY_VISITOR = "closed_by_visitor"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    HANDED_OVER_LATER = "handed_over_later"
    GIVEN_BACK = "given_back"
    CLOSED_IDLE = "closed_idle"


class HandOver(StrEnum):
    """Why the signpost is silent in a conversation: what made it hand over to a person."""

    ASKED = "asked"
    NOT_HELPED = "not_helped"
    REPEATED = "repeated"
    FAILURES = "failures"
    FAULT = "fault"
    SCRIPT = "script"
    SWITCHED_OFF = "switched_off"
    PICKED_UP = "picked_up"


class Initiator(StrEnum):
    """Who began a conversation."""

    VISITOR = "visitor"
    AGENT = "agent"
    TRIGGER = "trigger"


class Availability(StrEnum):
    """What an agent chose; presence is another matter."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


class PageKind(StrEnum):
    """What a visitor has open, where it is not simply a page."""

    PAGE = "page"
    SEARCH = "search"
    NOT_FOUND = "not_found"
    OTHER = "other"
    HIDDEN = "hidden"


class Device(StrEnum):
    """A family of devices, no more."""

    DESKTOP = "desktop"
    TABLET = "tablet"
    PHONE = "phone"


class CardKind(StrEnum):
    """What an agent may send besides words."""

    PAGE = "page"
    IMAGE = "image"
    DOCUMENT = "document"


class InvitationState(StrEnum):
    """What became of an invitation."""

    QUEUED = "queued"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IGNORED = "ignored"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """What a visitor says to an invitation."""

    ACCEPT = "accept"
    DECLINE = "decline"
    NEVER = "never"


class StuckReason(StrEnum):
    """Why a visitor seems stuck."""

    BACK_AND_FORTH = "back_and_forth"
    SIBLING_LOOP = "sibling_loop"
    NOT_FOUND_SEARCH = "not_found_search"
    EMPTY_SEARCH = "empty_search"
    FORM_LEFT = "form_left"
    ORDER_DWELL = "order_dwell"
    SAME_PAGE = "same_page"


class VisitFilter(StrEnum):
    """Which of the visitors a table shows."""

    ALL = "all"
    HERE = "here"
    IDLE = "idle"
    STUCK = "stuck"
    NEW = "new"
    RETURNING = "returning"
    IN_CONVERSATION = "in_conversation"
    INVITED = "invited"
    DECLINED = "declined"


class VisitOrder(StrEnum):
    """By what a table of visitors is sorted."""

    BEGAN = "began"
    PAGE_SINCE = "page_since"
    PAGES = "pages"
    STUCK = "stuck"
    LANGUAGE = "language"
    DEVICE = "device"
    ORIGIN = "origin"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that travels: immutable, named fields, nothing unknown."""


class Sender(Value, frozen=True, kw_only=True):
    """An agent as a visitor may know one: by alias, never by account."""

    alias: str
    avatar: str | None = None


class Card(Value, frozen=True, kw_only=True):
    """A page, image or document: the visitor goes there by a click.

    ``url`` is empty where a page that the signpost named is no longer there for everybody.
    """

    kind: CardKind
    title: str
    url: str
    picture: str | None = None
    text: str = ""


class PieceKind(StrEnum):
    """An element of an editor's rich text."""

    P = "p"
    UL = "ul"
    OL = "ol"
    LI = "li"
    B = "b"
    I = "i"  # noqa: E741
    A = "a"
    BR = "br"


class Piece(Value, frozen=True, kw_only=True):
    """An element of rich text, with words and elements inside; ``href`` of a link."""

    t: PieceKind
    c: list[str | Piece] = msgspec.field(default_factory=list)
    href: str | None = None


class Guidance(Value, frozen=True, kw_only=True):
    """What the signpost adds to its words.

    ``cards`` are at most three pages. ``choices`` are what may be answered at this step of a
    script: the visitor sends the words of one as a message. ``pieces`` is the text of the
    message in the editor's own form, empty where it has none.
    """

    cards: list[Card] = msgspec.field(default_factory=list)
    choices: list[str] = msgspec.field(default_factory=list)
    pieces: list[str | Piece] = msgspec.field(default_factory=list)


class Message(Value, frozen=True, kw_only=True):
    """One entry of a thread, as its visitor sees it.

    For a notice ``text`` is empty and ``notice`` says what happened. ``guidance`` is there
    in what the signpost says.
    """

    seq: int
    ref: str
    kind: Kind
    text: str
    at: int
    sender: Sender | None = None
    notice: NoticeCode | None = None
    card: Card | None = None
    guidance: Guidance | None = None


class VisitorConversation(Value, frozen=True, kw_only=True):
    """A conversation as its visitor sees it.

    ``agent`` answers it; ``agent_present`` says whether that agent is here now. ``asks`` is
    the message of which the signpost wants to know whether it helped; ``asks_at_end`` whether
    we want to know that of the whole, now that it is over.
    """

    id: str
    state: State
    revision: int
    last_seq: int
    read_by_staff: int
    read_by_visitor: int
    agent: Sender | None
    agent_present: bool
    page_shared: bool
    asks: int | None = None
    asks_at_end: bool = False


class AgentCard(Value, frozen=True, kw_only=True):
    """An agent as colleagues see one."""

    id: int
    alias: str
    avatar: str | None
    availability: Availability
    capacity: int
    active: int
    present: bool


class SiteCard(Value, frozen=True, kw_only=True):
    """A site that the agent may work for."""

    id: int
    name: str
    can_reply: bool
    can_watch: bool = False
    can_invite: bool = False
    has_signpost: bool = False


class SharedPage(Value, frozen=True, kw_only=True):
    """The page that the visitor chose to show.

    ``title`` is ``None`` where this agent may not view the page.
    """

    title: str | None
    url: str | None
    at: int


class ConversationCard(Value, frozen=True, kw_only=True):
    """A conversation as staff see it in their list.

    ``revision`` grows with each change of state: a card with a smaller one is older.
    ``unread`` counts the visitor's messages that no agent has seen, up to 100. ``handed_over``
    says why the signpost is silent, ``failed`` which of its messages did not help; ``email``
    is the address that the visitor gave it.
    """

    id: str
    site: int
    state: State
    revision: int
    label: str
    language: str
    agent: AgentCard | None
    waiting_since: int | None
    started_at: int
    last_at: int
    last_seq: int
    last_kind: Kind
    excerpt: str
    unread: int
    read_by_staff: int
    read_by_visitor: int
    visitor_present: bool
    page: SharedPage | None
    note_count: int
    initiator: Initiator = Initiator.VISITOR
    began_by: str = ""
    visit: str | None = None
    handed_over: HandOver | None = None
    failed: list[int] = msgspec.field(default_factory=list)
    email: str = ""


class ThreadMessage(Message, frozen=True, kw_only=True):
    """One entry of a thread, as staff see it: with the account that wrote it."""

    wrote: str | None = None


class Note(Value, frozen=True, kw_only=True):
    """An internal note: staff only, never part of the thread."""

    number: int
    ref: str
    text: str
    at: int
    author: str


class Cursor(Value, frozen=True, kw_only=True):
    """How far a console has read one open conversation."""

    conversation: ConversationId
    since: Seq = 0
    notes_since: Seq = 0


class Head(Value, frozen=True, kw_only=True):
    """The last message of a conversation: what a receiver should have by now."""

    conversation: str
    seq: int


# Visits: what is watched, with permission.


class Watcher(Value, frozen=True, kw_only=True):
    """A member of staff who can see the visits of the site now, by alias."""

    alias: str
    avatar: str | None = None


class PageCard(Value, frozen=True, kw_only=True):
    """A page as staff see it: unnamed where they may not view it, or nobody shall.

    ``section`` is the page below the site's root that it belongs to.
    """

    kind: PageKind
    title: str | None = None
    type: str | None = None
    section: str | None = None
    url: str | None = None


class TrailStep(Value, frozen=True, kw_only=True):
    """One page of a visit; ``results`` where it was a search."""

    number: int
    at: int
    page: PageCard
    results: int | None = None


class VisitRow(Value, frozen=True, kw_only=True):
    """A visit as staff see it, and as the visitor may see that they do.

    ``page`` is ``None`` until the visitor's tab has shown who is watching.
    """

    id: str
    label: str
    began_at: int
    page: PageCard | None
    page_since: int
    pages: int
    language: str
    device: Device
    origin: str
    returning: bool
    idle_since: int | None
    stuck: list[StuckReason]
    score: int
    in_conversation: bool
    conversation: str | None
    invitation: InvitationState | None
    left_at: int | None = None


class VisitCounts(Value, frozen=True, kw_only=True):
    """How many visitors each filter of the table would show."""

    all: int
    here: int
    idle: int
    stuck: int
    new: int
    returning: int
    in_conversation: int
    invited: int
    declined: int


class Invitation(Value, frozen=True, kw_only=True):
    """An invitation, to its visitor. ``sender`` is ``None`` for an automatic message."""

    id: str
    text: str
    sender: Sender | None
    automatic: bool
    expires_at: int


class InvitationCard(Value, frozen=True, kw_only=True):
    """An invitation, to staff."""

    id: str
    site: int
    visit: str | None
    alias: str
    trigger: str | None
    text: str
    state: InvitationState
    queued_at: int
    shown_at: int | None
    decided_at: int | None
    conversation: str | None
