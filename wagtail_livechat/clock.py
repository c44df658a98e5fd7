"""The one place that reads the time, so that a test can hold it still."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """A moment as the wire carries it: whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def now_ms() -> int:
    """The present moment as the wire carries it."""
    return milliseconds(now())


def moment(wire: int) -> datetime:
    """The moment that a number on the wire means; the end of time for what is beyond."""
    try:
        return datetime.fromtimestamp(wire / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)
