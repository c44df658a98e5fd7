"""Reads of the access log, and of when the house was kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Q, QuerySet

from wagtail_livechat import clock

from .models import AccessEntry, HousekeepingRun
from .rules import is_neglected


def entries_of(site_ids: Iterable[int], *, homeless: bool = False) -> QuerySet[AccessEntry]:
    """The looks on these sites, the newest first; with those of sites that no longer exist."""
    which = Q(site_id__in=list(site_ids))
    if homeless:
        which |= Q(site__isnull=True)
    return AccessEntry.objects.filter(which).select_related("site", "user")


def house_kept_at() -> datetime | None:
    """When all parts had last been gone through; ``None`` if one never was."""
    ends = list(HousekeepingRun.objects.values_list("finished_at", flat=True))
    whole = [end for end in ends if end is not None]
    return min(whole) if whole and len(whole) == len(ends) else None


def is_house_neglected() -> bool:
    """Whether somebody should be told that housekeeping does not run."""
    last = house_kept_at() or _installed_at()
    return last is not None and is_neglected(last, clock.now())


def _installed_at() -> datetime | None:
    applied = MigrationRecorder.Migration.objects.filter(app="wagtail_livechat")
    first: datetime | None = applied.aggregate(first=Min("applied"))["first"]
    return first
