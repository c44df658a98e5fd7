"""Reads of the table of live visits: a window of it, how many there are, one trail.

Whoever reads for a watcher gives the ``number`` of the watch. What a visit has not
acknowledged is then not looked at either: not by the order, not by the search.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    FilteredRelation,
    OrderBy,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast

from wagtail_livechat.protocol.values import VisitCounts, VisitFilter, VisitOrder
from wagtail_livechat.worded import Worded

from .models import PageView, Visit
from .pages import page_facts
from .sight import Sight

MOST_ROWS: Final = 100
MOST_STEPS: Final = 100


class VisitFacts(NamedTuple):
    """A visit as the table shows it."""

    pk: int
    public_id: uuid.UUID
    site_id: int
    key_hash: str
    receipt_id: uuid.UUID | None
    began_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    idle_since: datetime | None
    language: str
    device: str
    origin: str
    returning: bool
    page_kind: str
    page_id: int | None
    page_since: datetime
    pages: int
    stuck_score: int
    stuck_reasons: list[str]
    acknowledged: int
    visitor_id: int | None
    invitation: str
    conversation: uuid.UUID | None


class StepFacts(NamedTuple):
    """One step of a trail."""

    number: int
    kind: str
    page_id: int | None
    results: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some rows of a site's table, and how many there are in all."""

    rows: list[VisitFacts]
    offset: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a window shows. Two that are equal are read once."""

    site_id: int
    filter: VisitFilter = VisitFilter.ALL
    order: VisitOrder = VisitOrder.BEGAN
    descending: bool = True
    search: str = ""
    offset: int = 0

    @property
    def looks_at_pages(self) -> bool:
        """Whether where visitors are decides what is shown: then it matters who asks."""
        return (
            bool(self.search)
            or self.filter is VisitFilter.STUCK
            or self.order in (VisitOrder.PAGE_SINCE, VisitOrder.PAGES, VisitOrder.STUCK)
        )


_OPEN = Q(talk__isnull=False)
_CONDITIONS: Final = {
    VisitFilter.ALL: Q(),
    VisitFilter.HERE: Q(idle_since__isnull=True),
    VisitFilter.IDLE: Q(idle_since__isnull=False),
    VisitFilter.STUCK: ~Q(stuck_reasons=[]),
    VisitFilter.NEW: Q(returning=False),
    VisitFilter.RETURNING: Q(returning=True),
    VisitFilter.IN_CONVERSATION: _OPEN,
    VisitFilter.INVITED: Q(invitation__in=["queued", "shown"]),
    VisitFilter.DECLINED: Q(invitation="declined") | Q(silenced=True),
}


def _live(site_id: int, now: datetime) -> QuerySet[Visit, Any]:
    """The visits that go on, each with the conversation that its visitor has open."""
    return (
        Visit.objects.live(now)
        .filter(site_id=site_id, ended_at__isnull=True)
        .annotate(
            talk=FilteredRelation(
                "visitor__conversations",
                condition=Q(visitor__conversations__state__in=["signpost", "waiting", "active"]),
            )
        )
    )


def _facts(rows: QuerySet[Visit, Any]) -> list[VisitFacts]:
    names = (*VisitFacts._fields[:-1], "talk__public_id")
    return [VisitFacts(*values) for values in rows.values_list(*names)]


def window_of(question: Question, *, now: datetime, number: int, sight: Sight) -> Window:
    """The window that is asked for, as it stands."""
    rows = _live(question.site_id, now).filter(_CONDITIONS[question.filter])
    released = Q(acknowledged__gte=number)
    if question.filter is VisitFilter.STUCK:
        rows = rows.filter(released)
    if question.search:
        rows = rows.annotate(name=Cast("public_id", CharField())).filter(
            _matches(question, rows, released, sight)
        )
    total = rows.count()
    offset = min(question.offset, max(0, total - 1) // MOST_ROWS * MOST_ROWS)
    ordered = rows.order_by(_ordering(question, released), "pk")
    return Window(rows=_facts(ordered[offset : offset + MOST_ROWS]), offset=offset, total=total)


def _matches(question: Question, rows: QuerySet[Visit, Any], released: Q, sight: Sight) -> Q:
    """What is searched: all that a row shows in words, and of it what may be told."""
    words = question.search.strip()
    found = Q(name__istartswith=words) | Q(language__istartswith=words) | Q(origin__icontains=words)
    ids = rows.filter(page_id__isnull=False).values_list("page_id", flat=True).distinct()
    pages = page_facts(question.site_id, [pk for pk in ids if pk is not None])
    named = [
        page.page_id
        for page in pages.values()
        if sight.may_see(page)
        and any(words.lower() in (text or "").lower() for text in (page.title, page.section))
    ]
    return found | (released & Q(page_id__in=named))


def _ordering(question: Question, released: Q) -> OrderBy:
    name = {
        VisitOrder.BEGAN: "began_at",
        VisitOrder.PAGE_SINCE: "page_since",
        VisitOrder.PAGES: "pages",
        VisitOrder.STUCK: "stuck_score",
        VisitOrder.LANGUAGE: "language",
        VisitOrder.DEVICE: "device",
        VisitOrder.ORIGIN: "origin",
    }[question.order]
    by: Any = F(name)
    if question.order is VisitOrder.PAGE_SINCE:
        by = Case(When(released, then=by), default=F("began_at"), output_field=DateTimeField())
    elif question.order in (VisitOrder.PAGES, VisitOrder.STUCK):
        by = Case(When(released, then=by), default=Value(0), output_field=BigIntegerField())
    return OrderBy(by, descending=question.descending)


def counts_of(site_id: int, now: datetime) -> VisitCounts:
    """How many visits each filter would show."""
    counted = {
        kind.value: Count("pk", filter=condition) if condition else Count("pk")
        for kind, condition in _CONDITIONS.items()
    }
    # `all` and `new` are taken where keywords become names.
    found = _live(site_id, now).aggregate(**{f"of_{name}": by for name, by in counted.items()})
    return VisitCounts(**{kind.value: found[f"of_{kind.value}"] for kind in VisitFilter})


def visit_by_public_id(
    public_id: str, site_ids: Collection[int], now: datetime
) -> VisitFacts | None:
    """A visit of one of these sites that goes on."""
    for site_id in Visit.objects.filter(
        public_id=public_id, site_id__in=list(site_ids)
    ).values_list("site_id", flat=True):
        for found in _facts(_live(site_id, now).filter(public_id=public_id)):
            return found
    return None


def visits_by_pk(pks: Iterable[int], now: datetime) -> dict[int, VisitFacts]:
    """These visits, those of them that go on."""
    wanted = list(pks)
    sites = set(Visit.objects.filter(pk__in=wanted).values_list("site_id", flat=True))
    return {
        row.pk: row
        for site_id in sites
        for row in _facts(_live(site_id, now).filter(pk__in=wanted))
    }


def visit_by_key(site_id: int, key_hash: str, now: datetime) -> VisitFacts | None:
    """The visit of this key, if it goes on."""
    return next(iter(_facts(_live(site_id, now).filter(key_hash=key_hash))), None)


def steps_of(visit_pk: int) -> list[StepFacts]:
    """The trail of a visit, the newest first, as far as it is shown."""
    rows = PageView.objects.filter(visit_id=visit_pk).order_by("-number")[:MOST_STEPS]
    return [StepFacts(*values) for values in rows.values_list(*StepFacts._fields)]


def steps_of_many(visit_pks: Iterable[int]) -> dict[int, list[StepFacts]]:
    """The trails of several visits."""
    return {pk: steps_of(pk) for pk in visit_pks}


def ending_keys(site_ids: Iterable[int], since: datetime) -> list[str]:
    """The visits that have no connection and run out, or ended since then for want of one.

    Whoever holds a connection of one of them has it written anew.
    """
    rows = Visit.objects.filter(site_id__in=list(site_ids)).filter(
        Q(ended_at__isnull=True, worker__isnull=True) | Q(ended_at__gte=since)
    )
    return list(rows.values_list("key_hash", flat=True))


_OF_VISITORS = Worded(
    lambda keys, now: (
        Visit.objects.live(now)
        .filter(visitor_id__in=keys, ended_at__isnull=True)
        .order_by("seen_at")
        .values_list("visitor_id", "public_id")
    )
)


def visits_of_visitors(visitor_ids: Iterable[int], now: datetime) -> dict[int, str]:
    """The visits that these visitors make now, by visitor."""
    rows = _OF_VISITORS.ask(visitor_ids, now=now)
    return {visitor_id: str(public_id) for visitor_id, public_id in rows}
