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
Moment = Annotated[int, Meta(ge=0, description="Milliseconds since 1970, UTC.")]
Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_TEXT,
        description="Plain text; never HTML.",
    ),
]
Language = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9-]{2,20}\Z",
        description="A language tag such as fr or pt-BR: the language of the page.",
    ),
]
PageToken = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="The page's own token, signed by the server and printed by the template tag.",
    ),
]


class State(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Kind(StrEnum):
    """Who wrote an entry of the thread; ``notice`` is the system itself."""

    VISITOR = "visitor"
    AGENT = "agent"
    NOTICE = "notice"


class NoticeCode(StrEnum):
    """What a notice says; each browser words it in its reader's language."""

    PICKED_UP = "picked_up"
    CLOSED_BY_AGENT = "closed_by_agent"
    CLOSED_BY_VISITOR = "closed_by_visitor"
    REOPENED = "reopened"


class Availability(StrEnum):
    """What an agent chose; presence is another matter."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that travels: immutable, named fields, nothing unknown."""


class Sender(Value, frozen=True, kw_only=True):
    """An agent as a visitor may know one: by alias, never by account."""

    alias: str
    avatar: str | None = None


class Message(Value, frozen=True, kw_only=True):
    """One entry of a thread, as its visitor sees it.

    For a notice ``text`` is empty and ``notice`` says what happened.
    """

    seq: int
    ref: str
    kind: Kind
    text: str
    at: int
    sender: Sender | None = None
    notice: NoticeCode | None = None


class VisitorConversation(Value, frozen=True, kw_only=True):
    """A conversation as its visitor sees it.

    ``agent`` answers it; ``agent_present`` says whether that agent is here now.
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
    ``unread`` counts the visitor's messages that no agent has seen.
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
