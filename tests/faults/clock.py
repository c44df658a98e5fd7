"""The time by which a seed goes."""

from __future__ import annotations

import asyncio
import time

from tests.faults.ground import Site


class Clock:
    """The time by which people act and faults come: slow while no server is up.

    Otherwise, on a busy machine, everything would happen while one starts.
    """

    TICK = 0.02
    SLOW = 0.25

    def __init__(self, site: Site) -> None:
        self._site = site
        self._now = 0.0
        self._last = time.monotonic()

    async def until(self, moment: float) -> None:
        while self._read() < moment:
            await asyncio.sleep(self.TICK)

    def _read(self) -> float:
        now = time.monotonic()
        self._now += (now - self._last) * (1.0 if self._site.serves else self.SLOW)
        self._last = now
        return self._now
