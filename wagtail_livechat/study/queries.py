"""Reads of studies and of what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wagtail_livechat.conversations.closed import ClosedThread, closed_threads

from .models import ExchangeGroup, Occurrence, StudyRun
from .rules import AGENT, UNDER_WAY, Kind, Line, RunState

BATCH = 200
MOST_PAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which occurrences are looked at: of which language, written when, on which page, and
    whether only those that nobody answered."""

    language: str = ""
    since: datetime | None = None
    page_id: int | None = None
    unanswered: bool = False

    @property
    def condition(self) -> Q:
        """As a filter of occurrences."""
        found = Q()
        if self.since is not None:
            found &= Q(at__gte=self.since)
        if self.page_id is not None:
            found &= Q(page_id=self.page_id)
        if self.unanswered:
            found &= Q(answered_by="")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How often something was asked or answered, and what came of it.

    ``count`` is the number of conversations, ``helped`` and ``not_helped`` of those whose
    visitor said so at the end; all others are numbers of times. ``seconds`` is
    the median of the time to an answer. ``pages`` are ids, the most frequent first, each with
    its number.
    """

    count: int = 0
    by_agents: int = 0
    by_itself: int = 0
    unanswered: int = 0
    helped: int = 0
    not_helped: int = 0
    seconds: int | None = None
    pages: tuple[tuple[int, int], ...] = field(default_factory=tuple)


def last_run(site_id: int) -> StudyRun | None:
    """The study whose findings are shown."""
    done = StudyRun.objects.filter(site_id=site_id, state=RunState.FINISHED)
    return done.order_by("-finished_at", "-pk").first()


def newest_run(site_id: int) -> StudyRun | None:
    """The study that was begun last, however it stands."""
    return StudyRun.objects.filter(site_id=site_id).order_by("-pk").first()


def run_under_way(site_id: int) -> StudyRun | None:
    """The study that goes on now, if one does."""
    return StudyRun.objects.filter(site_id=site_id, state__in=UNDER_WAY).first()


def threads_to_study(site_id: int, since: datetime) -> Iterator[ClosedThread]:
    """Every closed conversation within retention, the newest first, a batch at a time."""
    before: int | None = None
    while batch := closed_threads(site_id, since=since, before=before, limit=BATCH):
        yield from batch
        before = batch[-1].conversation_pk


def lines_of(thread: ClosedThread) -> list[Line]:
    """A thread as it is studied."""
    return [
        Line(
            seq=entry.seq,
            kind=entry.kind,
            text=entry.text,
            at=entry.at,
            page_id=entry.page_id,
            is_card=entry.card is not None,
            helped=entry.helped,
        )
        for entry in thread.entries
    ]


def groups_found(
    run: StudyRun | None, kind: Kind, sought: Sought, *, dealt_with: bool | None = False
) -> QuerySet[ExchangeGroup]:
    """The groups of a study with ``count`` (conversations) and ``name``, the largest first.

    ``dealt_with``: only those, only the others, or (``None``) all.
    """
    if run is None:
        return ExchangeGroup.objects.none()
    here = Occurrence.objects.filter(sought.condition, run=run, group=OuterRef("pk")).order_by()
    number = here.values("group").annotate(n=Count("conversation", distinct=True)).values("n")
    typical = Occurrence.objects.filter(run=run, group=OuterRef("pk")).order_by("rank", "pk")
    groups = ExchangeGroup.objects.filter(site_id=run.site_id, kind=kind)
    if sought.language:
        groups = groups.filter(language=sought.language)
    if dealt_with is not None:
        groups = groups.filter(dealt_at__isnull=not dealt_with)
    return (
        groups.annotate(
            count=Coalesce(Subquery(number), 0), name=Subquery(typical.values("text")[:1])
        )
        .filter(count__gt=0)
        .order_by("-count", "pk")
    )


def languages_found(run: StudyRun | None) -> list[str]:
    """The languages in which anything was found."""
    if run is None:
        return []
    found = ExchangeGroup.objects.filter(site_id=run.site_id, occurrences__run=run)
    return list(found.order_by("language").values_list("language", flat=True).distinct())


def group_found(pk: int, site_ids: Iterable[int]) -> ExchangeGroup | None:
    """A group of one of these sites."""
    return ExchangeGroup.objects.filter(pk=pk, site_id__in=list(site_ids)).first()


def name_of(run: StudyRun | None, group: ExchangeGroup) -> str:
    """Its most typical wording, as long as its conversation is kept; then the next one."""
    first = excerpts_of(run, group).first()
    return first.text if first is not None else ""


def figures_of(
    run: StudyRun | None, groups: Iterable[ExchangeGroup], sought: Sought | None = None
) -> dict[int, Figures]:
    """What is known of these groups, in one query."""
    rows: dict[int, list[Occurrence]] = {group.pk: [] for group in groups}
    if run is not None and rows:
        condition = sought.condition if sought else Q()
        found = Occurrence.objects.filter(condition, run=run, group__in=list(rows))
        found = found.defer("text", "reply").annotate(rated=F("conversation__helped"))
        for row in found.order_by("rank", "pk"):
            rows[row.group_id].append(row)
    return {pk: _figures(mine) for pk, mine in rows.items()}


def _figures(rows: list[Any]) -> Figures:
    waited = [row.seconds for row in rows if row.seconds is not None]
    pages = Counter(row.page_id for row in rows if row.page_id is not None)
    return Figures(
        count=len({row.conversation_id for row in rows}),
        by_agents=sum(row.answered_by == AGENT for row in rows),
        by_itself=sum(row.answered_by not in ("", AGENT) for row in rows),
        unanswered=sum(not row.answered_by for row in rows),
        helped=len({row.conversation_id for row in rows if row.rated is True}),
        not_helped=len({row.conversation_id for row in rows if row.rated is False}),
        seconds=int(median(waited)) if waited else None,
        pages=tuple(sorted(pages.items(), key=lambda item: (-item[1], item[0]))[:MOST_PAGES]),
    )


def excerpts_of(
    run: StudyRun | None, group: ExchangeGroup, sought: Sought | None = None
) -> QuerySet[Occurrence]:
    """Where a group was found, the most typical wording first."""
    if run is None:
        return Occurrence.objects.none()
    condition = sought.condition if sought else Q()
    return Occurrence.objects.filter(condition, run=run, group=group).order_by("rank", "pk")


def best_reply_to(run: StudyRun | None, group: ExchangeGroup) -> str:
    """What agents typically reply, masked; of a group of replies its typical wording."""
    found = excerpts_of(run, group)
    if group.kind == Kind.REPLY:
        first = found.first()
    else:
        first = found.filter(reply_rank__isnull=False).order_by("reply_rank", "pk").first()
    return first.reply if first is not None else ""


def unanswered_on(run: StudyRun | None, page_id: int) -> QuerySet[ExchangeGroup]:
    """What was asked on a page, of nobody's answer; what was dealt with is none of it."""
    return groups_found(run, Kind.QUESTION, Sought(page_id=page_id, unanswered=True))
