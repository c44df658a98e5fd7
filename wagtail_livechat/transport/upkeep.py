"""What a server process does by the clock: its lease, heartbeats, and looking after silence.

One ticking task serves all connections; an idle connection has no timer of its own.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import signpost
from wagtail_livechat.errors import LiveChatError, Silent
from wagtail_livechat.visitors import actions as visitors
from wagtail_livechat.visitors.personal_data import expire_visits
from wagtail_livechat.workers import actions as workers
from wagtail_livechat.workers.queries import living_workers
from wagtail_livechat.workers.rules import RENEW_EVERY

from . import watching

if TYPE_CHECKING:
    from .process import Process

TICK: Final = 1.0
TURNS: Final = 5
"""In so many ticks every connection is looked at once: thousands are silent most of the time."""
FORGET_EVERY: Final = 15.0
FORGET_FOR: Final = 0.05
"""The writer has others to serve: one batch, or what can be done in this time."""
LOOK_WITHOUT_LAYER: Final = 2.0
LOOK_WITHOUT_WORKING_LAYER: Final = 5.0

logger = logging.getLogger(__name__)


class Connection(Protocol):
    """A connection, as its process looks after it."""

    turn: int
    heard_at: float
    beat_at: float

    def heads_wanted(self) -> list[str]:
        """The conversations whose heads belong into its heartbeat."""

    def beat(self, heads: dict[str, int]) -> None:
        """Send a heartbeat."""

    def is_stuck(self, now: float) -> bool:
        """Whether it has not taken what it was told for too long."""

    def end(self, error: LiveChatError) -> None:
        """Say why, and close."""

    def abort(self) -> None:
        """Close without a word: it does not read."""

    def look_again(self, now: float) -> None:
        """Ask again whether it may be here, if the last look is old."""

    def is_present_again(self) -> None:
        """The worker's row was lost; write down the connection anew."""

    def say_goodbye(self, retry_ms: int) -> None:
        """The server restarts."""


class Upkeep:
    """The clockwork of one process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._by_turn: list[set[Connection]] = [set() for _ in range(TURNS)]
        self._tasks: list[asyncio.Task[None]] = []
        self._workers = 1
        self._forgot_at = 0.0
        self._looked_at = monotonic()
        self._ticked_at = 0

    @property
    def connections(self) -> list[Connection]:
        """All that are open."""
        return [connection for here in self._by_turn for connection in here]

    def add(self, connection: Connection) -> None:
        """Look after it from now on; those that came together do not have their turn together."""
        connection.turn = random.randrange(TURNS)  # noqa: S311
        self._by_turn[connection.turn].add(connection)

    def discard(self, connection: Connection) -> None:
        """It is over."""
        self._by_turn[connection.turn].discard(connection)

    async def start(self) -> None:
        """Enlist, then tick. A database that is down is tried again with the next tick."""
        await self._quietly(self._enlist())
        self._tasks = [
            asyncio.create_task(self._tick(), name="livechat-tick"),
            asyncio.create_task(self._renew(), name="livechat-renew"),
        ]

    async def stop(self) -> None:
        """Say goodbye to everybody, and stop."""
        self.say_goodbye()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say_goodbye(self) -> None:
        """The server restarts: come back, but not all at once."""
        for number, connection in enumerate(self.connections):
            connection.say_goodbye(1_000 + number)

    async def _quietly(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it; where the database is away, it is done another time."""
        try:
            return await work
        except LiveChatError as error:
            logger.debug("Upkeep waits: %s", error.code)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("Upkeep failed.")
        return None

    async def _enlist(self) -> None:
        await self._process.writer.run(lambda: workers.enlist(self._process.worker_id))

    # Every few seconds: what hangs on the database.

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            await self._quietly(self.renew_once())

    async def renew_once(self) -> None:
        """Renew the lease, take away what is over, and see who else is here."""
        process = self._process
        if process.hub.bus is not None:
            process.hub.bus.probe()
        if not await process.writer.run(lambda: workers.renew(process.worker_id)):
            await self._enlist()
            for connection in self.connections:
                connection.is_present_again()
            process.visits.are_present_again()
        if await process.writer.run(workers.retire_dead):
            process.hub.all_agents_are_stale()
        await process.writer.run(agents.leave_expired)
        await process.writer.run(visitors.leave_expired)
        await process.writer.run(watching.end_lapsed)
        if monotonic() - self._forgot_at >= FORGET_EVERY:
            # So that no trail outlives its time where housekeeping is late.
            self._forgot_at = monotonic()
            await process.writer.run(partial(expire_visits, seconds=FORGET_FOR))
            await process.writer.run(signpost.close_idle)
        await process.answering.look_for_left()
        await process.visits.renew()
        self._workers = await process.read(living_workers)
        await process.hub.compare_availability()

    # Every second: what hangs on the connections.

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.tick_once(monotonic())
            except LiveChatError:
                pass  # the database is away; the next tick looks again
            except Exception:
                logger.exception("A tick failed.")

    async def tick_once(self, now: float) -> None:
        """Heartbeats that are due, connections that are silent or stuck, and a look around."""
        conf = configuration()
        self._process.visits.tick(now)
        self._process.watching.tick(now)
        due: list[Connection] = []
        for connection in self._whose_turn(now, conf.heartbeat_seconds):
            if connection.is_stuck(now):
                connection.abort()
            elif now - connection.heard_at > conf.silence_seconds:
                connection.end(Silent())
            else:
                connection.look_again(now)
                # Its turn may come a little before its time, and not again for a while.
                if now - connection.beat_at >= conf.heartbeat_seconds - TICK:
                    connection.beat_at = now
                    due.append(connection)
        if due:
            await self._beat(due)
        if now - self._looked_at >= self._look_every():
            self._looked_at = now
            self._process.board.everything_changed()
            await self._process.hub.compare_all()

    def _whose_turn(self, now: float, heartbeat_seconds: float) -> list[Connection]:
        """Those whose turn came since the last tick; a late tick leaves nobody out."""
        # Each has several turns in a heartbeat, however short that is.
        among = max(1, min(TURNS, int(heartbeat_seconds / TURNS / TICK)))
        last, self._ticked_at = self._ticked_at, int(now / TICK)
        passed = range(self._ticked_at, max(last, self._ticked_at - among), -1)
        turns = {tick % among for tick in passed}
        return [
            connection
            for turn, here in enumerate(self._by_turn)
            if turn % among in turns
            for connection in here
        ]

    async def _beat(self, due: list[Connection]) -> None:
        wanted = {name for connection in due for name in connection.heads_wanted()}
        try:
            heads = await self._process.hub.compare(wanted) if wanted else {}
        except LiveChatError:
            heads = {}  # a sign of life all the same
        for connection in due:
            connection.beat(heads)

    def _look_every(self) -> float:
        """How often to look for what no wake has told."""
        bus = self._process.hub.bus
        if bus is not None and bus.reaches_others:
            return LOOK_WITHOUT_WORKING_LAYER if bus.is_down else configuration().heartbeat_seconds
        return LOOK_WITHOUT_LAYER if self._workers > 1 else configuration().heartbeat_seconds
