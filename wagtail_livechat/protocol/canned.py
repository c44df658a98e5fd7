"""What travels of canned replies, to staff alone."""

from __future__ import annotations

from enum import StrEnum

from .values import CardKind, Value


class Placeholder(StrEnum):
    """All that can be filled into a canned reply."""

    VISITOR_NAME = "visitor.name"
    AGENT_ALIAS = "agent.alias"
    PAGE_TITLE = "page.title"
    PAGE_LINK = "page.link"
    SITE_NAME = "site.name"


class CannedCard(Value, frozen=True, kw_only=True):
    """A page, image or document that is attached to a canned reply, and that can be sent."""

    kind: CardKind
    id: int
    title: str


class CannedReply(Value, frozen=True, kw_only=True):
    """A canned reply, filled in for one conversation.

    What could not be filled in is in ``missing``, and still stands in ``text``: sent like
    that it would be refused.
    """

    id: int
    title: str
    shortcut: str
    category: str
    language: str
    text: str
    missing: list[Placeholder]
    cards: list[CannedCard]
    personal: bool
