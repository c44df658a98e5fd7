"""What happened in conversations: ids and plain values, published after the commit.

These are structs, as all values that are made for each message: a frozen dataclass of this
size takes twenty times as long to make.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from wagtail_livechat.protocol.values import Card, Guidance


class MessageSent(msgspec.Struct, frozen=True, kw_only=True):
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


class ConversationChanged(msgspec.Struct, frozen=True, kw_only=True):
    """State, agent, shared page or what was read changed.

    ``load_changed`` says that an agent has one more or one fewer.
    """

    site_id: int
    conversation_pk: int
    conversation_id: str
    visitor_id: int
    load_changed: bool = False
    profile_ids: tuple[int, ...] = ()


class NoteAdded(msgspec.Struct, frozen=True, kw_only=True):
    """An internal note was stored. Staff only."""

    site_id: int
    conversation_pk: int
    conversation_id: str
    number: int
