"""What the narrow statements have in common: identifiers and moments as databases keep them.

They go past the ORM, to which nobody then leaves the work of putting these into words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


def dashed(name: str) -> str:
    """An identifier of 32 digits as it is told to others."""
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


def undashed(name: str) -> str:
    """An identifier as SQLite keeps it."""
    return name.replace("-", "")


class SqliteMoments(dict[datetime | None, Any]):
    """Moments as Django stores them in SQLite, each told once: many have the same."""

    def __init__(self, db: Any) -> None:
        super().__init__({None: None})
        self._db = db

    def __missing__(self, moment: datetime) -> Any:
        if moment.tzinfo is self._db.timezone:
            text = str(moment.replace(tzinfo=None))
        else:
            text = self._db.ops.adapt_datetimefield_value(moment)
        self[moment] = text
        return text
