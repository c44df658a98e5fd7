"""What the library of canned replies keeps of people, and for how long.

A personal reply goes with its owner's account. A use says which agent sent which reply; it
keeps no words, and forgets the conversation when that goes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Model

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase

from .models import CannedReply, CannedReplyTag, CannedReplyUse

HOLDS: Final[tuple[type[Model], ...]] = (CannedReply, CannedReplyTag, CannedReplyUse)

USES_KEPT: Final = timedelta(days=395)
"""Thirteen months: a year can be compared with the one before."""


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away uses that are counted no longer; says how many."""
    over = CannedReplyUse.objects.filter(at__lt=clock.now() - USES_KEPT)
    return erase(over, dry_run=dry_run, deadline=Deadline(seconds))
