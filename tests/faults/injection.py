"""Each kind of fault, done to a running site. When the function returns, it is healed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable

from tests.faults.ground import FaultySite, Site
from tests.faults.history import Fault, History
from tests.faults.plan import Blow, Kind
from tests.faults.proxy import Connection, Direction

CRASHES_WITHIN = 30.0
"""A crash point that nobody passes for so long is given up: nothing is stored just now."""

NUDGED_EVERY = 1.0


class Injector:
    """Strikes one site."""

    def __init__(self, site: Site, history: History, seed: int, nudge: Callable[[], None]) -> None:
        self._site = site
        self._history = history
        self._seed = seed
        self._nudge = nudge
        """Makes the visitors say something."""

    async def strike(self, blow: Blow) -> None:
        while not (self._site.serves and self._site.proxy.connections):
            await asyncio.sleep(0.02)  # there is nothing to strike just now
        dice = random.Random(f"{self._seed} {blow.kind} {blow.at}")
        match blow.kind:
            case Kind.KILL_BEFORE_COMMIT:
                await self._crash(blow, "before_commit", dice)
            case Kind.KILL_AFTER_COMMIT:
                await self._crash(blow, "after_commit", dice)
            case Kind.KILL_AFTER_ACK:
                await self._crash(blow, "after_ack", dice)
            case Kind.KILL_ANY_TIME:
                async with self._care_of(dice) as server:
                    self._note(blow, f"kills {server.port}")
                    await server.die()
                    await asyncio.sleep(min(blow.lasts, 0.5))
                    await server.begin()
            case Kind.FREEZE:
                async with self._care_of(dice) as server:
                    self._note(blow, f"freezes {server.port}")
                    server.suspend()
                    try:
                        await asyncio.sleep(blow.lasts)
                    finally:
                        server.resume()
            case Kind.ROLLING_RESTART:
                await self._roll(blow)
            case Kind.LAYER_DOWN | Kind.LAYER_FROZEN | Kind.LAYER_FLUSHED | Kind.LAYER_CUT:
                async with self._site.care_of_layer:
                    await self._hit_layer(blow)
            case Kind.DATABASE_LOCKED | Kind.DATABASE_DOWN | Kind.DATABASE_FROZEN:
                async with self._site.care_of_database:
                    await self._hit_database(blow, dice)
            case Kind.CUT_MID_FRAME:
                await self._cut(blow, dice)
            case Kind.STALL:
                await self._stall(blow, dice)
            case Kind.DROP_TO_SERVER:
                await self._drop(blow, Direction.TO_SERVER, dice)
            case Kind.DROP_TO_BROWSER:
                await self._drop(blow, Direction.TO_BROWSER, dice)
            case _:
                raise ValueError(f"{blow.kind} is not done at a moment.")
        self._note(blow, "healed")

    def _note(self, blow: Blow, what: str) -> None:
        self._history.add(Fault(kind=blow.kind, what=what))

    # Servers.

    @contextlib.asynccontextmanager
    async def _care_of(self, dice: random.Random) -> AsyncIterator[FaultySite]:
        """One server, for nobody else until we are done."""
        server = dice.choice(self._site.servers)
        async with server.care:
            yield server

    async def _crash(self, blow: Blow, point: str, dice: random.Random) -> None:
        async with self._care_of(dice) as server:
            server.crash_at(point, blow.countdown)
            self._note(blow, f"waits for {point} {blow.countdown} in {server.port}")
            until = time.monotonic() + CRASHES_WITHIN
            nudged = time.monotonic()
            while server.is_running and time.monotonic() < until:
                await asyncio.sleep(0.02)
                if time.monotonic() - nudged > NUDGED_EVERY:
                    nudged = time.monotonic()
                    self._nudge()
            how = "died there" if server.returncode == -signal.SIGKILL else "was never there"
            self._note(blow, f"{server.port} {how}")
            await server.die()
            await server.begin()

    async def _roll(self, blow: Blow) -> None:
        for server in self._site.servers:
            async with server.care:
                self._note(blow, f"restarts {server.port}")
                await server.end()
                self._note(blow, f"{server.port} has ended")
                await server.begin()

    # What is behind.

    async def _hit_layer(self, blow: Blow) -> None:
        redis = self._site.redis
        assert redis is not None
        self._note(blow, "strikes")
        match blow.kind:
            case Kind.LAYER_DOWN:
                await asyncio.to_thread(redis.kill)
                await asyncio.sleep(blow.lasts)
                await asyncio.to_thread(redis.start)
            case Kind.LAYER_FROZEN:
                redis.suspend()
                try:
                    await asyncio.sleep(blow.lasts)
                finally:
                    redis.resume()
            case Kind.LAYER_FLUSHED:
                await asyncio.to_thread(redis.flush)
            case _:
                await asyncio.to_thread(redis.drop_clients)

    async def _hit_database(self, blow: Blow, dice: random.Random) -> None:
        self._note(blow, "strikes")
        if blow.kind is Kind.DATABASE_LOCKED:
            await asyncio.to_thread(self._hold_lock, blow.lasts)
            return
        postgres = self._site.postgres
        assert postgres is not None
        if blow.kind is Kind.DATABASE_DOWN:
            # «immediate»: as in a crash, with recovery afterwards; or «fast».
            by = dice.choice((signal.SIGQUIT, signal.SIGINT))
            await asyncio.to_thread(postgres.stop, by=by)
            await asyncio.sleep(blow.lasts)
            await asyncio.to_thread(postgres.start)
            return
        await asyncio.to_thread(postgres.suspend)
        try:
            await asyncio.sleep(blow.lasts)
        finally:
            await asyncio.to_thread(postgres.resume)

    def _hold_lock(self, seconds: float) -> None:
        """Be another process that writes for a long time."""
        path = self._site.sqlite_file
        with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    # The network.

    async def _cut(self, blow: Blow, dice: random.Random) -> None:
        direction = dice.choice(tuple(Direction))
        with self._site.proxy.afflicting(
            lambda connection: connection.cut_mid_frame(direction), share=0.6, dice=dice
        ) as hit:
            self._note(blow, f"cuts what goes {direction}")
            await asyncio.sleep(min(blow.lasts, 1.0))
        self._note(blow, f"{len(hit)} connections")

    async def _stall(self, blow: Blow, dice: random.Random) -> None:
        directions = dice.choice(
            [(Direction.TO_SERVER,), (Direction.TO_BROWSER,), tuple(Direction)]
        )

        def stall(connection: Connection) -> None:
            for direction in directions:
                connection.stall(direction)

        with self._site.proxy.afflicting(stall, share=0.6, dice=dice) as hit:
            self._note(blow, f"stalls what goes {' and '.join(directions)}")
            await asyncio.sleep(blow.lasts)
        for connection in hit:
            for direction in directions:
                connection.flow(direction)
        self._note(blow, f"{len(hit)} connections")

    async def _drop(self, blow: Blow, direction: Direction, dice: random.Random) -> None:
        with self._site.proxy.afflicting(
            lambda connection: connection.drop(direction), share=0.5, dice=dice
        ) as hit:
            self._note(blow, f"drops what goes {direction}")
            await asyncio.sleep(blow.lasts)
        self._note(blow, f"{len(hit)} connections")
