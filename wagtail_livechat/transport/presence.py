"""Which visitors are here: written down for many at once, a few times a second at most.

A thousand who come back after a restart are a few statements, and somebody who is gone
again before it was written leaves no trace.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wagtail_livechat.errors import LiveChatError
from wagtail_livechat.visitors import actions as visitors

if TYPE_CHECKING:
    from .process import Process

WRITTEN_EVERY: Final = 0.25
AGAIN_AFTER: Final = 2.0
MOST_TOGETHER: Final = 200

Visits = Mapping[uuid.UUID, int]
"""Visitors by the key of their connection."""


class Presence:
    """What is still to be written of one process's comings and goings."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._came: dict[uuid.UUID, int] = {}
        self._left: dict[uuid.UUID, int] = {}
        self._is_due = False

    def came(self, key: uuid.UUID, visitor_id: int) -> None:
        """A connection of this visitor is open."""
        self._left.pop(key, None)
        self._came[key] = visitor_id
        self._write_after(WRITTEN_EVERY)

    def left(self, key: uuid.UUID, visitor_id: int) -> None:
        """It is open no more."""
        if self._came.pop(key, None) is None:
            self._left[key] = visitor_id
            self._write_after(WRITTEN_EVERY)

    def _write_after(self, seconds: float) -> None:
        if not self._is_due:
            self._is_due = True
            self._process.loop.call_later(seconds, self._write)

    def _write(self) -> None:
        self._is_due = False
        connect = partial(visitors.connect_all, worker_id=self._process.worker_id)
        # Taken out first: what cannot be written now is put back for another time.
        all_came, self._came = self._came, {}
        all_left, self._left = self._left, {}
        for came in _in_parts(all_came):
            self._submit(partial(connect, arrivals=came), partial(self._came_again, came))
        for left in _in_parts(all_left):
            self._submit(
                partial(visitors.disconnect_all, departures=left),
                partial(self._left_again, left),
            )

    def _submit(self, action: Callable[[], Any], again: Callable[[], None]) -> None:
        def done(result: Any, error: Exception | None) -> None:
            if isinstance(error, LiveChatError):
                again()

        try:
            self._process.writer.submit(action, done)
        except LiveChatError:
            self._process.loop.call_soon(again)

    # What could not be written is written another time, unless it is no longer true.

    def _came_again(self, came: Visits) -> None:
        for key, visitor_id in came.items():
            if self._left.pop(key, None) is None:
                self._came.setdefault(key, visitor_id)
        self._write_after(AGAIN_AFTER)

    def _left_again(self, left: Visits) -> None:
        for key, visitor_id in left.items():
            if key not in self._came:
                self._left.setdefault(key, visitor_id)
        self._write_after(AGAIN_AFTER)


def _in_parts(visits: Visits) -> Iterator[dict[uuid.UUID, int]]:
    """As many as are written together, and the next ones."""
    all_visits = list(visits.items())
    for start in range(0, len(all_visits), MOST_TOGETHER):
        yield dict(all_visits[start : start + MOST_TOGETHER])
