"""When a server process counts as alive."""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(seconds=15)
RENEW_EVERY = timedelta(seconds=5)


def alive_since(now: datetime) -> datetime:
    """A process seen before this moment is dead."""
    return now - LEASE
