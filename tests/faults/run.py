"""One seed from beginning to end: servers, people, faults, quiet, a last reading, the proof."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.checker import Violation, check
from tests.faults.clients import AgentTab, Tab, VisitorTab
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
    Person,
    Remark,
    Withdrew,
    Wrote,
)
from tests.faults.injection import Injector
from tests.faults.outbox import Outbox
from tests.faults.plan import Act, Blow, Kind, Part, Plan
from tests.faults.screen import Screen
from tests.faults.visits import Visitor
from tests.faults.visits_plan import Guest
from tests.faults.watchers import WatcherTab, watch
from tests.faults.web import Browser
from wagtail_livechat.protocol import commands

PLAYED_WITHIN = 600.0
"""How long acts and faults may take: far more than they do on a busy machine."""

QUIET_WITHIN = 30.0
"""After the last fault everybody must come to see everything; nothing may stand still so long."""

# The bookshop's accounts have it; reading it from there would need Django in this process.
PASSWORD = "lamplight"

WORDS = "the lamp was still lit when they came back to ask for that book again".split()


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


class Player:
    """One person, whose tabs do what the plan says."""

    def __init__(self, part: Part, site: Site, history: History, seed: int) -> None:
        self.part = part
        self._history = history
        self._dice = random.Random(f"{seed} {part.name}")
        self.browser = Browser(site.proxy.port, f"{part.host}:{SITE_PORT}")
        self.tabs: list[Tab] = []
        self._pages = 0
        self._turning = asyncio.Lock()
        self.wanted: set[str] = set()

    def introduce(self) -> None:
        role = "agent" if self.part.is_agent else "visitor"
        self._history.add(Person(who=self.part.name, role=role, hosts=[self.part.host]))

    async def play(self, clock: Clock) -> None:
        """Everything this person does, in all tabs."""
        for number in range(len(self.part.tabs)):
            self.tabs.append(self._open(f"{self.part.name}.{number + 1}", number))
        if len(self.tabs) > 1:
            self._history.add(Fault(kind=Kind.DOUBLE_TABS, what=self.part.name))
        # Tabs of one browser share the key that the first of them gets.
        self.tabs[0].start()
        for tab in self.tabs[1:]:
            while not self.browser.has_chat_key:
                await asyncio.sleep(0.02)
            tab.start()
        await asyncio.gather(*(self._act(number, clock) for number in range(len(self.tabs))))

    def _open(self, name: str, number: int, outbox: Outbox | None = None) -> Tab:
        make = WatcherTab if self.part.is_agent else VisitorTab
        tab = make(
            who=self.part.name,
            name=name,
            browser=self.browser,
            history=self._history,
            dice=self._dice,
            outbox=Outbox(at_once=self.part.at_once) if outbox is None else outbox,
            prefers_http=self.part.by_http[number],
        )
        if isinstance(tab, WatcherTab):
            tab.username, tab.password, tab.wanted = self.part.name, PASSWORD, self.wanted
            tab.host = self.part.host
            if outbox is None:
                tab.be_available()
        return tab

    async def _act(self, number: int, clock: Clock) -> None:
        for act in self.part.tabs[number]:
            await clock.until(act.at)
            if act.what == "reload":
                await self._reload(number)
                continue
            tab = self.tabs[number]
            if isinstance(tab, AgentTab):
                self._work(tab, act)
            elif isinstance(tab, VisitorTab):
                self._visit(tab, act)

    async def _reload(self, number: int) -> None:
        """The page goes in the middle of whatever it does, and the next one takes over."""
        async with self._turning:
            self._history.add(Fault(kind=Kind.RELOADS, what=self.tabs[number].name))
            await self._turn(number)

    async def _turn(self, number: int, pause: float = 0.0) -> None:
        before = self.tabs[number]
        await before.vanish()
        await asyncio.sleep(pause)
        self._pages += 1
        name = f"{before.name.split('/')[0]}/{self._pages}"
        after = self.tabs[number] = self._open(name, number, before.outbox)
        if isinstance(before, WatcherTab) and isinstance(after, WatcherTab):
            after.take_over(before)
        after.start()

    # An agent who watches.

    @property
    def watcher(self) -> WatcherTab:
        [tab] = self.tabs
        assert isinstance(tab, WatcherTab)
        return tab

    async def die(self, seconds: float) -> None:
        """The console is gone without a word, and comes back."""
        async with self._turning:
            self._history.add(Remark(who=self.watcher.name, what="dies"))
            await self._turn(0, seconds)

    def _visit(self, tab: VisitorTab, act: Act) -> None:
        match act.what:
            case "say":
                tab.say(self._words())
            case "burst":
                for _ in range(self._dice.randint(3, 6)):
                    tab.say(self._words())
            case "end":
                tab.end()
            case "typing":
                tab.moment(commands.SetTyping(active=self._dice.random() < 0.5))
            case "read" if tab.conversation is not None:
                tab.moment(commands.MarkRead(seq=tab.screens[tab.conversation].last))
            case _:
                pass

    def say_something(self) -> None:
        for tab in self.tabs[:1]:
            if isinstance(tab, VisitorTab):
                tab.say(self._words())

    def _work(self, tab: AgentTab, act: Act) -> None:
        mine = sorted(tab.mine())
        if act.what == "reopen":
            closed = sorted(name for name, card in tab.cards.items() if card.state == "closed")
            if closed:
                tab.reopen(self._dice.choice(closed))
            return
        if not mine:
            return
        conversation = self._dice.choice(mine)
        match act.what:
            case "reply":
                tab.reply(conversation, self._words())
            case "burst":
                for _ in range(self._dice.randint(2, 4)):
                    tab.reply(conversation, self._words())
            case "note":
                tab.note(conversation, self._words())
            case "end":
                tab.end(conversation)
            case "typing":
                tab.moment(commands.SetReplyTyping(conversation=conversation, active=True))
            case "read":
                seq = tab.screens[conversation].last
                tab.moment(commands.MarkThreadRead(conversation=conversation, seq=seq))
            case _:
                pass

    def _words(self) -> str:
        return " ".join(self._dice.choices(WORDS, k=self._dice.randint(1, 12)))

    # The end.

    def is_up_to_date(self, heads: dict[str, Head]) -> bool:
        """Every tab shows all that there is to see."""
        return all(self._shows_all(tab, heads) for tab in self.tabs)

    def _shows_all(self, tab: Tab, heads: dict[str, Head]) -> bool:
        if not tab.is_quiet():
            return False
        if isinstance(tab, AgentTab) and not all(
            self._knows(tab, name, head)
            for name, head in heads.items()
            if head.host == self.part.host and head.state != "closed"
        ):
            return False
        return all(
            name in heads and screen.last == heads[name].seq for name, screen in tab.screens.items()
        )

    @staticmethod
    def _knows(tab: AgentTab, name: str, head: Head) -> bool:
        """Also its state: an agent who has yet to hear that somebody waits will pick up."""
        card = tab.cards.get(name)
        return card is not None and card.revision >= head.revision

    def progress(self) -> object:
        """Something that changes when there is more on the screens, or less to be answered."""
        return [
            (sorted(tab.outbox.items), [screen.last for screen in tab.screens.values()])
            for tab in self.tabs
        ]

    def what_is_missing(self, heads: dict[str, Head]) -> str:
        """For the log of a seed that does not come to rest."""
        return "; ".join(
            f"{tab.name}: open={tab.is_open}, turned away={tab.turned_away}, "
            f"outbox={len(tab.outbox)}, "
            f"screens={ {name[:8]: screen.last for name, screen in tab.screens.items()} }"
            for tab in self.tabs
            if not self._shows_all(tab, heads)
        )

    async def leave(self) -> None:
        for tab in self.tabs:
            await tab.vanish()

    def read_again(self, heads: dict[str, Head]) -> None:
        """Open a fresh page that reads everything from the beginning."""
        self._pages += 1
        tab = self._open(f"{self.part.name}/last", 0, Outbox())
        if isinstance(tab, WatcherTab):
            tab.eager, tab.is_last = False, True
            if self.watcher.window is not None:
                tab.look()
            tab.screens = {
                name: Screen() for name, head in heads.items() if head.host == self.part.host
            }
        self.tabs = [tab]
        tab.start()


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
        players = [Player(part, site, history, seed) for part in drawn.people]
        visitors = [_visitor(guest, players, site, history, seed) for guest in drawn.visits.guests]
        for person in (*players, *visitors):
            person.introduce()
        shifts = {shift.name: shift for shift in drawn.visits.shifts}
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
    """Wait until everybody shows everything; say so in the history if it does not come to that."""
    heads: dict[str, Head] = {}
    before: object = None
    until = time.monotonic() + within
    while time.monotonic() < until:
        with contextlib.suppress(sqlite3.Error, psycopg.Error):
            heads = await asyncio.to_thread(site.heads)
            if (
                all(player.is_up_to_date(heads) for player in players)
                and all(visitor.is_quiet() for visitor in visitors)
                and all(_shows_visits(player, visitors) for player in players)
            ):
                return heads, True
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
