"""Visitors appear with their first message, connect, leave and are forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from wagtail_livechat import bus, clock
from wagtail_livechat.errors import Gone

from .connecting import open_connections
from .events import VisitorForgotten, VisitorPresenceChanged
from .models import Visitor, VisitorConnection
from .rules import revoked

POLLED_FOR = timedelta(seconds=60)
LINGER = timedelta(seconds=10)
"""Between two pages a visitor has no connection for a moment, and has not left."""


def admit(*, site_id: int, key_hash: str) -> Visitor:
    """The visitor of this key, made if it is new. Call inside a transaction.

    Raises :class:`Gone` for a key that was revoked.
    """
    now = clock.now()
    if Visitor.objects.filter(key_hash=revoked(key_hash)).exists():
        raise Gone
    visitor, _ = Visitor.objects.get_or_create(
        key_hash=key_hash, defaults={"site_id": site_id, "created_at": now, "seen_at": now}
    )
    return visitor


def lock_visitor(visitor_id: int) -> None:
    """Let whoever else acts for this visitor wait until the transaction ends."""
    Visitor.objects.select_for_update().get(pk=visitor_id)


@transaction.atomic
def connect(*, visitor_id: int, key: uuid.UUID, worker_id: uuid.UUID | None) -> None:
    """A socket opened (``worker_id`` given), or the HTTP fallback asked again."""
    expires = None if worker_id else clock.now() + POLLED_FOR
    _, new = VisitorConnection.objects.update_or_create(
        key=key,
        defaults={"visitor_id": visitor_id, "worker_id": worker_id, "expires_at": expires},
    )
    if new:
        bus.publish(VisitorPresenceChanged(visitor_id=visitor_id))


@transaction.atomic
def connect_all(*, arrivals: Mapping[uuid.UUID, int], worker_id: uuid.UUID) -> None:
    """Many sockets opened: the visitor of each connection's key."""
    visitors = set(
        Visitor.objects.filter(pk__in=set(arrivals.values())).values_list("pk", flat=True)
    )
    known = set(
        VisitorConnection.objects.filter(key__in=list(arrivals)).values_list("key", flat=True)
    )
    # A visitor whose row was erased meanwhile is nobody's presence.
    there = {key: visitor_id for key, visitor_id in arrivals.items() if visitor_id in visitors}
    open_connections(there, worker_id)
    for key, visitor_id in there.items():
        if key not in known:
            bus.publish(VisitorPresenceChanged(visitor_id=visitor_id))


@transaction.atomic
def disconnect_all(*, departures: Mapping[uuid.UUID, int]) -> None:
    """Many sockets went; their visitors linger a moment."""
    now = clock.now()
    Visitor.objects.filter(pk__in=set(departures.values())).update(seen_at=now)
    VisitorConnection.objects.filter(key__in=list(departures)).update(
        worker=None, expires_at=now + LINGER
    )


@transaction.atomic
def leave_expired() -> None:
    """Take away the connections whose time is over, and say who left."""
    expired = VisitorConnection.objects.filter(expires_at__lte=clock.now())
    visitor_ids = set(expired.values_list("visitor_id", flat=True))
    if not visitor_ids:
        return
    expired.delete()
    for visitor_id in visitor_ids:
        bus.publish(VisitorPresenceChanged(visitor_id=visitor_id))


@transaction.atomic
def forget_key(*, site_id: int, key_hash: str) -> None:
    """Revoke a key: its holder is nobody here from now on.

    Asked again it is told again: a process may have died between the two.
    """
    known = (key_hash, revoked(key_hash))
    visitor = (
        Visitor.objects.select_for_update().filter(site_id=site_id, key_hash__in=known).first()
    )
    if visitor is not None:
        visitor.key_hash = revoked(key_hash)
        visitor.save(update_fields=["key_hash"])
        visitor.connections.all().delete()
        bus.publish(VisitorForgotten(visitor_id=visitor.pk, site_id=site_id, key_hash=key_hash))


def ask_for_rotation(*, key_hash: str) -> None:
    """The next time this browser opens the chat it gets a fresh key (after a login)."""
    Visitor.objects.filter(key_hash=key_hash).update(rotate_key=True)


def rotate_key(*, site_id: int, old_hash: str, new_hash: str) -> None:
    """Put the fresh key in the place of the old one."""
    Visitor.objects.filter(site_id=site_id, key_hash=old_hash).update(
        key_hash=new_hash, rotate_key=False
    )
