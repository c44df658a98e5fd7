"""Waiting comes to an end, by one timer for all who wait."""

import asyncio

import pytest

from wagtail_livechat.transport.patience import Patience


def run(test):
    return asyncio.run(test())


def patience(seconds=0.05):
    return Patience(asyncio.get_running_loop(), seconds)


async def sleeps(seconds):
    await asyncio.sleep(seconds)
    return "there"


async def waited(patience, awaited):
    waiting = patience.begin()
    try:
        found = await awaited
    except BaseException as error:
        if not patience.end(waiting, error):
            raise
        raise TimeoutError from error
    patience.end(waiting)
    return found


async def waits(patience, seconds):
    return await waited(patience, sleeps(seconds))


def test_what_is_there_in_time_is_not_disturbed():
    async def test():
        short = patience()
        assert await waits(short, 0) == "there"
        await asyncio.sleep(0.1)  # nor later
        assert await waits(short, 0.01) == "there"

    run(test)


def test_what_takes_too_long_is_ended_each_at_its_own_time():
    async def test():
        short = patience(0.2)
        first = asyncio.create_task(waits(short, 30))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(waits(short, 30))
        with pytest.raises(TimeoutError):
            await first
        assert not second.done()
        with pytest.raises(TimeoutError):
            await second

    run(test)


def test_a_task_that_was_ended_so_may_go_on():
    async def test():
        short = patience()
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await waits(short, 30)
        assert asyncio.current_task().cancelling() == 0
        assert await waits(short, 0) == "there"

    run(test)


def test_who_is_cancelled_by_somebody_else_is_cancelled():
    async def test():
        task = asyncio.create_task(waits(patience(30), 30))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(test)


async def fails(pause):
    if pause is not None:
        await asyncio.sleep(pause)
    raise LookupError


def test_an_error_while_waiting_is_that_error():
    async def test():
        short = patience()
        for pause in (None, 0):
            with pytest.raises(LookupError):
                await waited(short, fails(pause))
        await asyncio.sleep(0.1)
        assert asyncio.current_task().cancelling() == 0

    run(test)


def test_many_who_wait_have_one_timer(monkeypatch):
    async def test():
        loop = asyncio.get_running_loop()
        armed = []
        call_later = loop.call_later
        monkeypatch.setattr(
            loop, "call_later", lambda *args: armed.append(args) or call_later(*args)
        )
        long = Patience(loop, 30)
        for _ in range(100):
            await waits(long, 0)
        assert len(armed) == 1

    run(test)


def test_what_ends_in_peace_when_it_is_cancelled_may():
    async def test():
        async def gives_way():
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                await asyncio.sleep(0)  # there is something to put away
                raise

        with pytest.raises(TimeoutError):
            await waited(patience(), gives_way())
        assert asyncio.current_task().cancelling() == 0

    run(test)


def test_who_has_ended_otherwise_is_not_ended_again():
    async def test():
        short = patience()
        task = asyncio.create_task(waited(short, fails(None)))
        with pytest.raises(LookupError):
            await task
        waiting = short.begin()
        assert not short.end(waiting)
        assert not short.end(waiting)  # nothing waits any more, and nothing took too long
        await asyncio.sleep(0.1)
        assert asyncio.current_task().cancelling() == 0

    run(test)
