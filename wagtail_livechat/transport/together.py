"""What is read for many at once: a storm of visitors costs a few queries, not a few for each.

The first is read for at once. Those who come meanwhile are read for together after a rest,
since what a read costs is mostly the same for one as for many: a thousand who come back cost
a fifth of what they would cost a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

MOST_TOGETHER: Final = 100
RESTS: Final = 0.05
"""Between two reads, where not so many wait that the next is full. Nobody notices so little."""

A = TypeVar("A")
R = TypeVar("R")


class Together(Generic[A, R]):
    """Gathers what is asked while a read goes on.

    ``function`` answers many questions in their order; an exception among the answers is
    raised to the one who asked.
    """

    def __init__(
        self,
        read: Callable[..., Awaitable[Any]],
        function: Callable[[Sequence[A]], Sequence[R | Exception]],
    ) -> None:
        self._read = read
        self._function = function
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, question: A) -> R:
        """The answer to one question."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append((question, answer))
        if self._task is None:
            self._task = loop.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = (
                    self._waiting[:MOST_TOGETHER],
                    self._waiting[MOST_TOGETHER:],
                )
                # Who hung up meanwhile is not read for.
                asked = [each for each in asked if not each[1].done()]
                if asked:
                    await self._answer(asked)
                    if len(self._waiting) < MOST_TOGETHER:
                        await asyncio.sleep(RESTS)
        finally:
            self._task = None

    async def _answer(self, asked: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        found: Sequence[R | Exception]
        try:
            found = await self._read(self._function, [question for question, _ in asked])
        except Exception as error:
            found = [error] * len(asked)
        for (_, answer), result in zip(asked, found, strict=True):
            if answer.done():
                continue
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)
