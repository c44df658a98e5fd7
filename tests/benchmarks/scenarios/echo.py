"""A command through the visitor's socket, decoded, routed, limited and answered, against a bare echo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import load
from ..figures import Figure
from ..load import Run
from ..seed import Plan
from ..workbench import Workbench
from . import raw_limits
from .messages import greeted

TURNS: Final = 10


def run(bench: Workbench) -> Iterator[Figure]:
    for connections in (100, 1_000):
        raw, ours = side_by_side(bench, connections)
        name = f"echo.{connections}"
        yield Figure(name=name, value=ours.rate, unit="answers/s", limit=raw.rate)
        yield Figure(name=f"{name}.cpu", value=ours.cpu_us, unit="µs", limit=raw.cpu_us)


def side_by_side(bench: Workbench, connections: int) -> tuple[Run, Run]:
    """The bare machine, and our socket, which answers without storing."""
    # Visitors who have a conversation: the first message of one who has none is charged more.
    shop = bench.shop("sqlite", Plan(conversations=connections))
    application = "tests.benchmarks.applications.echo:application"
    with bench.raw(bench.raw_port) as bare, bench.app(application, shop=shop) as server:

        async def measure() -> tuple[Run, Run]:
            lines = await greeted(bench, shop)
            raw, ours = await raw_limits.beside_echo(
                bench,
                lines,
                (bare.pid, server.pid),
                turns=bench.number(TURNS, 3),
                seconds=bench.seconds(1, 0.5),
            )
            load.close_all(lines)
            return raw, ours

        measured: tuple[Run, Run] = load.run(measure())
        return measured
