"""For how long it is waited: one timer for all who wait."""

from __future__ import annotations

import asyncio
from asyncio import current_task
from collections.abc import Awaitable
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Ends with :class:`TimeoutError` what takes longer than ``seconds``::

        body = await patience.wait(read())

    ``asyncio.timeout`` makes a timer for each wait, which costs more than to read what is
    there already. Here whoever waits stands on a list, and one timer looks through it. A task
    waits for one thing at a time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        # Since when, in the order in which they began, and so in that in which they end.
        self._waiting: dict[Any, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, awaited: Awaitable[T]) -> T:
        """What is waited for. Raises :class:`TimeoutError`."""
        waiting = self._waiting
        # To name the loop spares a system call, before Python 3.12.
        task: Any = current_task(self._loop)
        waiting[task] = monotonic()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)
        try:
            return await awaited
        except asyncio.CancelledError as error:
            if task not in waiting and task.uncancel() == 0:
                # It was us who ended it, and nobody else wants it ended.
                raise TimeoutError from error
            raise
        finally:
            waiting.pop(task, None)

    def _look(self) -> None:
        """End what has taken too long, and come back for the next one."""
        self._timer = None
        now = monotonic()
        for task, since in list(self._waiting.items()):
            left = since + self._seconds - now
            if left > 0:
                self._timer = self._loop.call_later(left, self._look)
                break
            del self._waiting[task]
            task.cancel()
