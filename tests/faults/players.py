"""One person with all tabs: opens them, does what the plan says, reloads, and reads again."""

from __future__ import annotations

import asyncio
import random
from typing import TypeVar

from tests.faults.clients import AgentTab, Tab, VisitorTab
from tests.faults.clock import Clock
from tests.faults.ground import SITE_PORT, Head, Site
from tests.faults.history import Fault, History, Person, Remark, Steered
from tests.faults.outbox import Outbox
from tests.faults.plan import Act, Kind, Part
from tests.faults.screen import Screen
from tests.faults.signpost_plan import AskAct, Asker, Relief
from tests.faults.watchers import WatcherTab
from tests.faults.web import Browser
from wagtail_livechat.protocol import commands
from wagtail_livechat.protocol.values import State

T = TypeVar("T", bound=Tab)

# The bookshop's accounts have it; reading it from there would need Django in this process.
PASSWORD = "lamplight"

WORDS = "the lamp was still lit when they came back to ask for that book again".split()


class Player:
    """One person, whose tabs do what the plan says."""

    def __init__(self, part: Part | Asker, site: Site, history: History, seed: int) -> None:
        self.part = part
        self._history = history
        self._dice = random.Random(f"{seed} {part.name}")
        # Others, so that what agents do otherwise stays as it was.
        self._relieves = random.Random(f"{seed} {part.name} relieves")
        self.browser = Browser(site.proxy.port, f"{part.host}:{SITE_PORT}")
        self.tabs: list[Tab] = []
        self._pages = 0
        self._turning = asyncio.Lock()
        self.wanted: set[str] = set()
        self.hesitant = False

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
        tab = self._make_tab(name, number, outbox or Outbox(at_once=self.part.at_once))
        if isinstance(tab, WatcherTab):
            tab.username, tab.password, tab.wanted = self.part.name, PASSWORD, self.wanted
            tab.host, tab.hesitant = self.part.host, self.hesitant
            if outbox is None:
                tab.be_available()
        return tab

    def _make_tab(self, name: str, number: int, outbox: Outbox) -> Tab:
        return self._tab(WatcherTab if self.part.is_agent else VisitorTab, name, number, outbox)

    def _tab(self, make: type[T], name: str, number: int, outbox: Outbox) -> T:
        return make(
            who=self.part.name,
            name=name,
            browser=self.browser,
            history=self._history,
            dice=self._dice,
            outbox=outbox,
            prefers_http=self.part.by_http[number],
        )

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

    # An agent who relieves the signpost.

    async def relieve(self, relief: Relief, clock: Clock) -> None:
        """Give back what the signpost has handed over, or take what it holds or has left."""
        for act in relief.acts:
            await clock.until(act.at)
            tab = self.watcher
            if act.what == "give back":
                guided = sorted(name for name in tab.mine() if tab.cards[name].handed_over)
                if guided:
                    given = self._relieves.choice(guided)
                    ref = tab.give_back(given)
                    self._history.add(
                        Steered(who=tab.who, ref=ref, what="give back", conversation=given)
                    )
                continue
            left = sorted(
                name
                for name, card in tab.cards.items()
                if card.state is State.SIGNPOST
                or (card.state is State.WAITING and card.handed_over)
            )
            if left:
                tab.pick_up(self._relieves.choice(left))

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

    def _visit(self, tab: VisitorTab, act: Act | AskAct) -> None:
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

    def _work(self, tab: AgentTab, act: Act | AskAct) -> None:
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
