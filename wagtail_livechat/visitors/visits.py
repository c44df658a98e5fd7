"""Visits are written down while somebody may watch, end, and are forgotten.

All of these are actions. What a process has seen of many visits is written together, and
the gate is asked beside each writing: what nobody agreed to (any more) is not stored.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress
from typing import NamedTuple

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from wagtail_livechat import bus, clock
from wagtail_livechat.consent.gate import receipts_that_hold, which_hold
from wagtail_livechat.consent.rules import Purpose
from wagtail_livechat.narrow import dashed

from . import hot_path
from .events import VisitChanged, VisitEnded, VisitorPresenceChanged
from .models import PageCount, Visit, Visitor
from .rules import KEPT_AFTER_END, LINGER, is_revoked


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One page of a visit, not written yet."""

    kind: str
    page_id: int | None
    results: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a process has seen of a visit, and wants written.

    ``steps`` are the new ones. ``here`` is the page that is open: the first step of a visit
    of which nothing was written. ``expires_at`` is set for whoever polls.
    """

    site_id: int
    key_hash: str
    receipt_id: uuid.UUID
    language: str
    device: str
    origin: str
    returning: bool
    silenced: bool
    began_at: datetime
    seen_at: datetime
    idle_since: datetime | None
    here: Step
    steps: Sequence[Step]
    score: int
    reasons: Sequence[str]
    acknowledged: int
    visitor_id: int | None
    expires_at: datetime | None


class Written(msgspec.Struct, frozen=True, gc=False):
    """A visit as it stands now that it was written."""

    pk: int
    public_id: str
    pages: int


@transaction.atomic
def write_visits(
    sightings: Sequence[Sighting], *, worker_id: uuid.UUID | None
) -> list[Written | None]:
    """Write down many visits; ``None`` for each that nobody has agreed to any more."""
    now = clock.now()
    allowed = _allowed(sightings, now)
    rows = hot_path.lock([sighting.key_hash for sighting in allowed])
    stale = [row.pk for row in rows.values() if _is_past(row, now)]
    if stale:  # the same browser, another day: what was is not taken up again
        Visit.objects.filter(pk__in=stale).delete()
        rows = {key_hash: row for key_hash, row in rows.items() if row.pk not in stale}
    new = [sighting for sighting in allowed if sighting.key_hash not in rows]
    if new:
        made = [_made(sighting, worker_id) for sighting in new]
        Visit.objects.bulk_create(made, ignore_conflicts=True)
        rows |= hot_path.lock([sighting.key_hash for sighting in new])
    forgotten = _forgotten(
        sighting.visitor_id
        for sighting in allowed
        if sighting.visitor_id is not None
        and sighting.key_hash in rows
        and sighting.visitor_id != rows[sighting.key_hash].visitor_id
    )
    worker = worker_id.hex if worker_id else None
    written: dict[str, Written] = {}
    moves: list[hot_path.Move] = []
    holds: list[hot_path.Hold] = []
    steps: list[hot_path.NewStep] = []
    events: list[VisitChanged] = []
    for sighting in allowed:
        row = rows.get(sighting.key_hash)
        if row is None or row.site_id != sighting.site_id:
            continue
        # A visit that begins to be written begins with the page that is open.
        begins = row.pages == 0 or (row.ended_at is not None and row.page_since != sighting.here.at)
        pages = row.pages
        for step in sighting.steps or ([sighting.here] if begins else []):
            pages += 1
            steps.append(
                hot_path.NewStep(row.pk, pages, step.page_id, step.kind, step.results, step.at)
            )
        moves.append(_move(sighting, row, pages))
        known = None if sighting.visitor_id in forgotten else sighting.visitor_id
        visitor_id = known or row.visitor_id
        if not _is_held_so(row, sighting, worker, visitor_id):
            holds.append(_hold(row, sighting, worker_id, visitor_id))
        public_id = dashed(row.public_id)
        written[sighting.key_hash] = Written(row.pk, public_id, pages)
        events.append(VisitChanged(site_id=row.site_id, visit_pk=row.pk, visit_id=public_id))
    hot_path.store(moves, holds, steps)
    bus.publish_all(events)
    return [written.get(sighting.key_hash) for sighting in sightings]


def _allowed(sightings: Sequence[Sighting], now: datetime) -> list[Sighting]:
    """Those whose visitors have agreed, and have not changed their minds since."""
    by_site: dict[int, list[Sighting]] = {}
    for sighting in sightings:
        by_site.setdefault(sighting.site_id, []).append(sighting)
    allowed: list[Sighting] = []
    for site_id, seen in by_site.items():
        hold = which_hold(site_id, [sighting.receipt_id for sighting in seen], now)
        allowed += compress(seen, hold)
    return allowed


def _is_past(row: hot_path.Row, now: datetime) -> bool:
    return row.ended_at is not None and row.ended_at < now - KEPT_AFTER_END


def _made(sighting: Sighting, worker_id: uuid.UUID | None) -> Visit:
    here = sighting.here
    return Visit(
        site_id=sighting.site_id,
        key_hash=sighting.key_hash,
        receipt_id=sighting.receipt_id,
        worker_id=worker_id if sighting.expires_at is None else None,
        expires_at=sighting.expires_at,
        began_at=sighting.began_at,
        seen_at=sighting.seen_at,
        language=sighting.language,
        device=sighting.device,
        origin=sighting.origin,
        returning=sighting.returning,
        silenced=sighting.silenced,
        page_kind=here.kind,
        page_id=here.page_id,
        page_since=here.at,
    )


def _forgotten(visitor_ids: Iterable[int]) -> frozenset[int]:
    """Who of these has left for good: what a process remembers of them links no visit anew."""
    wanted = list(visitor_ids)
    if not wanted:
        return frozenset()
    gone = Visitor.objects.filter(pk__in=wanted).values_list("pk", "key_hash")
    return frozenset(pk for pk, key_hash in gone if is_revoked(key_hash))


def _move(sighting: Sighting, row: hot_path.Row, pages: int) -> hot_path.Move:
    here = sighting.here
    return hot_path.Move(
        id=row.pk,
        seen_at=sighting.seen_at,
        idle_since=sighting.idle_since,
        language=sighting.language,
        page_kind=here.kind,
        page_id=here.page_id,
        page_since=here.at,
        pages=pages,
        stuck_score=sighting.score,
        stuck_reasons=sighting.reasons,
        # What another process has written is not taken back.
        acknowledged=max(sighting.acknowledged, row.acknowledged),
        silenced=sighting.silenced or row.silenced,
    )


def _is_held_so(
    row: hot_path.Row, sighting: Sighting, worker: str | None, visitor_id: int | None
) -> bool:
    """Whether the row says already who holds the visit. Who polls gets more time with each view."""
    return (
        sighting.expires_at is None
        and not row.expires
        and row.ended_at is None
        and row.worker == worker
        and row.receipt == sighting.receipt_id.hex
        and row.visitor_id == visitor_id
    )


def _hold(
    row: hot_path.Row,
    sighting: Sighting,
    worker_id: uuid.UUID | None,
    visitor_id: int | None,
) -> hot_path.Hold:
    return hot_path.Hold(
        id=row.pk,
        receipt_id=sighting.receipt_id,
        worker_id=worker_id if sighting.expires_at is None else None,
        expires_at=sighting.expires_at,
        visitor_id=visitor_id,
    )


@transaction.atomic
def linger(*, key_hashes: Collection[str], worker_id: uuid.UUID) -> None:
    """The last connection of these visits here is gone; they may be back in a moment.

    One that has a connection of another process meanwhile is that process's.
    """
    Visit.objects.filter(key_hash__in=list(key_hashes), worker_id=worker_id).update(
        worker=None, expires_at=clock.now() + LINGER
    )


@transaction.atomic
def end_visits(*, key_hashes: Collection[str]) -> None:
    """These visits are over, or nobody may watch them any more."""
    now = clock.now()
    _end(Q(key_hash__in=list(key_hashes)), now)


@transaction.atomic
def end_expired() -> None:
    """End the visits whose time is over, and those that a dead process held."""
    now = clock.now()
    lost = Q(expires_at__isnull=True, worker__isnull=True)
    _end(Q(expires_at__lte=now) | lost, now)


def _end(which: Q, now: datetime) -> None:
    rows = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(which, ended_at__isnull=True)
        .order_by("pk")
        .values_list("pk", "site_id", "public_id", "key_hash", "visitor_id")
    )
    if not rows:
        return
    Visit.objects.filter(pk__in=[pk for pk, *_ in rows]).update(
        ended_at=now, worker=None, expires_at=now
    )
    bus.publish_all(
        [
            VisitEnded(site_id=site_id, visit_pk=pk, visit_id=str(public_id), key_hash=key_hash)
            for pk, site_id, public_id, key_hash, _ in rows
        ]
    )
    _tell_card(row[4] for row in rows)


@transaction.atomic
def withdraw(*, site_id: int, key_hash: str | None, receipt_id: uuid.UUID | None = None) -> None:
    """The visitor takes the permission back: nothing of the visit stays, in no process.

    Told again it does no harm; told of a visit of which nothing was written, it is still
    told to every process that may know of one.
    """
    named = Q(key_hash=key_hash) if key_hash else Q(pk__in=())
    if receipt_id is not None:
        named |= Q(receipt_id=receipt_id)
    found = Visit.objects.select_for_update(of=("self",)).filter(named, site_id=site_id)
    events: dict[str, VisitEnded] = {}
    if key_hash:
        events[key_hash] = VisitEnded(
            site_id=site_id, visit_pk=0, visit_id="", key_hash=key_hash, withdrawn=True
        )
    for visit in found:
        events[visit.key_hash] = VisitEnded(
            site_id=site_id,
            visit_pk=visit.pk,
            visit_id=str(visit.public_id),
            key_hash=visit.key_hash,
            withdrawn=True,
        )
        _tell_card([visit.visitor_id])
        visit.delete()
    bus.publish_all(list(events.values()))


@transaction.atomic
def erase(*, site_id: int, key_hash: str) -> None:
    """Take away what may still have been on its way when the permission ended."""
    if Visit.objects.filter(site_id=site_id, key_hash=key_hash).exists():
        withdraw(site_id=site_id, key_hash=key_hash)


@transaction.atomic
def recognise(*, site_id: int, key_hash: str, visitor_id: int) -> bool:
    """Whoever makes this visit is known by a conversation; whether that was news."""
    if _forgotten([visitor_id]):
        return False
    row = (
        Visit.objects.filter(site_id=site_id, key_hash=key_hash, ended_at__isnull=True)
        .exclude(visitor_id=visitor_id)
        .values_list("pk", "public_id")
        .first()
    )
    if row is None:
        return False
    Visit.objects.filter(pk=row[0]).update(visitor_id=visitor_id)
    bus.publish(VisitChanged(site_id=site_id, visit_pk=row[0], visit_id=str(row[1])))
    _tell_card([visitor_id])
    return True


def _tell_card(visitor_ids: Iterable[int | None]) -> None:
    """The cards of these visitors' conversations lead to a visit, or do not any more."""
    for visitor_id in visitor_ids:
        if visitor_id is not None:
            bus.publish(VisitorPresenceChanged(visitor_id=visitor_id))


