"""A thousand visitors move, some come and some go; one agent looks at the table of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import msgspec

from .. import load, people
from ..figures import Figure
from ..people import Agent, Tab
from ..processes import cpu_seconds
from ..seed import PageName, Plan
from ..statistics import percentile
from ..workbench import Shop, Workbench

MOVES_A_SECOND: Final = 50.0
WATCHED_EVERY: Final = 5
"""Of so many moves one is timed."""

COMES_EVERY: Final = 0.5
LEAVES: Final = 20
LEFT_WITHIN: Final = 60.0
KEPT_EVERY: Final = 2.0


def run(bench: Workbench) -> Iterator[Figure]:
    number = bench.number(1_000, 300)
    seconds = bench.seconds(10, 5)
    shop = bench.shop("sqlite", Plan(guests=number + int(seconds / COMES_EVERY)))
    with bench.site(shop) as server:
        ticket = people.ticket(bench.port, shop.cast.sessions["ada"])
        seen: Seen = load.run(watched(bench, shop, ticket, server.pid, number, seconds))
    yield Figure(name="visitors.moving.p95", value=percentile(seen.moving, 0.95), unit="s")
    yield Figure(name="visitors.entering.p95", value=percentile(seen.entering, 0.95), unit="s")
    yield Figure(name="visitors.leaving", value=seen.leaving, unit=f"s until {LEAVES} are gone")
    yield Figure(name="visitors.sends", value=seen.sends, unit="windows/s")
    yield Figure(
        name="visitors.seen",
        value=len(seen.moving) + len(seen.entering),
        unit="moves and arrivals",
        limit=seen.timed,
    )
    yield Figure(name="visitors.cpu", value=seen.cpu, unit=f"% of a core for {number}")


@dataclass(slots=True)
class Seen:
    """What the agent was told, and how long after it had happened."""

    moving: list[float] = field(default_factory=list)
    entering: list[float] = field(default_factory=list)
    leaving: float = LEFT_WITHIN
    windows: int = 0
    sends: float = 0.0
    cpu: float = 0.0
    total: int = 0
    timed: int = 0
    _moves: dict[str, tuple[str, float]] = field(default_factory=dict)
    _arrivals: dict[str, float] = field(default_factory=dict)

    def moves(self, origin: str, title: str) -> None:
        """This visitor goes to a page with this title, now."""
        if self._moves.pop(origin, None) is None:  # else the earlier move was overtaken
            self.timed += 1
        self._moves[origin] = (title, perf_counter())

    def comes(self, origin: str) -> None:
        self.timed += 1
        self._arrivals[origin] = perf_counter()

    @property
    def is_waited_for(self) -> bool:
        return bool(self._moves or self._arrivals)

    def hear(self, window: dict[str, Any]) -> None:
        now = perf_counter()
        self.windows += 1
        self.total = window["total"]
        for row in window["rows"]:
            origin = row["origin"]
            came = self._arrivals.pop(origin, None)
            if came is not None:
                self.entering.append(now - came)
            title, went = self._moves.get(origin, ("", 0.0))
            if title and row["page"] and row["page"]["title"] == title:
                del self._moves[origin]
                self.moving.append(now - went)


class Console(Agent):
    """An agent who looks at the table, those first who moved last."""

    def __init__(self, request: bytes, seen: Seen) -> None:
        super().__init__(request)
        self._seen = seen

    def look(self, site: int) -> None:
        asked = {
            "type": "visitors.watch",
            "ref": load.new_ref(),
            "window": load.new_ref(),
            "site": site,
            "order": "page_since",
        }
        self.say(msgspec.json.encode(asked))

    async def keep(self) -> None:
        """Somebody is still looking."""
        while True:
            self.say(b'{"type":"watching.keep"}')
            await asyncio.sleep(KEPT_EVERY)

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"visitors.window"'):
            self._seen.hear(msgspec.json.decode(payload))
        else:
            super().received(payload)


async def watched(
    bench: Workbench, shop: Shop, ticket: str, pid: int, number: int, seconds: float
) -> Seen:
    seen = Seen()
    cast = shop.cast

    def tab(index: int) -> Tab:
        hello = people.visit_hello(cast.pages[0].token, load.new_ref(), origin_of(index))
        return Tab(people.visit_request(bench.port, cast.site, cast.guests[index]), hello)

    request = people.staff_request(bench.port, cast.sessions["ada"])
    [console] = await load.open_all(bench.port, lambda _: Console(request, seen), 1)
    console.greet(ticket)
    await _demand(lambda: console.is_ready, "The agent was not let in.")
    console.look(cast.site)
    keeping = asyncio.create_task(console.keep())
    tabs = await load.open_all(bench.port, tab, number)
    for each in tabs:
        each.greet()
    await _demand(lambda: seen.total == number, "Not all visitors were seen.")
    await asyncio.sleep(1)
    began, cpu, windows = perf_counter(), cpu_seconds([pid]), seen.windows
    await asyncio.gather(
        load.at_rate(_mover(tabs, cast.pages, seen), rate=MOVES_A_SECOND, seconds=seconds),
        _arrive(bench, tab, tabs, number, len(cast.guests), seen),
    )
    took = perf_counter() - began
    seen.cpu = (cpu_seconds([pid]) - cpu) / took * 100
    seen.sends = (seen.windows - windows) / took
    await load.until(lambda: not seen.is_waited_for, within=10)
    here = seen.total
    load.close_all(tabs[:LEAVES])
    began = perf_counter()
    if await load.until(lambda: seen.total == here - LEAVES, within=LEFT_WITHIN):
        seen.leaving = perf_counter() - began
    keeping.cancel()
    load.close_all([console, *tabs])
    return seen


def origin_of(index: int) -> str:
    """Where a visitor comes from: by this the agent's rows are told apart."""
    return f"https://visitor-{index}.test"


def _mover(tabs: list[Tab], pages: list[PageName], seen: Seen) -> Any:
    """Each in turn, to another page than the last."""
    dice = random.Random(1)
    # Those at the end of the list move and stay; the others leave later on.
    order = list(range(LEAVES, len(tabs)))
    dice.shuffle(order)

    def move(turn: int) -> None:
        index = order[turn % len(order)]
        page = pages[1 + (turn // len(order) + index) % (len(pages) - 1)]
        if turn % WATCHED_EVERY == 0:
            seen.moves(origin_of(index), page.title)
        tabs[index].say(people.page_view(page.token, load.new_ref()))

    return move


async def _arrive(
    bench: Workbench, make: Any, tabs: list[Tab], first: int, end: int, seen: Seen
) -> None:
    """Somebody comes now and then."""
    for index in range(first, end):
        [tab] = await load.open_all(bench.port, lambda _, i=index: make(i), 1)
        seen.comes(origin_of(index))
        tab.greet()
        tabs.append(tab)
        await asyncio.sleep(COMES_EVERY)


async def _demand(is_true: Any, complaint: str) -> None:
    if not await load.until(is_true, within=60):
        raise RuntimeError(complaint)
