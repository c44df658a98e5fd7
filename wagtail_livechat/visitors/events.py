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


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChanged:
    """A visit began, moved, went idle, was recognised or acknowledged a watcher."""

    site_id: int
    visit_pk: int
    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEnded:
    """A visit is over. ``withdrawn``: the visitor took the permission back, nothing is left."""

    site_id: int
    visit_pk: int
    visit_id: str
    key_hash: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchersChanged:
    """Somebody began or stopped to watch a site. ``number``: the newest watch."""

    site_id: int
    number: int
