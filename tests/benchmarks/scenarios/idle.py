"""What it costs that people are there and say nothing: memory for each, and processor time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter

from .. import load, people
from ..figures import Figure
from ..people import Greeting, Person
from ..processes import cpu_seconds, memory_kib
from ..seed import Plan
from ..statistics import slope
from ..wire import Wire
from ..workbench import Workbench
from . import raw_limits

SILENT_CHATS = 500


def run(bench: Workbench) -> Iterator[Figure]:
    number = bench.number(5_000, 1_000)
    raw_memory, raw_cpu, _ = raw(bench, number)
    shop = bench.shop("sqlite", Plan(fresh=number))
    paces = [raw_limits.pace_of_echoes(bench)]
    with bench.site(shop) as server:
        memory, cpu, _ = load.run(
            sat_through(
                bench, server.pid, number, visitor_of(bench, shop.cast.site, shop.cast.fresh)
            )
        )
    paces.append(raw_limits.pace_of_echoes(bench))
    yield Figure(name="idle.visitor.memory", value=memory, unit="KiB", limit=raw_memory)
    yield Figure(
        name="idle.visitor.cpu",
        value=cpu,
        unit=f"% of a core for {number}",
        limit=raw_cpu,
        pace=sum(paces) / len(paces),
    )

    talking = bench.number(2_000, SILENT_CHATS)
    shop = bench.shop("sqlite", Plan(conversations=talking))
    with bench.site(shop) as server:
        memory, cpu, grown = load.run(
            sat_through(
                bench, server.pid, talking, visitor_of(bench, shop.cast.site, shop.cast.visitors)
            )
        )
    yield Figure(name="idle.conversation.memory", value=memory, unit="KiB", limit=raw_memory)
    yield Figure(
        name="idle.conversation.cpu", value=cpu, unit=f"% of a core for {talking}", limit=None
    )
    yield Figure(
        name="idle.conversations.memory", value=grown / 1024, unit=f"MiB for {SILENT_CHATS} chats"
    )


def raw(bench: Workbench, number: int) -> tuple[float, float, float]:
    """Connections to the bare machine."""
    with bench.raw() as server:
        request = people.plain_request(bench.port)
        measured: tuple[float, float, float] = load.run(
            sat_through(bench, server.pid, number, lambda index: Wire(request))
        )
        return measured


def visitor_of(bench: Workbench, site: int, persons: list[Person]) -> Callable[[int], Greeting]:
    """Makes the connection of each of these visitors."""
    return lambda index: Greeting(people.visitor_request(bench.port, site, persons[index]))


async def sat_through(
    bench: Workbench, pid: int, number: int, make: Callable[[int], Wire]
) -> tuple[float, float, float]:
    """KiB for each connection, per cent of a core for all, and KiB for the first 500."""
    # The first connections fill caches that all others share.
    steps = sorted({min(100, number), min(SILENT_CHATS + 100, number), *_tenths(number)})
    lines: list[Wire] = []
    counted: list[tuple[int, float]] = []
    for step in steps:
        begin = len(lines)
        lines += await opened(bench, step - begin, lambda i, n=begin: make(n + i))
        await asyncio.sleep(0.5)
        counted.append((step, memory_kib(pid)))
    began, cpu = perf_counter(), cpu_seconds([pid])
    await asyncio.sleep(bench.seconds(50, 26))
    share = (cpu_seconds([pid]) - cpu) / (perf_counter() - began) * 100
    load.close_all(lines)
    first = next(kib for step, kib in counted if step >= min(SILENT_CHATS + 100, number))
    per_connection = slope([step for step, _ in counted], [kib for _, kib in counted])
    return (
        per_connection,
        share,
        (first - counted[0][1]) * SILENT_CHATS / (min(SILENT_CHATS + 100, number) - counted[0][0]),
    )


def _tenths(number: int) -> list[int]:
    return [number * part // 10 for part in range(2, 11, 2)]


async def opened(bench: Workbench, number: int, make: Callable[[int], Wire]) -> list[Wire]:
    """Connections that are open, and greeted where they greet."""
    lines = await load.open_all(bench.port, make, number)
    greeting = [line for line in lines if isinstance(line, Greeting)]
    for line in greeting:
        line.greet()
    if not await load.until(lambda: all(line.ready for line in greeting), within=60):
        refusals = {refusal for line in greeting for refusal in line.refusals}
        raise RuntimeError(f"Not every visitor was let in: {refusals}")
    return lines
