"""A hundred visitors, each with one message in flight: stored, acknowledged, and an agent told.

Beside it the same with code as tutorials teach it, and the raw echo of the same frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import load, pace, people
from ..figures import Figure
from ..load import Asking, Run
from ..people import Agent, Person
from ..seed import Plan
from ..wire import frame
from ..workbench import Bus, Shop, Vendor, Workbench
from . import raw_limits

VISITORS: Final = 100
TURNS: Final = 6
PAIRS: Final[tuple[tuple[Vendor, Bus], ...]] = (
    ("sqlite", "local"),
    ("sqlite", "redis"),
    ("postgres", "local"),
    ("postgres", "redis"),
)


def run(bench: Workbench) -> Iterator[Figure]:
    seconds = bench.seconds(6, 2)
    for vendor, bus in PAIRS:
        raw, ours, told = stored(bench, vendor, bus)
        theirs, theirs_told = by_tutorial(bench, vendor, bus, seconds=seconds)
        name = f"messages.{vendor}.{bus}"
        yield Figure(name=name, value=ours.rate, unit="messages/s", limit=raw.rate)
        yield Figure(name=f"{name}.cpu", value=ours.cpu_us, unit="µs", limit=raw.cpu_us)
        yield Figure(name=f"{name}.told", value=told, unit="of the stored", limit=1.0)
        yield Figure(name=f"{name}.tutorial", value=theirs.rate, unit="messages/s", limit=raw.rate)
        yield Figure(
            name=f"{name}.tutorial.told", value=theirs_told, unit="of the stored", limit=1.0
        )
        yield Figure(name=f"{name}.gain", value=ours.rate, unit="messages/s", limit=theirs.rate)
        yield Figure(
            name=f"ack.{vendor}.closed.p99" if bus == "redis" else f"ack.{vendor}.{bus}.closed.p99",
            value=ours.ms(0.99),
            unit="ms",
            limit=raw.ms(0.99),
            pace=pace.of_echoes(raw.rate),
        )


def stored(bench: Workbench, vendor: Vendor, bus: Bus) -> tuple[Run, Run, float]:
    """The bare machine, our server, and which share of the stored messages the agent was told."""
    shop = bench.shop(vendor, Plan(conversations=VISITORS))
    with bench.raw(bench.raw_port) as bare, bench.site(shop, bus) as server:
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

        async def measure() -> tuple[Run, Run, float]:
            agent = await attended(bench, shop, ticket)
            lines = await greeted(bench, shop)
            raw, ours = await raw_limits.beside_echo(
                bench,
                lines,
                (bare.pid, server.pid),
                turns=bench.number(TURNS, 2),
                seconds=bench.seconds(1.5, 1),
            )
            share = await told_share(agent, lines)
            load.close_all([*lines, agent])
            return raw, ours, share

        result: tuple[Run, Run, float] = load.run(measure())
        return result


async def attended(
    bench: Workbench, shop: Shop, ticket: str, *, name: str = "ada", opens: int = VISITORS
) -> Agent:
    """An agent at the console, with conversations of hers open."""
    request = people.staff_request(bench.port, shop.cast.sessions[name])
    [agent] = await load.open_all(bench.port, lambda index: Agent(request), 1)
    agent.greet(ticket)
    if not await load.until(lambda: agent.is_ready, within=20):
        raise RuntimeError(f"The console was not let in: {agent.refusals}")
    mine = people.conversations_of(shop.cast, name)[:opens]
    for number, conversation in enumerate(mine, start=1):
        agent.follow(conversation)
        if not await load.until(lambda n=number: agent.threads >= n, within=20):
            raise RuntimeError(f"A conversation could not be opened: {agent.refusals}")
    return agent


async def greeted(
    bench: Workbench, shop: Shop, persons: list[Person] | None = None
) -> list[Asking]:
    """Visitors past their hello: all that have a conversation, or these."""
    cast = shop.cast
    coming = cast.visitors if persons is None else persons
    lines = await load.open_all(
        bench.port,
        lambda index: CountingMessenger(bench.port, cast.site, coming[index]),
        len(coming),
    )
    for line in lines:
        line.say(people.HELLO)
    if not await load.until(lambda: all(line.is_ready for line in lines), within=30):
        raise RuntimeError("Not every visitor was let in.")
    return list(lines)


async def told_share(agent: Agent, lines: list[Asking]) -> float:
    """Wait until the agent was told everything, or nothing new comes."""
    acks = sum(line.acks for line in lines if isinstance(line, CountingMessenger))
    before = -1
    while agent.told < acks and agent.told != before:
        before = agent.told
        await load.until(lambda: agent.told >= acks, within=3)
    return agent.told / acks


class CountingMessenger(Asking):
    """A visitor who sends the next message when the last one is stored, and keeps count."""

    def __init__(self, port: int, site: int, person: Person) -> None:
        super().__init__(
            people.visitor_request(port, site, person),
            ask=_next_message,
            answer=b'{"type":"ack"',
        )
        self.acks = 0
        self.is_ready = False

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"ack"'):
            self.acks += 1
        super().received(payload)

    def other(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"ready"'):
            self.is_ready = True
        else:
            super().other(payload)


def _next_message() -> bytes:
    return frame(people.message(load.new_ref()))


def by_tutorial(bench: Workbench, vendor: Vendor, bus: Bus, *, seconds: float) -> tuple[Run, float]:
    """The same conversations through code as tutorials teach it."""
    shop = bench.shop(vendor, Plan(conversations=VISITORS))
    with bench.app(
        "tests.benchmarks.applications.tutorial:application", shop=shop, bus=bus
    ) as server:

        async def measure() -> tuple[Run, float]:
            request = people.plain_request(bench.port, "/agent/")
            [agent] = await load.open_all(bench.port, lambda index: Agent(request), 1)
            lines = await load.open_all(
                bench.port,
                lambda index: TutorialMessenger(
                    bench.port, shop.cast.visitors[index].conversation_pk
                ),
                VISITORS,
            )
            measured = await load.closed_loop(lines, pids=[server.pid], seconds=seconds)
            share = await told_share(agent, list(lines))
            load.close_all([*lines, agent])
            return measured, share

        result: tuple[Run, float] = load.run(measure())
        return result


class TutorialMessenger(CountingMessenger):
    """The same visitor before the tutorial's server, which writes its JSON with blanks."""

    def __init__(self, port: int, conversation: int | None) -> None:
        Asking.__init__(
            self,
            people.plain_request(port, f"/visitor/{conversation}/"),
            ask=_next_message,
            answer=b'{"type": "ack"',
        )
        self.acks = 0
        self.is_ready = True

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type": "ack"'):
            self.acks += 1
        Asking.received(self, payload)
