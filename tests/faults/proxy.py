"""The network between browsers and servers: a TCP proxy that can be told to fail.

It also stands for the load balancer in front of several servers: each new connection goes to
the next server that accepts one.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable, Iterator
from enum import StrEnum
from types import TracebackType
from typing import Self

CHUNK = 65_536


class Direction(StrEnum):
    """Which way bytes go."""

    TO_SERVER = "to server"
    TO_BROWSER = "to browser"


class Connection:
    """One browser's connection, and what is wrong with it."""

    def __init__(
        self,
        browser: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._ends = {
            Direction.TO_SERVER: (browser[0], server[1]),
            Direction.TO_BROWSER: (server[0], browser[1]),
        }
        self._flows = {direction: asyncio.Event() for direction in Direction}
        for flow in self._flows.values():
            flow.set()
        self._dropped: set[Direction] = set()
        self._cut: set[Direction] = set()

    async def run(self) -> None:
        """Carry bytes until one side ends it."""
        carriers = [asyncio.create_task(self._carry(direction)) for direction in Direction]
        try:
            await asyncio.wait(carriers, return_when=asyncio.FIRST_COMPLETED)
            # What the side that ended has said before is still carried, in both directions.
            await asyncio.wait(carriers, timeout=0.5)
        finally:
            for carrier in carriers:
                carrier.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)
            self.abort()

    def stall(self, direction: Direction) -> None:
        """Hold what comes from now on; ``flow`` lets it go again."""
        self._flows[direction].clear()

    def flow(self, direction: Direction) -> None:
        self._flows[direction].set()

    def drop(self, direction: Direction) -> None:
        """Swallow what comes from now on, for as long as this connection lives."""
        self._dropped.add(direction)

    def cut_mid_frame(self, direction: Direction) -> None:
        """Carry one half of what comes next, then reset both sides."""
        self._cut.add(direction)

    def abort(self) -> None:
        """Reset both sides at once."""
        for _, writer in self._ends.values():
            with contextlib.suppress(OSError, AttributeError):
                # Without lingering a close is a reset, as from a router that has forgotten us.
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()

    async def _carry(self, direction: Direction) -> None:
        reader, writer = self._ends[direction]
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows[direction].wait()
                if direction in self._dropped:
                    continue
                if direction in self._cut:
                    writer.write(data[: max(1, len(data) // 2)])
                    await writer.drain()
                    # Give the half frame the time to arrive: a reset overtakes it.
                    await asyncio.sleep(0.02)
                    self.abort()
                    return
                writer.write(data)
                await writer.drain()
            if direction not in self._dropped:
                writer.write_eof()


class Proxy:
    """Listens on ``port``; passes connections on to ``servers`` in turn."""

    def __init__(self, servers: list[int]) -> None:
        self.servers = servers
        self.port = 0
        self.connections: set[Connection] = set()
        self._turn = 0
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._afflictions: list[Callable[[Connection], None]] = []

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        for connection in list(self.connections):
            connection.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @contextlib.contextmanager
    def afflicting(
        self, afflict: Callable[[Connection], None], *, share: float, dice: random.Random
    ) -> Iterator[list[Connection]]:
        """Do ``afflict`` to about this share of the connections, old ones and new ones.

        At least one of those that are there is hit. Yields those that were.
        """
        hit: list[Connection] = []

        def maybe(connection: Connection) -> None:
            if dice.random() < share:
                afflict(connection)
                hit.append(connection)

        present = list(self.connections)
        for connection in present:
            maybe(connection)
        if present and not hit:
            afflict(present[0])
            hit.append(present[0])
        self._afflictions.append(maybe)
        try:
            yield hit
        finally:
            self._afflictions.remove(maybe)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server = await self._next_server()
        if server is None:
            writer.transport.abort()
            return
        connection = Connection((reader, writer), server)
        self.connections.add(connection)
        for afflict in list(self._afflictions):
            afflict(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)

    async def _next_server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(len(self.servers)):
            port = self.servers[self._turn % len(self.servers)]
            self._turn += 1
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        return None
