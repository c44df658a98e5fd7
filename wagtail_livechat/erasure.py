"""Erasing rows batch by batch, so that it can be stopped, resumed, and run twice at once."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

BATCH: Final = 500


class Deadline:
    """The moment at which to stop after the batch in hand; none: when all is done."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = None if seconds is None else monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return self._until is not None and monotonic() >= self._until

    @property
    def left(self) -> float | None:
        """The seconds that are left, for somebody else's deadline."""
        return None if self._until is None else max(0.0, self._until - monotonic())


def erase(rows: QuerySet[Any, Any], *, dry_run: bool, deadline: Deadline) -> int:
    """Delete these rows with all that hangs on them; says how many of them there were.

    Each batch is a transaction. Its rows are locked and asked for once more, so that one
    that has come back to life meanwhile stays, and what another run has taken is not
    counted here.
    """
    if dry_run:
        return rows.count()
    model = rows.model
    erased = 0
    while not deadline.is_over:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with transaction.atomic():
            locked = model._default_manager.filter(pk__in=ids).order_by("pk")
            there = list(locked.select_for_update().values_list("pk", flat=True))
            due = list(rows.filter(pk__in=there).values_list("pk", flat=True))
            model._default_manager.filter(pk__in=due).delete()
        erased += len(due)
    return erased
