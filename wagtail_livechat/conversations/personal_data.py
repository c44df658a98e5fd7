"""What conversations hold of people, and when it goes."""

from __future__ import annotations

from datetime import timedelta

from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.site_settings.queries import settings_for

from .models import Conversation

BATCH = 500


def expire(*, dry_run: bool = False) -> int:
    """Erase the conversations whose time is over, with messages and notes; says how many.

    Each site keeps them for its own number of days after the last word. Safe to repeat,
    to stop in the middle, and to run twice at once.
    """
    return sum(
        _expire_site(site_id, dry_run=dry_run)
        for site_id in Site.objects.order_by("pk").values_list("pk", flat=True)
    )


def _expire_site(site_id: int, *, dry_run: bool) -> int:
    limit = clock.now() - timedelta(days=settings_for(site_id).retention_days)
    over = Conversation.objects.filter(site_id=site_id, last_at__lt=limit)
    if dry_run:
        return over.count()
    erased = 0
    while batch := list(over.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        # Counted here: what deleting reports includes messages and notes.
        Conversation.objects.filter(pk__in=batch).delete()
        erased += len(batch)
    return erased
