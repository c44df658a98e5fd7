"""Visitors who agreed open pages: over HTTP, then written down with many others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import cycle
from time import perf_counter
from typing import Final

from .. import load, people
from ..figures import Figure
from ..http_wire import Fetching, connect, request
from ..load import Run
from ..processes import cpu_seconds, memory_kib
from ..seed import Cast, Plan
from ..statistics import slope
from ..workbench import Shop, Workbench

LINES: Final = 32
POLLING: Final = 2_000
"""Enough that none of them asks more often than a visitor may."""

REF: Final = load.new_ref()
"""Stands for the view's own name until a request is sent."""


def run(bench: Workbench) -> Iterator[Figure]:
    number = bench.number(5_000, 2_000)
    seconds = bench.seconds(3, 1)
    shop = bench.shop("sqlite", Plan(guests=POLLING))
    views = [view(bench, shop.cast, index) for index in range(POLLING)]
    with bench.raw() as server:
        path = people.VISIT_EXCHANGE.encode()
        raw = opened(bench, server.pid, [v.replace(path, b"/") for v in views[:100]], seconds)
    with bench.site(shop) as server:
        memory = come(bench, server.pid, views)
        ours = opened(bench, server.pid, views, seconds)
    yield Figure(name="views.http", value=ours.rate, unit="views/s", limit=raw.rate)
    yield Figure(name="views.http.cpu", value=ours.cpu_us, unit="µs", limit=raw.cpu_us)
    yield Figure(name="views.http.memory", value=memory, unit="KiB for a visitor")
    for vendor in ("sqlite", "postgres"):
        stored = probe(bench, bench.shop(vendor, Plan(guests=number)))
        yield Figure(name=f"views.{vendor}.stored", value=stored["stored_us"], unit="µs")
        yield Figure(
            name=f"views.{vendor}.stored.in_all", value=stored["stored_in_all_us"], unit="µs"
        )
        if vendor == "sqlite":
            yield Figure(
                name="visitors.window", value=stored["window_ms"], unit=f"ms at {number} visits"
            )


def view(bench: Workbench, cast: Cast, index: int) -> bytes:
    """What a browser without sockets asks when a page is opened."""
    page = cast.pages[index % len(cast.pages)].token
    headers = people.guest_headers(bench.port, cast.site, cast.guests[index])
    headers["Content-Type"] = "application/json"
    body = b'{"hello":' + people.visit_hello(page, REF) + b',"commands":[]}'
    return request("POST", people.VISIT_EXCHANGE, f"localhost:{bench.port}", headers, body)


def opened(bench: Workbench, pid: int, views: list[bytes], seconds: float) -> Run:
    """Views of these visitors in turn, each under a name of its own."""
    parts = [each.partition(REF.encode()) for each in views]

    async def measure() -> Run:
        lines = [await connect(bench.port) for _ in range(LINES)]
        turns = (head + load.new_ref().encode() + tail for head, _, tail in cycle(parts))
        with load.no_pauses():
            cpu, began = cpu_seconds([pid]), perf_counter()
            ends = began + seconds
            await asyncio.gather(*(line.ask_until(turns, ends) for line in lines))
            took, cpu = perf_counter() - began, cpu_seconds([pid]) - cpu
        latencies = [latency for line in lines for latency in line.latencies]
        for line in lines:
            line.transport.abort()
        return Run(len(latencies), took, cpu, latencies)

    result: Run = load.run(measure())
    return result


def come(bench: Workbench, pid: int, views: list[bytes]) -> float:
    """Everybody opens a first page, and says nothing more: KiB for each."""
    tenth = max(1, len(views) // 10)

    async def measure() -> float:
        lines = [await connect(bench.port) for _ in range(LINES)]
        counted: list[tuple[int, float]] = []
        for first in range(0, len(views), tenth):
            waiting = iter(views[first : first + tenth])
            await asyncio.gather(*(_comes(line, waiting) for line in lines))
            counted.append((min(first + tenth, len(views)), memory_kib(pid)))
        for line in lines:
            line.transport.abort()
        # The first ones fill caches that all others share.
        return slope([n for n, _ in counted[1:]], [kib for _, kib in counted[1:]])

    result: float = load.run(measure())
    return result


async def _comes(line: Fetching, waiting: Iterator[bytes]) -> None:
    for whole in waiting:
        status, body = await line.ask(whole.replace(REF.encode(), load.new_ref().encode()))
        if status != 200:
            raise RuntimeError(f"{status}: {body.decode(errors='replace')}")


def probe(bench: Workbench, shop: Shop) -> dict[str, float]:
    """What storing and reading costs, in a process that does nothing else."""
    path = bench.folder / "cast.json"
    path.write_text(json.dumps(asdict(shop.cast)))
    printed = bench.probe("tests.benchmarks.view_probe", str(path), database=shop.database)
    found: dict[str, float] = json.loads(printed)
    return found
