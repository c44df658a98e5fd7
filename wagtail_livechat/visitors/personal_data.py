"""What the tables of visitors hold of people, and when it goes.

A visit goes with its trail; what was counted of pages is numbers, and goes by the day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Q

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase

from .models import PageCount, PageView, Visit, Visitor, VisitorConnection, Watch
from .rules import KEPT_AFTER_END, counted_since

HOLDS: Final = (Visitor, VisitorConnection, Visit, PageView, Watch)
KEPT_WITHOUT_CONVERSATION: Final = timedelta(days=1)
LONG_OVER: Final = timedelta(days=1)
AHEAD: Final = timedelta(minutes=5)
"""So much earlier than the last moment a visit is taken: nobody runs this each second."""


def expire_visits(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away the visits that are over, with their trails; says how many.

    Also those of whom nobody said that they ended: their server died, and nothing was
    heard of them since. Cheap when there is nothing to do: to be called every minute.
    """
    since = clock.now() - (KEPT_AFTER_END - AHEAD)
    left = Q(expires_at__lt=since)
    died = Q(expires_at__isnull=True) & (Q(worker__isnull=True) | Q(worker__seen_at__lt=since))
    over = Visit.objects.filter(
        Q(ended_at__lt=since) | Q(ended_at__isnull=True, seen_at__lt=since) & (left | died)
    )
    return erase(over, dry_run=dry_run, deadline=Deadline(seconds))


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away visits that are over, visitors of whom no conversation is left, and what
    was counted long ago; says how many rows."""
    now, deadline = clock.now(), Deadline(seconds)
    erased = expire_visits(dry_run=dry_run, seconds=seconds)
    over = [
        VisitorConnection.objects.filter(expires_at__lt=now - LONG_OVER),
        Visitor.objects.filter(
            conversations__isnull=True, seen_at__lt=now - KEPT_WITHOUT_CONVERSATION
        ),
        Watch.objects.filter(expires_at__lt=now - LONG_OVER),
        PageCount.objects.filter(day__lt=counted_since(now.date())),
    ]
    return erased + sum(erase(rows, dry_run=dry_run, deadline=deadline) for rows in over)
