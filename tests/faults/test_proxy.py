"""The proxy fails in the ways that it is told to, and in no others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import Connection, Direction, Proxy

DICE = random.Random(0)


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """A server that says back what it hears."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1_000):
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def proxy(echo: int) -> AsyncIterator[Proxy]:
    async with Proxy([echo]) as started:
        yield started


class Browser:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()

    async def hear(self, number: int) -> bytes:
        async with asyncio.timeout(10):
            return await self.reader.readexactly(number)


async def browser(proxy: Proxy) -> Browser:
    """Connected, and known to the proxy."""
    made = Browser(*await asyncio.open_connection("127.0.0.1", proxy.port))
    await made.say(b"!")
    assert await made.hear(1) == b"!"
    return made


async def test_what_is_said_arrives_both_ways(proxy: Proxy) -> None:
    visitor = await browser(proxy)
    await visitor.say(b"hello" * 20_000)
    assert await visitor.hear(100_000) == b"hello" * 20_000


async def test_a_cut_frame_arrives_by_half_and_then_all_is_over(proxy: Proxy) -> None:
    visitor = await browser(proxy)
    with proxy.afflicting(
        lambda connection: connection.cut_mid_frame(Direction.TO_BROWSER), share=1, dice=DICE
    ):
        await visitor.say(b"12345678")
        assert await visitor.hear(4) == b"1234"
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await visitor.hear(1)


async def test_a_stalled_direction_keeps_what_was_said_for_later(proxy: Proxy) -> None:
    visitor = await browser(proxy)
    (connection,) = proxy.connections
    connection.stall(Direction.TO_BROWSER)
    await visitor.say(b"late")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await visitor.reader.readexactly(1)
    connection.flow(Direction.TO_BROWSER)
    assert await visitor.hear(4) == b"late"


@pytest.mark.parametrize("direction", Direction)
async def test_a_dropped_direction_says_nothing_and_stays_open(
    proxy: Proxy, direction: Direction
) -> None:
    visitor = await browser(proxy)
    with proxy.afflicting(lambda connection: connection.drop(direction), share=1, dice=DICE):
        await visitor.say(b"into the void")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await visitor.reader.readexactly(1)
    assert len(proxy.connections) == 1


async def test_faults_hit_new_connections_too_and_only_while_they_last(proxy: Proxy) -> None:
    hit: list[Connection] = []
    with proxy.afflicting(hit.append, share=1, dice=DICE):
        during = await browser(proxy)
    after = await browser(proxy)
    await during.say(b"?")
    await after.say(b"?")
    assert len(hit) == 1
    assert len(proxy.connections) == 2


async def test_a_server_that_is_gone_is_passed_over(echo: int) -> None:
    gone = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    async with Proxy([port, echo]) as proxy:
        for _ in range(4):
            await browser(proxy)


async def test_with_no_server_left_a_connection_is_reset(echo: int) -> None:
    async with Proxy([]) as proxy:
        reader, _ = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            async with asyncio.timeout(10):
                await reader.readexactly(1)
