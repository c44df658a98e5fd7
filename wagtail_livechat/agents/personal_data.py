"""What the tables of agents hold beyond a profile, and when it goes."""

from __future__ import annotations

from wagtail_livechat import clock

from .models import StaffTicket


def expire(*, dry_run: bool = False) -> int:
    """Take away tickets that nobody can use any more; says how many."""
    over = StaffTicket.objects.filter(expires_at__lt=clock.now())
    count = over.count()
    if not dry_run:
        over.delete()
    return count
