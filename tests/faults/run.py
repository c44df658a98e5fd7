"""One seed from beginning to end: servers, people, faults, quiet, a last reading, the proof."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.askers import AskingPlayer
from tests.faults.checker import Violation, check
from tests.faults.clock import Clock
from tests.faults.ground import APPLICATION, SITE_PORT, Ground, Head, Site
from tests.faults.history import (
    Agreed,
    AnyRecord,
    Fault,
    Forgot,
    Heard,
    History,
    Invited,
    Kept,
    Steered,
    Withdrew,
    Wrote,
)
from tests.faults.injection import Injector
from tests.faults.plan import Blow, Kind, Plan
from tests.faults.players import Player
from tests.faults.visits import Visitor
from tests.faults.visits_plan import Guest
from tests.faults.watchers import watch
from tests.faults.web import Browser

PLAYED_WITHIN = 600.0
"""How long acts and faults may take: far more than they do on a busy machine."""

QUIET_WITHIN = 30.0
"""After the last fault everybody must come to see everything; nothing may stand still so long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a seed went."""

    plan: Plan
    violations: list[Violation]
    records: list[AnyRecord]
    history: Path
    log: str
    seconds: float

    @property
    def counts(self) -> Counter[str]:
        """What happened how often: a proof from an empty history would prove nothing."""
        found: Counter[str] = Counter()
        for record in self.records:
            match record:
                case Wrote():
                    found["written"] += 1
                case Agreed() | Withdrew() | Forgot() | Invited():
                    found[str(record.__struct_config__.tag)] += 1
                case Steered():
                    found[record.what] += 1
                case Kept():
                    found.update(entry.notice or entry.kind for entry in record.entries)
                case Heard(frame={"type": str(tag)}):
                    found[tag] += 1
                case _:
                    pass
        return found

    def __str__(self) -> str:
        counts = self.counts
        verdict = f"{len(self.violations)} VIOLATIONS" if self.violations else "ok"
        return (
            f"seed {self.plan.seed:3}: {verdict}, {self.seconds:4.1f} s, "
            f"{counts['written']} written, {counts['ack']} acknowledged, "
            f"{sum(counts.values()) - counts['written']} heard; {self.plan}"
        )


async def play(
    drawn: Plan,
    ground: Ground,
    folder: Path,
    *,
    application: str = APPLICATION,
    quiet_within: float = QUIET_WITHIN,
) -> Outcome:
    """Run one seed. Its history is kept in ``folder``."""
    began = time.monotonic()
    seed = drawn.seed
    history = History(folder / f"seed-{seed}.jsonl")
    async with ground.site(drawn, application) as site:
        players = [
            *(Player(part, site, history, seed) for part in drawn.people),
            *(AskingPlayer(asker, site, history, seed) for asker in drawn.signpost.askers),
        ]
        visitors = [_visitor(guest, players, site, history, seed) for guest in drawn.visits.guests]
        for person in (*players, *visitors):
            person.introduce()
        shifts = {shift.name: shift for shift in drawn.visits.shifts}
        by_name = {player.part.name: player for player in players}
        for relief in drawn.signpost.reliefs:
            by_name[relief.name].hesitant = relief.hesitant
        if Kind.LAYER_DROPS in drawn.kinds:
            history.add(Fault(kind=Kind.LAYER_DROPS, what="from the beginning"))
        clock = Clock(site)

        def nudge() -> None:
            for player in players:
                player.say_something()

        try:
            async with asyncio.timeout(PLAYED_WITHIN):
                await asyncio.gather(
                    *(player.play(clock) for player in players),
                    *(visitor.play(clock) for visitor in visitors),
                    *(
                        watch(shifts[player.part.name], player, history, seed, clock)
                        for player in players
                        if player.part.is_agent
                    ),
                    *(
                        by_name[relief.name].relieve(relief, clock)
                        for relief in drawn.signpost.reliefs
                    ),
                    _strike(drawn, Injector(site, history, seed, nudge), clock),
                )
            heads, is_quiet = await _rest(players, visitors, site, history, quiet_within)
            # Who does not come to rest has failed already: the last reading is for the record.
            within = quiet_within if is_quiet else min(quiet_within, 5.0)
            for visitor in visitors:
                visitor.report()
            _report(players)
            for person in (*players, *visitors):
                await person.leave()
            for player in players:
                player.read_again(heads)
            await _rest(players, [], site, history, within)
            _report(players)
        finally:
            for person in (*players, *visitors):
                await person.leave()
        asked: Counter[str] = Counter(name for player in players for name in player.wanted)
        for conversation, agents in asked.items():
            if agents > 1:
                history.add(Fault(kind=Kind.RACE, what=conversation))
        for read in (site.kept, site.kept_visits, site.kept_watches):
            for kept in await asyncio.to_thread(read):
                history.add(kept)
        log = site.log_text()
    history.close()
    return Outcome(
        plan=drawn,
        violations=check(history.records),
        records=history.records,
        history=history.path,
        log=log,
        seconds=time.monotonic() - began,
    )


def _report(players: list[Player]) -> None:
    """All at one moment: who leaves first must not miss what the others still do."""
    for player in players:
        for tab in player.tabs:
            tab.report()


async def _strike(drawn: Plan, injector: Injector, clock: Clock) -> None:
    async def one(blow: Blow) -> None:
        await clock.until(blow.at)
        await injector.strike(blow)

    await asyncio.gather(*map(one, drawn.blows))


def _visitor(
    guest: Guest, players: list[Player], site: Site, history: History, seed: int
) -> Visitor:
    """Somebody who is asked; who also chats does it in the same browser."""
    browsers = {player.part.name: player.browser for player in players}
    browser = browsers.get(guest.name) or Browser(site.proxy.port, f"{guest.host}:{SITE_PORT}")
    return Visitor(guest, browser, history, site.stage[guest.host], seed)


def _shows_visits(player: Player, visitors: list[Visitor]) -> bool:
    """Whether an agent sees who is here, and nobody who said no."""
    if not player.part.is_agent:
        return True
    tab = player.watcher
    shown = {place.visit: place.page for place in tab.places()}
    if any(visitor.withdrawn & set(shown) for visitor in visitors):
        return False
    here = [v.place for v in visitors if v.guest.host == player.part.host and v.place]
    return not tab.sees_all or all(
        shown.get(place.visit) is not None and place.page in (None, shown[place.visit])
        for place in here
    )


async def _rest(
    players: list[Player], visitors: list[Visitor], site: Site, history: History, within: float
) -> tuple[dict[str, Head], bool]:
    """Wait until everybody shows everything; say so in the history if it does not come to that.

    What was read may be old when it is there: an agent was told meanwhile that somebody waits,
    and picked up. So it must be found at rest twice, with nothing that came between.
    """
    heads: dict[str, Head] = {}
    found_at_rest: dict[str, Head] | None = None
    before: object = None
    until = time.monotonic() + within
    while time.monotonic() < until:
        with contextlib.suppress(sqlite3.Error, psycopg.Error):
            heads = await asyncio.to_thread(site.heads)
            is_at_rest = (
                not any(head.owes for head in heads.values())
                and all(player.is_up_to_date(heads) for player in players)
                and all(visitor.is_quiet() for visitor in visitors)
                and all(_shows_visits(player, visitors) for player in players)
            )
            if is_at_rest and heads == found_at_rest:
                return heads, True
            found_at_rest = heads if is_at_rest else None
        now = [player.progress() for player in players]
        if now != before:
            before, until = now, time.monotonic() + within
        await asyncio.sleep(0.1)
    for player in players:
        if missing := player.what_is_missing(heads):
            history.add(Fault(kind="no rest", what=missing))
        if not _shows_visits(player, visitors):
            shown = ", ".join(f"{place.visit}: {place.page}" for place in player.watcher.places())
            history.add(Fault(kind="no rest", what=f"{player.part.name} sees {shown or 'nobody'}"))
    for visitor in visitors:
        if missing := visitor.what_is_missing():
            history.add(Fault(kind="no rest", what=missing))
    for server in site.servers:
        server.write_down_stacks()
    return heads, False
