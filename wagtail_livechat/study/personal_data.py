"""What the study keeps of people: masked excerpts, which go with their conversations."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase

from .models import ExchangeGroup, Occurrence, StudyRun
from .rules import RUNS_KEPT, UNDER_WAY

HOLDS: Final = (Occurrence,)


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away what a newer study has replaced, groups of which nothing is left, and studies
    of long ago; says how many rows.

    The excerpts of a conversation need nobody to take them away: they go with it. A group
    that was dealt with stays without any, to be known again.
    """
    deadline = Deadline(seconds)
    return sum(
        erase(rows, dry_run=dry_run, deadline=deadline)
        for rows in (replaced(), _empty_groups(), _old_runs())
    )


def replaced() -> QuerySet[Occurrence]:
    """What was found by a study that is not the last one of its site, nor under way."""
    newer = StudyRun.objects.filter(
        site=OuterRef("run__site"), finished_at__gt=OuterRef("run__finished_at")
    )
    over = Occurrence.objects.exclude(run__state__in=UNDER_WAY)
    return over.filter(Exists(newer)) | over.filter(run__finished_at__isnull=True)


def _empty_groups() -> QuerySet[ExchangeGroup]:
    left = Occurrence.objects.filter(group=OuterRef("pk"))
    # A study that goes on has groups that are empty for a moment.
    studied = StudyRun.objects.filter(site=OuterRef("site"), state__in=UNDER_WAY)
    return ExchangeGroup.objects.filter(~Exists(left), ~Exists(studied), dealt_at__isnull=True)


def _old_runs() -> QuerySet[StudyRun]:
    kept = Occurrence.objects.filter(run=OuterRef("pk"))
    before = clock.now() - RUNS_KEPT
    return StudyRun.objects.filter(~Exists(kept), queued_at__lt=before).exclude(state__in=UNDER_WAY)
