"""What the access log holds of staff, and when it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase

from .models import AccessEntry

HOLDS: Final = (AccessEntry,)
KEPT_DAYS: Final = 365


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away what was looked at more than twelve months ago; says how many rows."""
    over = AccessEntry.objects.filter(at__lt=clock.now() - timedelta(days=KEPT_DAYS))
    return erase(over, dry_run=dry_run, deadline=Deadline(seconds))
