"""Sending for all connections of a process, without a task for each of them.

A server takes most frames at once, and a task costs as much as half of the sending. So one
task begins to send for everybody who has something to say in a moment; only where the
server makes one wait (its peer reads slowly) does the rest get a task of its own, so that
nobody waits for anybody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any

Sending = Coroutine[Any, Any, None]


class Post:
    """What is to be begun in this moment."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    def call(self, begin: Callable[[], None]) -> None:
        """Let ``begin`` send soon; it must not raise."""
        self._due.append(begin)
        if self._task is None:
            self._task = self._loop.create_task(self._go_round())

    async def _go_round(self) -> None:
        self._task = None
        due, self._due = self._due, []
        for begin in due:
            begin()

    def begin(self, sending: Sending, context: Context) -> asyncio.Task[None] | None:
        """Send as far as the server takes it; the task of the rest, if there is one."""
        try:
            waits_for = context.run(sending.send, None)
        except StopIteration:
            return None
        return self._loop.create_task(_rest(sending, waits_for), context=context)


async def _rest(sending: Sending, waits_for: Any) -> None:
    await _carry_on(sending, waits_for)


@coroutine
def _carry_on(sending: Sending, waits_for: Any) -> Generator[Any, Any, None]:
    """Go on with what was begun: hand on what it waits for, and what it is told."""
    while True:
        broken: BaseException | None = None
        try:
            told = yield waits_for
        except BaseException as error:
            broken = error
        try:
            waits_for = sending.throw(broken) if broken else sending.send(told)
        except StopIteration:
            return
