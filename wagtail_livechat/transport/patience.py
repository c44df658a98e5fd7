"""For how long it is waited: one timer for all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Ends with :class:`TimeoutError` what takes longer than ``seconds``::

        body = await patience.wait(read())

    ``asyncio.timeout`` makes a timer for each wait; where what is waited for is there
    already, that costs more than all the reading. So it is asked first, and only who has to
    wait is put on the list. A task waits for one thing at a time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        # In the order in which they began, and so in that in which they end.
        self._waiting: dict[Any, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    @coroutine
    def wait(self, awaited: Awaitable[T]) -> Generator[Any, Any, T]:
        """What is waited for. Raises :class:`TimeoutError`."""
        steps = awaited.__await__()
        try:
            asked = next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # it was there, as nearly always
        task: Any = asyncio.current_task(self._loop)
        ends = self._waiting[task] = self._loop.time() + self._seconds
        if self._timer is None:
            self._timer = self._loop.call_at(ends, self._look)
        try:
            while True:
                try:
                    answer = yield asked
                except BaseException as error:
                    asked = steps.throw(error)
                else:
                    asked = steps.send(answer)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        except asyncio.CancelledError as error:
            if task not in self._waiting and task.uncancel() == 0:
                # It was us who ended it, and nobody else wants it ended.
                raise TimeoutError from error
            raise
        finally:
            self._waiting.pop(task, None)

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
