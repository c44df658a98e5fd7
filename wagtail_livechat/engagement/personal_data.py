"""What invitations hold of people, and when it goes.

Who was invited goes with the visit; how often is numbers, by the day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors.rules import counted_since

from .models import Invitation, InvitationRefusal, TriggerCount

HOLDS: Final = (Invitation, InvitationRefusal)


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away the invitations whose visit and conversation have gone; says how many rows.

    A site keeps them as long as its conversations.
    """
    now, deadline = clock.now(), Deadline(seconds)
    erased = 0
    for site_id in Site.objects.order_by("pk").values_list("pk", flat=True):
        limit = now - timedelta(days=settings_for(site_id).retention_days)
        over = Invitation.objects.filter(
            site_id=site_id, visit__isnull=True, conversation__isnull=True, queued_at__lt=limit
        )
        erased += erase(over, dry_run=dry_run, deadline=deadline)
    counts = TriggerCount.objects.filter(day__lt=counted_since(now.date()))
    return erased + erase(counts, dry_run=dry_run, deadline=deadline)
