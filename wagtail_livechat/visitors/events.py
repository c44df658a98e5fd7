"""What happened to visitors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorPresenceChanged:
    """A visitor's first connection opened, or the last one went."""

    visitor_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorForgotten:
    """A key was revoked: nobody may speak or read with it any more."""

    visitor_id: int
    site_id: int
    key_hash: str
