"""How long a visitor waits for the acknowledgement of a message, at 300 messages a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import load, people
from ..figures import Figure
from ..load import Speaking
from ..seed import Plan
from ..statistics import percentile
from ..workbench import Vendor, Workbench
from . import raw_limits
from .messages import VISITORS, attended

RATE: Final = 300.0


def run(bench: Workbench) -> Iterator[Figure]:
    seconds = bench.seconds(10, 4)
    raw = raw_limits.echo_at_rate(bench, VISITORS, rate=RATE, seconds=seconds)
    vendors: tuple[Vendor, ...] = ("sqlite", "postgres")
    for vendor in vendors:
        ours = at_rate(bench, vendor, seconds=seconds)
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(
                name=f"ack.{vendor}.300.{name}",
                value=percentile(ours, share) * 1000,
                unit="ms",
                limit=percentile(raw, share) * 1000,
            )


def at_rate(bench: Workbench, vendor: Vendor, *, seconds: float) -> list[float]:
    """The latencies of stored messages, while an agent watches."""
    shop = bench.shop(vendor, Plan(conversations=VISITORS))
    with bench.site(shop):
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

        async def measure() -> list[float]:
            agent = await attended(bench, shop, ticket)
            lines = await spoken_for(bench, shop.cast.site, shop.cast.visitors)
            latencies = await raw_limits.speak_at_rate(lines, rate=RATE, seconds=seconds)
            load.close_all([*lines, agent])
            return latencies

        result: list[float] = load.run(measure())
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
