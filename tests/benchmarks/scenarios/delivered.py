"""Two hundred conversations, half of the messages each way: how many a second reach the other
side within two seconds (p95)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from .. import load, people
from ..figures import Figure
from ..load import Speaking, ref_in
from ..people import Agent
from ..seed import Plan
from ..statistics import percentile
from ..workbench import Shop, Workbench
from .messages import attended

CONVERSATIONS: Final = 200
AGENTS: Final = ("ada", "emile")
WITHIN_SECONDS: Final = 2.0
RATES: Final = (600, 1_200, 2_400, 3_600, 4_800, 7_200)


def run(bench: Workbench) -> Iterator[Figure]:
    shop = bench.shop("sqlite", Plan(conversations=CONVERSATIONS, agents=AGENTS))
    with bench.site(shop) as server:
        tickets = {name: people.ticket(bench.port, shop.cast.sessions[name]) for name in AGENTS}
        best, p95, told = load.run(
            climb(bench, shop, tickets, seconds=bench.seconds(8, 4), pid=server.pid)
        )
    yield Figure(name="delivered.rate", value=best, unit="messages/s")
    yield Figure(name="delivered.p95", value=p95 * 1000, unit="ms")
    yield Figure(name="delivered.share", value=told, unit="of the sent", limit=1.0)


class Listening(Speaking):
    """A visitor who also hears what the agent says."""

    def __init__(self, request: bytes, arrived: dict[bytes, float]) -> None:
        super().__init__(request, answer=b'{"type":"ack"')
        self._arrived = arrived

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"message.sent"') and b'"kind":"agent"' in payload:
            self._arrived.setdefault(ref_in(payload), perf_counter())
        super().received(payload)


async def climb(
    bench: Workbench, shop: Shop, tickets: dict[str, str], *, seconds: float, pid: int
) -> tuple[float, float, float]:
    """More and more messages a second, until they come too late."""
    arrived: dict[bytes, float] = {}
    cast = shop.cast
    agents = {name: await attended(bench, shop, tickets[name], name=name) for name in AGENTS}
    for agent in agents.values():
        agent.on_told = lambda payload: arrived.setdefault(ref_in(payload), perf_counter())
    visitors = await load.open_all(
        bench.port,
        lambda index: Listening(
            people.visitor_request(bench.port, cast.site, cast.visitors[index]), arrived
        ),
        CONVERSATIONS,
    )
    for visitor in visitors:
        visitor.say(people.HELLO)
    if not await load.until(lambda: all(v.is_ready for v in visitors), within=30):
        raise RuntimeError("Not every visitor was let in.")
    best = (0.0, 0.0, 0.0)
    for rate in RATES:
        measured = await at(rate, seconds, cast.visitors, visitors, agents, arrived)
        if measured[1] > WITHIN_SECONDS or measured[2] < 1:
            break
        best = measured
    load.close_all([*visitors, *agents.values()])
    return best


async def at(
    rate: float,
    seconds: float,
    persons: list[people.Person],
    visitors: list[Listening],
    agents: dict[str, Agent],
    arrived: dict[bytes, float],
) -> tuple[float, float, float]:
    """Delivered messages a second, the p95 of their way in seconds, and the delivered share."""
    said: dict[bytes, float] = {}
    arrived.clear()

    def speak(number: int) -> None:
        index = random.randrange(len(persons))
        ref = load.new_ref()
        said[ref.encode()] = perf_counter()
        if number % 2:
            visitors[index].speak(ref, people.message(ref))
        else:
            person = persons[index]
            agents[str(person.agent)].say(people.reply(ref, str(person.conversation)))

    with load.no_pauses():
        began = perf_counter()
        await load.at_rate(speak, rate=rate, seconds=seconds)
        await load.until(lambda: len(arrived) >= len(said), within=4)
        took = max(arrived.values(), default=began) - began
    await asyncio.sleep(0.5)
    ways = [arrived[ref] - at for ref, at in said.items() if ref in arrived]
    p95 = percentile(ways, 0.95) if ways else float("inf")
    return len(ways) / max(took, seconds), p95, len(ways) / len(said)
