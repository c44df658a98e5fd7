"""A command through the visitor's socket, decoded, routed, limited and answered, against a bare echo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import load
from ..figures import Figure
from ..load import Run
from ..seed import Plan
from ..statistics import middle_by
from ..workbench import Workbench
from . import raw_limits
from .messages import greeted

ROUNDS: Final = 3


def run(bench: Workbench) -> Iterator[Figure]:
    for connections in (100, 1_000):
        # In turn, so that what else the machine does meets both alike.
        pairs = [
            (raw_limits.echo(bench, connections, seconds=3), ours(bench, connections))
            for _ in range(bench.number(ROUNDS, 1))
        ]
        raw, measured = middle_by(pairs, lambda pair: pair[1].rate / pair[0].rate)
        name = f"echo.{connections}"
        yield Figure(name=name, value=measured.rate, unit="answers/s", limit=raw.rate)
        yield Figure(name=f"{name}.cpu", value=measured.cpu_us, unit="µs", limit=raw.cpu_us)


def ours(bench: Workbench, connections: int) -> Run:
    """Our socket answers without storing."""
    shop = bench.shop("sqlite", Plan(fresh=connections))
    with bench.app("tests.benchmarks.applications.echo:application", shop=shop) as server:

        async def measure() -> Run:
            lines = await greeted(bench, shop, shop.cast.fresh)
            measured = await load.closed_loop(lines, pids=[server.pid], seconds=3)
            load.close_all(lines)
            return measured

        result: Run = load.run(measure())
        return result
