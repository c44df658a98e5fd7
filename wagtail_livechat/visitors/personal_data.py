"""What the table of visitors holds of people, and when it goes."""

from __future__ import annotations

from datetime import timedelta

from wagtail_livechat import clock

from .models import Visitor

KEPT_WITHOUT_CONVERSATION = timedelta(days=1)


def expire(*, dry_run: bool = False) -> int:
    """Take away visitors of whom no conversation is left; says how many."""
    over = Visitor.objects.filter(
        conversations__isnull=True, seen_at__lt=clock.now() - KEPT_WITHOUT_CONVERSATION
    )
    count = over.count()
    if not dry_run:
        over.delete()
    return count
