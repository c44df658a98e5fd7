"""Decisions about visitor keys, visits, and who may be told of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_REVOKED = "x"  # no hexadecimal digit

LINGER: Final = timedelta(seconds=10)
"""Between two pages a visitor has no connection for a moment, and has not left."""

POLLED_FOR: Final = timedelta(seconds=60)
"""So long a visitor who polls is there, without being heard again."""

WATCH_LEASE: Final = timedelta(seconds=6)
"""So long a watch lasts that nobody renews: a console that dies is forgotten by then."""

KEPT_AFTER_END: Final = timedelta(minutes=30)
"""Of a visit that is over nothing is left after this time."""

MONTHS_OF_COUNTS: Final = 25


def revoked(key_hash: str) -> str:
    """What is kept in the place of a key that was revoked, so that it stays refused."""
    return _REVOKED + key_hash[1:]


def is_revoked(stored: str | None) -> bool:
    """Whether nobody can claim a visitor with this stored hash any more."""
    return stored is None or stored.startswith(_REVOKED)


def is_released(*, acknowledged: int, number: int | None) -> bool:
    """Whether a watcher may be told where a visitor is and was.

    Only if this visitor's tab has shown this very watch, or one that began after it.
    ``number`` is ``None`` for whoever does not watch.
    """
    return number is not None and 0 < number <= acknowledged


def tag_of(key_hash: str) -> int:
    """A name for a visit that may travel between processes: no key, and nothing of one."""
    return int(key_hash[:12], 16)


def origin_shown(origin: str, own_origins: frozenset[str]) -> str:
    """Where a visitor came from: another site's origin. From within, it is no news."""
    origin = origin.strip().lower().rstrip("/")
    return "" if origin in own_origins else origin


def counted_since(today: date) -> date:
    """The first day whose counts are kept."""
    year, month = divmod(today.year * 12 + today.month - 1 - MONTHS_OF_COUNTS, 12)
    return date(year, month + 1, 1)
