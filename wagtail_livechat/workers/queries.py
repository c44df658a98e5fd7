"""Reads of the table of server processes."""

from __future__ import annotations

from wagtail_livechat import clock

from .models import Worker
from .rules import alive_since


def living_workers() -> int:
    """How many server processes hold a lease now."""
    return Worker.objects.filter(seen_at__gte=alive_since(clock.now())).count()
