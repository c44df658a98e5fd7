"""Questions that come while a read goes on are answered by the next one, together."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from wagtail_livechat.transport.together import MOST_TOGETHER, Together


class Library:
    """Reads when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.opens = asyncio.Event()

    async def read(self, function: Any, questions: Sequence[int]) -> Any:
        self.asked.append(list(questions))
        await self.opens.wait()
        return function(questions)


def doubled(questions: Sequence[int]) -> list[int | Exception]:
    return [LookupError(number) if number < 0 else 2 * number for number in questions]


async def asking(together: Together[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(together.read(number)) for number in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_the_first_is_read_for_at_once_and_the_others_together() -> None:
    library = Library()
    together = Together(library.read, doubled)
    tasks = await asking(together, 1)
    tasks += await asking(together, 2, 3, 4)
    assert library.asked == [[1]]
    library.opens.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert library.asked == [[1], [2, 3, 4]]


async def test_after_a_rest_it_reads_again() -> None:
    library = Library()
    library.opens.set()
    together = Together(library.read, doubled)
    assert await together.read(1) == 2
    assert await together.read(5) == 10


async def test_those_who_come_during_a_rest_are_read_for_together() -> None:
    library = Library()
    library.opens.set()
    together = Together(library.read, doubled)
    assert await together.read(1) == 2
    later = [await asking(together, number) for number in (2, 3, 4)]
    assert [await task for [task] in later] == [4, 6, 8]
    assert library.asked == [[1], [2, 3, 4]]


async def test_a_refusal_is_for_the_one_who_asked() -> None:
    library = Library()
    library.opens.set()
    together = Together(library.read, doubled)
    good, bad = await asking(together, 1, -1)
    assert await good == 2
    with pytest.raises(LookupError):
        await bad


async def test_a_failed_read_is_told_to_all_and_does_not_stop_the_next() -> None:
    failures = [OSError("away")]

    async def read(function: Any, questions: Sequence[int]) -> Any:
        if failures:
            raise failures.pop()
        return function(questions)

    together = Together(read, doubled)
    for task in await asking(together, 1, 2):
        with pytest.raises(OSError, match="away"):
            await task
    assert await together.read(3) == 6


async def test_who_hung_up_is_not_read_for() -> None:
    library = Library()
    together = Together(library.read, doubled)
    first, gone, last = [*await asking(together, 1), *await asking(together, 2, 3)]
    gone.cancel()
    await asyncio.sleep(0)
    library.opens.set()
    assert [await first, await last] == [2, 6]
    assert library.asked == [[1], [3]]


async def test_a_crowd_is_read_for_in_parts() -> None:
    library = Library()
    library.opens.set()
    together = Together(library.read, doubled)
    crowd = range(2 * MOST_TOGETHER + 1)
    assert await asyncio.gather(*(together.read(n) for n in crowd)) == [2 * n for n in crowd]
    assert max(len(questions) for questions in library.asked) == MOST_TOGETHER
