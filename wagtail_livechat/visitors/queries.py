"""Reads about visitors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from wagtail_livechat import clock
from wagtail_livechat.worded import Worded

from .models import Visitor, VisitorConnection, Watch
from .rules import is_revoked, revoked


def visitor_by_key(site_id: int, key_hash: str) -> Visitor | None:
    """Whose key this is on this site."""
    return Visitor.objects.filter(site_id=site_id, key_hash=key_hash).first()


_PRESENT = Worded(
    lambda keys, now: (
        VisitorConnection.objects.live(now).filter(visitor_id__in=keys).values_list("visitor_id")
    )
)


def present_visitor_ids(visitor_ids: Iterable[int]) -> frozenset[int]:
    """Which of these are connected now."""
    rows = _PRESENT.ask(visitor_ids, now=clock.now())
    return frozenset(visitor_id for (visitor_id,) in rows)


def is_key_revoked(site_id: int, key_hash: str) -> bool:
    """Whether this key was somebody's once, and was forgotten."""
    return Visitor.objects.filter(site_id=site_id, key_hash=revoked(key_hash)).exists()


def holders_of(key_hashes: Iterable[str]) -> dict[tuple[int, str], int | None]:
    """Whose keys these are, by site and key hash; ``None`` for a key that was revoked."""
    asked = {name: key_hash for key_hash in key_hashes for name in (key_hash, revoked(key_hash))}
    return {
        (site_id, asked[name]): None if is_revoked(name) else pk
        for site_id, name, pk in _HOLDERS.ask(asked)
    }


_HOLDERS: Final = Worded(
    lambda names: Visitor.objects.filter(key_hash__in=names).values_list(
        "site_id", "key_hash", "pk"
    ),
    keys=str,
)


def keys_of(visitor_ids: list[int]) -> list[tuple[int, str]]:
    """Visitor and key hash of those of these visitors who were not forgotten."""
    return [
        (pk, key_hash)
        for pk, key_hash in Visitor.objects.filter(pk__in=visitor_ids).values_list("pk", "key_hash")
        if key_hash is not None and not is_revoked(key_hash)
    ]


class WatchFacts(NamedTuple):
    """Somebody who watches a site now."""

    site_id: int
    number: int
    key: UUID
    user_id: int
    profile_id: int
    alias: str


def current_watches(site_ids: Iterable[int]) -> dict[int, list[WatchFacts]]:
    """Who watches these sites now, by site, in the order in which they began."""
    found: dict[int, list[WatchFacts]] = {site_id: [] for site_id in site_ids}
    rows = Watch.objects.filter(
        site_id__in=list(found), ended_at__isnull=True, expires_at__gt=clock.now()
    ).order_by("number")
    for values in rows.values_list(*WatchFacts._fields):
        watch = WatchFacts(*values)
        found[watch.site_id].append(watch)
    return found
