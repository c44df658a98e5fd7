"""How long a visitor waits for the acknowledgement of a message, at 300 messages a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .. import load, pace, people
from ..figures import Figure
from ..load import Speaking
from ..seed import Plan
from ..statistics import usual
from ..workbench import Vendor, Workbench
from . import raw_limits
from .messages import VISITORS, attended

RATE: Final = 300.0
TURNS: Final = 6


@dataclass(frozen=True, slots=True)
class Acks:
    """The latencies of each turn, of the bare machine's echo and of our acknowledgements, and
    the pace meanwhile."""

    raw: list[list[float]]
    ours: list[list[float]]
    pace: float


def run(bench: Workbench) -> Iterator[Figure]:
    vendors: tuple[Vendor, ...] = ("sqlite", "postgres")
    for vendor in vendors:
        acks = at_rate(bench, vendor)
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(
                name=f"ack.{vendor}.300.{name}",
                value=usual(acks.ours, share) * 1000,
                unit="ms",
                limit=usual(acks.raw, share) * 1000,
                pace=acks.pace,
            )


def at_rate(bench: Workbench, vendor: Vendor) -> Acks:
    """Messages stored while an agent watches, in turns with as many that are only echoed."""
    shop = bench.shop(vendor, Plan(conversations=VISITORS))
    turns, seconds = bench.number(TURNS, 2), bench.seconds(3, 2)
    with bench.raw(bench.raw_port) as bare, bench.site(shop):
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

        async def measure() -> Acks:
            agent = await attended(bench, shop, ticket)
            sides = (
                await raw_limits.speaking(bench, VISITORS),
                await spoken_for(bench, shop.cast.site, shop.cast.visitors),
            )
            echoing = await raw_limits.echoing(bench, VISITORS)
            latencies: tuple[list[list[float]], ...] = ([], [])
            echoes = []
            for _ in range(turns):
                for lines, measured in zip(sides, latencies, strict=True):
                    measured.append(
                        await raw_limits.speak_at_rate(lines, rate=RATE, seconds=seconds, warm=0.5)
                    )
                echoes.append(
                    await load.closed_loop(echoing, pids=[bare.pid], seconds=0.5, warm=0.1)
                )
            load.close_all([*sides[0], *sides[1], *echoing, agent])
            return Acks(*latencies, pace=pace.of_echoes(load.joined(*echoes).rate))

        result: Acks = load.run(measure())
        return result


async def spoken_for(bench: Workbench, site: int, visitors: list[people.Person]) -> list[Speaking]:
    """These visitors, past their hello, ready to say things at any time."""
    lines = await load.open_all(
        bench.port, lambda index: people.speaker(bench.port, site, visitors[index]), len(visitors)
    )
    for line in lines:
        line.say(people.HELLO)
    if not await load.until(lambda: all(line.is_ready for line in lines), within=30):
        raise RuntimeError("Not every visitor was let in.")
    return lines