@transaction.atomic
def forget_visitor(*, visitor_id: int) -> None:
    """The visitor's key was revoked: a visit that goes on is nobody's conversation."""
    for visit in Visit.objects.filter(visitor_id=visitor_id):
        Visit.objects.filter(pk=visit.pk).update(visitor=None)
        bus.publish(
            VisitChanged(site_id=visit.site_id, visit_pk=visit.pk, visit_id=str(visit.public_id))
        )


class PageViewed(NamedTuple):
    """A page view of somebody who agreed to statistics: of who it was, only the receipt."""

    site_id: int
    receipt_id: uuid.UUID
    day: date
    page_id: int


@transaction.atomic
def count_pages(views: Sequence[PageViewed]) -> None:
    """So many more views, by site, day and page: of those who agree to that now."""
    receipts: dict[int, set[uuid.UUID]] = {}
    for view in views:
        receipts.setdefault(view.site_id, set()).add(view.receipt_id)
    now = clock.now()
    agreed = {
        site_id: receipts_that_hold(site_id, ids, now, purpose=Purpose.STATISTICS)
        for site_id, ids in receipts.items()
    }
    counts = Counter(
        (view.site_id, view.day, view.page_id)
        for view in views
        if view.receipt_id in agreed[view.site_id]
    )
    for (site_id, day, page_id), number in sorted(counts.items()):
        which = {"site_id": site_id, "day": day, "page_id": page_id}
        if PageCount.objects.filter(**which).update(views=F("views") + number):
            continue
        try:
            with transaction.atomic():
                PageCount.objects.create(**which, views=number)
        except IntegrityError:  # another process was the first of the day
            PageCount.objects.filter(**which).update(views=F("views") + number)
