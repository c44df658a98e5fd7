"""What the tables of agents hold of staff, and when it goes.

A profile goes with its account. Connections hang on the lease of their process.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from wagtail_livechat import clock
from wagtail_livechat.erasure import Deadline, erase

from .models import AgentConnection, AgentProfile, HeldPlace, StaffTicket

HOLDS: Final = (AgentProfile, AgentConnection, HeldPlace, StaffTicket)
LONG_OVER: Final = timedelta(hours=1)


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away tickets, connections and held places that nobody can use any more; says how many."""
    now, deadline = clock.now(), Deadline(seconds)
    over = [
        StaffTicket.objects.filter(expires_at__lt=now),
        AgentConnection.objects.filter(expires_at__lt=now - LONG_OVER),
        HeldPlace.objects.filter(expires_at__lt=now - LONG_OVER),
    ]
    return sum(erase(rows, dry_run=dry_run, deadline=deadline) for rows in over)
