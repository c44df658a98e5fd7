"""Decisions about keeping the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

WARN_AFTER: Final = timedelta(hours=48)


def is_neglected(last: datetime, now: datetime) -> bool:
    """Whether too much time has passed since the house was kept, or moved into."""
    return now - last > WARN_AFTER
