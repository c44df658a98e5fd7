"""For how long it is waited: one timer for all who wait."""

from __future__ import annotations

import asyncio
from asyncio import current_task
from time import monotonic
from typing import Any


class Patience:
    """Ends what takes longer than ``seconds``::

        waiting = patience.begin()
        try:
            body = await read()
        except BaseException as error:
            if not patience.end(waiting, error):
                raise
            body = None  # it took too long
        else:
            patience.end(waiting)

    ``asyncio.timeout`` makes a timer for each wait, which costs more than to read what is
    there already, and so does one more coroutine around it. Here whoever waits stands on a
    list, and one timer looks through it. A task waits for one thing at a time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        # Since when, in the order in which they began, and so in that in which they end.
        self._waiting: dict[Any, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Any:
        """The running task waits from now on; it is returned, for :meth:`end`."""
        # To name the loop spares a system call, before Python 3.12.
        task = current_task(self._loop)
        self._waiting[task] = monotonic()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)
        return task

    def end(self, task: Any, error: BaseException | None = None) -> bool:
        """It waits no more: for what it waited is there, or ``error`` came. Whether that is
        because it took too long, and nobody else ends the task: then it may go on."""
        is_ended_by_us = self._waiting.pop(task, None) is None
        return (
            is_ended_by_us
            and isinstance(error, asyncio.CancelledError)
            and bool(task.uncancel() == 0)
        )

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
