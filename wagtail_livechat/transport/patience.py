"""For how long it is waited: one timer for all who wait."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any


class Patience:
    """Ends with :class:`TimeoutError` what takes longer than ``seconds``::

        with patience:
            body = await read()

    ``asyncio.timeout`` makes a timer for each wait; where what is waited for is there
    already, that costs more than all the reading. A task waits for one thing at a time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        # In the order in which they began, and so in that in which they end.
        self._waiting: dict[Any, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        ends = self._loop.time() + self._seconds
        self._waiting[asyncio.current_task(self._loop)] = ends
        if self._timer is None:
            self._timer = self._loop.call_at(ends, self._look)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        task: Any = asyncio.current_task(self._loop)
        if self._waiting.pop(task, None) is None and task.uncancel() == 0:
            # It was us who ended it, and nobody else wants it ended.
            if kind is asyncio.CancelledError:
                raise TimeoutError from error

    def _look(self) -> None:
        """End what has taken too long, and come back for the next one."""
        self._timer = None
        now = self._loop.time()
        for task, ends in list(self._waiting.items()):
            if ends > now:
                self._timer = self._loop.call_at(ends, self._look)
                break
            del self._waiting[task]
            task.cancel()
