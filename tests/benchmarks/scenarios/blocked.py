"""A query of one second runs somewhere in the server; visitors send messages meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from .. import load, people
from ..figures import Figure
from ..http_wire import connect, request
from ..load import Speaking
from ..seed import Plan
from ..statistics import middle_by, percentile
from ..workbench import Workbench
from .acks import spoken_for

RATE: Final = 100.0
VISITORS: Final = 20
ROUNDS: Final = 5


def run(bench: Workbench) -> Iterator[Figure]:
    shop = bench.shop("postgres", Plan(conversations=VISITORS))
    with bench.app("tests.benchmarks.applications.blocked:application", shop=shop):

        async def measure() -> dict[str, list[list[float]]]:
            lines = await spoken_for(bench, shop.cast.site, shop.cast.visitors)
            await asyncio.gather(*(_block(bench, path) for path in ("host", "reader")))
            rounds: dict[str, list[list[float]]] = {"": [], "host": [], "reader": []}
            for _ in range(bench.number(ROUNDS, 3)):
                for where, found in rounds.items():
                    found.append(await _speak(bench, lines, where))
            load.close_all(lines)
            return rounds

        rounds = load.run(measure())
    free = middle_by([max(each) for each in rounds[""]], float) * 1000
    worst = max(
        middle_by([max(each) for each in rounds[where]], float) * 1000
        for where in ("host", "reader")
    )
    usual = percentile([latency for each in rounds[""] for latency in each], 0.5) * 1000
    yield Figure(name="blocked.delay", value=max(0.0, worst - usual), unit="ms", limit=free)


async def _block(bench: Workbench, where: str) -> None:
    line = await connect(bench.port)
    await line.ask(request("GET", f"/block/{where}/", f"localhost:{bench.port}", {}))
    line.transport.abort()


async def _speak(bench: Workbench, lines: list[Speaking], where: str) -> list[float]:
    """Messages for a second, beside the query where there is one."""

    def speak(number: int) -> None:
        ref = load.new_ref()
        lines[number % len(lines)].speak(ref, people.message(ref))

    for line in lines:
        line.latencies.clear()
    work = [load.at_rate(speak, rate=RATE, seconds=1)]
    await asyncio.gather(*work, *([_block(bench, where)] if where else []))
    if not await load.until(lambda: not any(line.asked for line in lines), within=10):
        raise RuntimeError("Some messages were never answered.")
    return [latency for line in lines for latency in line.latencies]
