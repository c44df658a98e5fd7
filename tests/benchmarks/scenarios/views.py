"""Visitors who agreed open pages: over HTTP, then written down with many others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, cycle
from typing import Final

from .. import load, pace, people
from ..figures import Figure
from ..http_wire import Fetching, closed_loop, connect, request
from ..load import Run
from ..processes import memory_kib
from ..seed import Cast, Plan
from ..statistics import slope
from ..workbench import Shop, Workbench

LINES: Final = 32
TURNS: Final = 40
POLLING: Final = 2_000
"""Enough that none of them asks more often than a visitor may."""

REF: Final = load.new_ref()
"""Stands for the view's own name until a request is sent."""


def run(bench: Workbench) -> Iterator[Figure]:
    number = bench.number(5_000, 2_000)
    seconds = bench.seconds(0.5, 0.3)
    shop = bench.shop("sqlite", Plan(guests=POLLING))
    walks = [
        [view(bench, shop.cast, index, index + turn) for index in range(POLLING)]
        for turn in range(len(shop.cast.pages))
    ]
    views = list(chain(*walks))
    path = people.VISIT_EXCHANGE.encode()
    plain = [each.replace(path, b"/") for each in views]
    with bench.raw(bench.raw_port) as bare, bench.site(shop) as server:
        memory = come(bench, server.pid, walks[-1])
        raw, ours = opened(
            [(bench.raw_port, bare.pid, plain), (bench.port, server.pid, views)],
            turns=bench.number(TURNS, 2),
            seconds=seconds,
        )
    at_pace = pace.of_answers(raw.cpu_us)
    yield Figure(name="views.http", value=ours.rate, unit="views/s", limit=raw.rate)
    yield Figure(
        name="views.http.cpu",
        value=ours.cpu_us,
        unit="µs",
        limit=raw.cpu_us,
        pace=at_pace,
    )
    yield Figure(name="views.http.memory", value=memory, unit="KiB for a visitor")
    for vendor in ("sqlite", "postgres"):
        stored = probe(bench, bench.shop(vendor, Plan(guests=number)))
        at_pace = pace_now(bench, plain)

        def figure(name: str, value: float, unit: str, pace: float = at_pace) -> Figure:
            return Figure(name=name, value=value, unit=unit, pace=pace)

        yield figure(f"views.{vendor}.stored", stored["stored_us"], "µs")
        yield figure(f"views.{vendor}.stored.in_all", stored["stored_in_all_us"], "µs")
        if vendor == "sqlite":
            yield figure("visitors.window", stored["window_ms"], f"ms at {number} visits")


def pace_now(bench: Workbench, plain: list[bytes]) -> float:
    """The pace a minute later may be another one."""
    with bench.raw(bench.raw_port) as bare:
        [raw] = opened([(bench.raw_port, bare.pid, plain)], turns=2, seconds=0.5)
    return pace.of_answers(raw.cpu_us)


def view(bench: Workbench, cast: Cast, index: int, at: int) -> bytes:
    """What a browser without sockets asks when a page is opened."""
    page = cast.pages[at % len(cast.pages)].token
    headers = people.guest_headers(bench.port, cast.site, cast.guests[index])
    headers |= {"Content-Type": "application/json", "Prefer": "return=minimal"}
    body = b'{"hello":' + people.visit_hello(page, REF) + b',"commands":[]}'
    return request("POST", people.VISIT_EXCHANGE, f"localhost:{bench.port}", headers, body)


def opened(sides: list[tuple[int, int, list[bytes]]], *, turns: int, seconds: float) -> list[Run]:
    """Views of these visitors one after the other, each of another page than before: at each side's
    port in turns. A side is a port, the process behind it, and what it is asked."""

    async def measure() -> list[Run]:
        lines = [[await connect(port) for _ in range(LINES)] for port, _, _ in sides]
        asked = [_without_end(views) for _, _, views in sides]
        runs: list[list[Run]] = [[] for _ in sides]
        for _ in range(turns):
            for side, (_, pid, _) in enumerate(sides):
                runs[side].append(
                    await closed_loop(lines[side], asked[side], pid=pid, seconds=seconds)
                )
        for line in chain(*lines):
            line.transport.abort()
        return [load.joined(*each) for each in runs]

    result: list[Run] = load.run(measure())
    return result


def _without_end(views: list[bytes]) -> Iterator[bytes]:
    parts = [each.partition(REF.encode()) for each in views]
    return (head + load.new_ref().encode() + tail for head, _, tail in cycle(parts))


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
        if status >= 300:
            raise RuntimeError(f"{status}: {body.decode(errors='replace')}")


def probe(bench: Workbench, shop: Shop) -> dict[str, float]:
    """What storing and reading costs, in a process that does nothing else."""
    path = bench.folder / "cast.json"
    path.write_text(json.dumps(asdict(shop.cast)))
    printed = bench.probe("tests.benchmarks.view_probe", str(path), database=shop.database)
    found: dict[str, float] = json.loads(printed)
    return found
