"""What happened in conversations: ids and plain values, published after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wagtail_livechat.protocol.values import Card, Guidance


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """An entry was stored in a thread; for a notice ``kind`` is ``notice``.

    Of a card the ``text`` is the title, for those who show no cards. ``asks_signpost``: it is
    the visitor's, and the signpost's to answer.
    """

    site_id: int
    conversation_pk: int
    conversation_id: str
    visitor_id: int
    seq: int
    ref: str
    kind: str
    text: str
    at: datetime
    profile_id: int | None = None
    alias: str | None = None
    notice: str | None = None
    card: Card | None = None
    guidance: Guidance | None = None
    asks_signpost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationChanged:
    """State, agent, shared page or what was read changed.

    ``load_changed`` says that an agent has one more or one fewer.
    """

    site_id: int
    conversation_pk: int
    conversation_id: str
    visitor_id: int
    load_changed: bool = False
    profile_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    """An internal note was stored. Staff only."""

    site_id: int
    conversation_pk: int
    conversation_id: str
    number: int
