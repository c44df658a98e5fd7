"""Whether a message costs more where much is stored, or where many are connected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import load, people
from ..figures import Figure
from ..load import Run
from ..seed import Plan
from ..statistics import middle_by
from ..wire import Wire
from ..workbench import Workbench
from .idle import opened, visitor_of
from .messages import attended, greeted

TALKING: Final = 50
STORED: Final = (100, 1_000, 10_000, 100_000)
STORED_QUICK: Final = (100, 1_000, 10_000)
SOCKETS: Final = (10, 100, 1_000, 5_000)
SOCKETS_QUICK: Final = (10, 100, 1_000)
ROUNDS: Final = 3


def run(bench: Workbench) -> Iterator[Figure]:
    costs = [
        (number, cost_with_stored(bench, number))
        for number in (STORED_QUICK if bench.quick else STORED)
    ]
    yield from _figures("growth.stored", costs, "µs a message")
    costs = costs_with_sockets(bench, SOCKETS_QUICK if bench.quick else SOCKETS)
    yield from _figures("growth.sockets", costs, "µs a message")


def _figures(name: str, costs: list[tuple[int, float]], unit: str) -> Iterator[Figure]:
    """Each step beside the first one; the last one again under the plain name."""
    least = costs[0][1]
    for number, cost in costs:
        yield Figure(name=f"{name}.{number}", value=cost, unit=unit, limit=least)
    yield Figure(name=name, value=costs[-1][1], unit=unit, limit=least)


def cost_with_stored(bench: Workbench, number: int) -> float:
    """Server processor time for a message, where so many conversations are stored."""
    shop = bench.shop("sqlite", Plan(conversations=TALKING, stored=number))
    with bench.site(shop) as server:
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

        async def measure() -> float:
            agent = await attended(bench, shop, ticket)
            lines = await greeted(bench, shop)
            runs = [
                await load.closed_loop(lines, pids=[server.pid], seconds=2) for _ in range(ROUNDS)
            ]
            load.close_all([*lines, agent])
            return middle_by(runs, _cost).cpu_us

        result: float = load.run(measure())
        return result


def costs_with_sockets(bench: Workbench, steps: tuple[int, ...]) -> list[tuple[int, float]]:
    """The same, where so many are connected: ten talk, the others listen."""
    talking = steps[0]
    shop = bench.shop("sqlite", Plan(conversations=talking, fresh=steps[-1]))
    with bench.site(shop) as server:
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

        async def measure() -> list[tuple[int, float]]:
            agent = await attended(bench, shop, ticket)
            lines = await greeted(bench, shop)
            make = visitor_of(bench, shop.cast.site, shop.cast.fresh)
            silent: list[Wire] = []
            costs = []
            for step in steps:
                begin = len(silent)
                silent += await opened(
                    bench, step - talking - begin, lambda i, n=begin: make(n + i)
                )
                runs = [
                    await load.closed_loop(lines, pids=[server.pid], seconds=2)
                    for _ in range(ROUNDS)
                ]
                costs.append((step, middle_by(runs, _cost).cpu_us))
            load.close_all([*silent, *lines, agent])
            return costs

        result: list[tuple[int, float]] = load.run(measure())
        return result


def _cost(run: Run) -> float:
    return run.cpu_us
