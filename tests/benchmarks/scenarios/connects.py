"""People who come, and all of them at once who come back after `kill -9`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from tests.servers import ServerProcess

from .. import load, people
from ..figures import Figure
from ..people import Greeting
from ..processes import cpu_seconds
from ..seed import Plan
from ..statistics import middle_by
from ..wire import HandshakeRefused
from ..workbench import Workbench
from .idle import opened, visitor_of

AT_ONCE: Final = 100
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Arrival:
    """How many a second were let in, at what cost each."""

    accepted: float
    ready: float
    cpu_us: float


def run(bench: Workbench) -> Iterator[Figure]:
    number = bench.number(1_500, 600)
    pairs = [
        (arrive_raw(bench, number), arrive(bench, number)) for _ in range(bench.number(ROUNDS, 1))
    ]
    raw, ours = middle_by(pairs, lambda pair: pair[1].accepted / pair[0].accepted)
    yield Figure(
        name="connects.accepted", value=ours.accepted, unit="visitors/s", limit=raw.accepted
    )
    yield Figure(name="connects.ready", value=ours.ready, unit="visitors/s", limit=raw.ready)
    yield Figure(name="connects.cpu", value=ours.cpu_us, unit="µs", limit=raw.cpu_us)
    yield from come_back(bench, bench.number(5_000, 1_000))


def arrive_raw(bench: Workbench, number: int) -> Arrival:
    """The bare machine accepts, and echoes the hello."""
    with bench.raw() as server:
        request = people.plain_request(bench.port)
        return _arrive(bench, server, number, lambda index: RawGreeting(request))


class RawGreeting(Greeting):
    """Takes its own words for an answer."""

    def received(self, payload: bytes) -> None:
        self.ready = payload


def arrive(bench: Workbench, number: int) -> Arrival:
    """Visitors who have said nothing yet."""
    shop = bench.shop("sqlite", Plan(fresh=number))
    with bench.site(shop) as server:
        make = visitor_of(bench, shop.cast.site, shop.cast.fresh)
        return _arrive(bench, server, number, make)


def _arrive(
    bench: Workbench, server: ServerProcess, number: int, make: Callable[[int], Greeting]
) -> Arrival:
    async def measure() -> Arrival:
        # The first ones find everything cold: they do not count.
        before = await opened(bench, 20, make)
        load.close_all(before)
        cpu, began = cpu_seconds([server.pid]), perf_counter()
        lines = await load.open_all(bench.port, make, number, at_once=AT_ONCE)
        accepted = perf_counter() - began
        for line in lines:
            line.greet()
        if not await load.until(lambda: all(line.ready for line in lines), within=60):
            raise RuntimeError("Not every visitor was let in.")
        ready = perf_counter() - began
        cpu = cpu_seconds([server.pid]) - cpu
        load.close_all(lines)
        return Arrival(number / accepted, number / ready, cpu / number * 1e6)

    with load.no_pauses():
        result: Arrival = load.run(measure())
    return result


def come_back(bench: Workbench, number: int) -> Iterator[Figure]:
    """The server dies with everybody connected, and starts again."""
    shop = bench.shop("sqlite", Plan(conversations=number))
    with bench.site(shop) as server:
        make = visitor_of(bench, shop.cast.site, shop.cast.visitors)

        async def measure() -> tuple[float, int]:
            await opened(bench, number, make)
            await asyncio.to_thread(server.kill)
            server.launch()
            await asyncio.to_thread(server.wait_until_ready)
            began = perf_counter()
            lines = await asyncio.gather(*(_return(bench, make, i) for i in range(number)))
            await load.until(lambda: all(line.ready for line in lines), within=60)
            took = perf_counter() - began
            resumed = sum(_is_resumed(line) for line in lines)
            load.close_all(lines)
            return took, resumed

        took, resumed = load.run(measure())
    yield Figure(name="reconnects.seconds", value=took, unit=f"s for {number}")
    yield Figure(name="reconnects.resumed", value=resumed, unit="visitors", limit=number)


async def _return(bench: Workbench, make: Callable[[int], Greeting], index: int) -> Greeting:
    """Come back as a browser does: spread over a second for a thousand, and again if refused."""
    await asyncio.sleep(index / 2_500)
    while True:
        try:
            [line] = await load.open_all(bench.port, lambda _: make(index), 1)
        except (HandshakeRefused, OSError, TimeoutError):
            await asyncio.sleep(0.2)
        else:
            line.greet()
            return line


def _is_resumed(line: Greeting) -> bool:
    """Whether the visitor was given the conversation with its messages again."""
    return line.ready is not None and b'"seq":4,' in line.ready
