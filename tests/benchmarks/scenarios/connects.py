"""People who come, and all of them at once who come back after `kill -9`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from tests.servers import ServerProcess

from .. import load, pace, people
from ..figures import Figure
from ..people import Greeting
from ..processes import cpu_seconds
from ..seed import Plan
from ..statistics import middle_by
from ..wire import HandshakeRefused
from ..workbench import Workbench
from .idle import opened, visitor_of

AT_ONCE: Final = 100
ROUNDS: Final = 8
COLD: Final = 20
STORMS: Final = 3


@dataclass(slots=True)
class Door:
    """Where people come in, and what was measured of them."""

    port: int
    pid: int
    make: Callable[[int], Greeting]
    lines: list[Greeting] = field(default_factory=list)
    accepted: float = 0.0
    ready: float = 0.0
    cpu: float = 0.0

    async def let_in(self, number: int) -> None:
        """So many more, until each has its answer. They stay: to see them off takes time, too."""
        first = len(self.lines)
        cpu, began = cpu_seconds([self.pid]), perf_counter()
        lines = await load.open_all(
            self.port, lambda index: self.make(first + index), number, at_once=AT_ONCE
        )
        self.accepted += perf_counter() - began
        for line in lines:
            line.greet()
        if not await load.until(lambda: all(line.ready for line in lines), within=60):
            raise RuntimeError("Not every visitor was let in.")
        self.ready += perf_counter() - began
        self.cpu += cpu_seconds([self.pid]) - cpu
        self.lines += lines

    def forget(self) -> None:
        """The first ones find everything cold: they do not count."""
        self.accepted = self.ready = self.cpu = 0.0

    def close(self) -> None:
        load.close_all(self.lines)


class RawGreeting(Greeting):
    """Takes its own words for an answer."""

    def received(self, payload: bytes) -> None:
        self.ready = payload


def run(bench: Workbench) -> Iterator[Figure]:
    rounds, number = _rounds(bench)
    raw, ours = arrive(bench, rounds, number)
    came = rounds * number

    def figure(name: str, unit: str, measure: Callable[[Door], float]) -> Figure:
        return Figure(name=name, value=measure(ours), unit=unit, limit=measure(raw))

    yield figure("connects.accepted", "visitors/s", lambda door: came / door.accepted)
    yield figure("connects.ready", "visitors/s", lambda door: came / door.ready)
    yield figure("connects.cpu", "µs", lambda door: door.cpu / came * 1e6)
    yield from come_back(bench, bench.number(5_000, 1_000))


def arrive(bench: Workbench, rounds: int, number: int) -> tuple[Door, Door]:
    """Visitors who have said nothing yet, in turns at the bare machine's and at ours."""
    shop = bench.shop("sqlite", Plan(fresh=COLD + rounds * number))
    request = people.plain_request(bench.raw_port)
    with bench.raw(bench.raw_port) as bare, bench.site(shop) as server:
        raw = Door(bench.raw_port, bare.pid, lambda index: RawGreeting(request))
        ours = Door(bench.port, server.pid, visitor_of(bench, shop.cast.site, shop.cast.fresh))

        with load.no_pauses():
            load.run(_let_in((raw, ours), rounds, number))
    return raw, ours


def _rounds(bench: Workbench) -> tuple[int, int]:
    """How often, and how many come each time."""
    return bench.number(ROUNDS, 2), bench.number(200, 100)


async def _let_in(doors: Sequence[Door], rounds: int, number: int) -> None:
    """So many rounds of so many at each of these doors, in turns."""
    for door in doors:
        await door.let_in(COLD)
        door.forget()
    for _ in range(rounds):
        for door in doors:
            await door.let_in(number)
    for door in doors:
        door.close()


def come_back(bench: Workbench, number: int) -> Iterator[Figure]:
    """The server dies with everybody connected, and starts again. The bare machine does so
    before and after."""
    shop = bench.shop("sqlite", Plan(conversations=number))
    request = people.plain_request(bench.port)
    bare: list[float] = []
    ours: list[float] = []
    paces: list[float] = []
    resumed = number

    def come_back_to_bare() -> None:
        paces.append(_pace_now(bench))
        with bench.raw() as server:
            took, _ = _come_back(bench, server, number, lambda index: RawGreeting(request))
            bare.append(took)

    come_back_to_bare()
    for _ in range(bench.number(STORMS, 1)):
        with bench.site(shop) as server:
            make = visitor_of(bench, shop.cast.site, shop.cast.visitors)
            took, lines = _come_back(bench, server, number, make)
        ours.append(took)
        resumed = min(resumed, sum(map(_is_resumed, lines)))
        come_back_to_bare()
    yield Figure(
        name="reconnects.seconds",
        value=middle_by(ours, float),
        unit=f"s for {number}",
        limit=sum(bare) / len(bare),
        pace=sum(paces) / len(paces),
    )
    yield Figure(name="reconnects.resumed", value=resumed, unit="visitors", limit=number)


def _pace_now(bench: Workbench) -> float:
    """The pace a minute later may be another one."""
    request = people.plain_request(bench.raw_port)
    rounds, number = _rounds(bench)
    with bench.raw(bench.raw_port) as bare:
        raw = Door(bench.raw_port, bare.pid, lambda index: RawGreeting(request))

        with load.no_pauses():
            load.run(_let_in((raw,), rounds, number))
    return pace.of_handshakes(rounds * number / raw.accepted)


def _come_back(
    bench: Workbench, server: ServerProcess, number: int, make: Callable[[int], Greeting]
) -> tuple[float, list[Greeting]]:
    async def measure() -> tuple[float, list[Greeting]]:
        await opened(bench, number, make)
        await asyncio.to_thread(server.kill)
        server.launch()
        await asyncio.to_thread(server.wait_until_ready)
        began = perf_counter()
        lines = await asyncio.gather(*(_return(bench, make, i) for i in range(number)))
        await load.until(lambda: all(line.ready for line in lines), within=60)
        took = perf_counter() - began
        load.close_all(lines)
        return took, lines

    measured: tuple[float, list[Greeting]] = load.run(measure())
    return measured


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
