"""What conversations hold of people, and when it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase
from wagtail_livechat.site_settings.queries import settings_for

from .models import Conversation, Message, Note

HOLDS: Final = (Conversation, Message, Note)


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Erase the conversations whose time is over, with messages and notes; says how many.

    Each site keeps them for its own number of days after the last word.
    """
    now, deadline = clock.now(), Deadline(seconds)
    erased = 0
    for site_id in Site.objects.order_by("pk").values_list("pk", flat=True):
        limit = now - timedelta(days=settings_for(site_id).retention_days)
        over = Conversation.objects.filter(site_id=site_id, last_at__lt=limit)
        erased += erase(over, dry_run=dry_run, deadline=deadline)
    return erased
