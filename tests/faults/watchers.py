"""Agents who look at visits besides answering, as their consoles behave.

A console asks for the table and for trails again on each new line, says every two seconds
that somebody still looks, and shows what it was told last. Over HTTP it asks for all of it
with each request.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, Final, Protocol

import msgspec

from tests.faults.clients import AgentTab, new_ref
from tests.faults.clock import Clock
from tests.faults.history import (
    Board,
    History,
    Invited,
    Looks,
    Opened,
    Place,
    Wrote,
    visit_named_by,
)
from tests.faults.plan import Part
from tests.faults.visits_plan import Shift, WatchAct
from tests.faults.web import Answer
from wagtail_livechat.protocol import commands, updates, values

KEPT_EVERY: Final = 2.0
MOST_TRAILS: Final = 3
LOOKS: Final = (commands.WatchVisitors, commands.OpenVisit)
WORDS: Final = ("Can I help you?", "Shall I look for it?", "A hand with that?")


class WatcherTab(AgentTab):
    """The console of an agent who may watch."""

    host = ""
    window: str | None = None
    """The window that is open, under our own name for it."""
    search = ""
    is_last = False
    """Whether this page is opened when all is over, and visitors have left."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows: dict[str, values.VisitRow] | None = None
        """What the table shows, by visit; ``None`` before it was told on this line."""
        self.trails: dict[str, updates.VisitTrail | None] = {}
        self._site: int | None = None
        self._alias = ""
        self._leaving: set[str] = set()
        self._looks = False
        self._kept_at = 0.0
        self._polls = False
        self._asked_after: dict[str, str] = {}
        """By the ``ref`` of a question that is asked with each request, which visit it is about."""

    # What an agent does.

    def look(self, search: str = "") -> None:
        """Open the table, or turn it to other rows."""
        self.search = search
        self.window = self.window or new_ref(self._own_refs)
        self.rows = None
        self._ask_for_window()

    def look_away(self) -> None:
        """Close everything: nothing of it stays on the screen."""
        for visit in list(self.trails):
            self.let_go(visit)
        if self.window is not None:
            window, self.window, self.rows = self.window, None, None
            self._leave("window", lambda ref: commands.LeaveVisitors(ref=ref, window=window))

    def follow(self, visit: str) -> None:
        if len(self.trails) < MOST_TRAILS and visit not in self.trails:
            self.trails[visit] = None
            self._ask_for_trail(visit)

    def let_go(self, visit: str) -> None:
        if visit in self.trails:
            del self.trails[visit]
            self._leave(visit, lambda ref: commands.LeaveVisit(ref=ref, visit=visit))

    def invite(self, visit: str) -> None:
        row = (self.rows or {})[visit]
        ref = new_ref(self.dice)
        text = f"{ref} {self.dice.choice(WORDS)}"
        self.history.add(Invited(who=self.who, ref=ref, visit=_name_of(row)))
        self.history.add(Wrote(who=self.who, ref=ref, text=text))
        self.outbox.add(ref, "invite", commands.Invite(ref=ref, visit=visit, text=text))
        self._wake.set()

    # How it asks.

    def _ask_for_window(self) -> None:
        if self.window is None or self._site is None:
            return
        command = self._watch_command(new_ref(self._own_refs))
        self.outbox.add(command.ref, "window", command)
        self._wake.set()

    def _watch_command(self, ref: str) -> commands.WatchVisitors:
        assert self.window is not None and self._site is not None
        return commands.WatchVisitors(
            ref=ref, window=self.window, site=self._site, search=self.search
        )

    def _ask_for_trail(self, visit: str) -> None:
        self.ask_for(visit, lambda ref: commands.OpenVisit(ref=ref, visit=visit))

    def _leave(self, lane: str, make: Any) -> None:
        # As in a browser: a look that is over is not asked for again, least of all after this.
        for item in list(self.outbox.items.values()):
            if item.lane == lane and isinstance(item.command, LOOKS):
                self.outbox.settle(item.ref)
        ref = new_ref(self._own_refs)
        self._leaving.add(ref)
        self.outbox.add(ref, lane, make(ref))
        self._wake.set()

    async def _socket_path(self) -> str:
        self._polls = self._looks = False
        self.history.add(Opened(who=self.who, tab=self.name, by="socket"))
        return await super()._socket_path()

    async def _exchange(self, body: bytes) -> Answer:
        session = self.browser.cookies.get("sessionid", "")
        if not self._polls:
            self._polls, self._looks, self.rows = True, False, None
            self.history.add(Opened(who=self.who, tab=self.name, by="http", session=session))
        parts = msgspec.json.decode(body)
        parts["commands"] += msgspec.to_builtins(self._asked_again())
        for asked in parts["commands"]:
            if asked["type"] in ("visitors.watch", "visit.open"):
                self._begin_to_look()
        return await super()._exchange(msgspec.json.encode(parts))

    def _asked_again(self) -> list[commands.Command]:
        found: list[commands.Command] = []
        if self.window is not None and self._site is not None and not self._leaving:
            found = [commands.KeepWatching(), self._watch_command(new_ref(self._own_refs))]
            self._asked_after = {new_ref(self._own_refs): visit for visit in self.trails}
            found += [commands.OpenVisit(ref=r, visit=v) for r, v in self._asked_after.items()]
        return found

    async def _send(self, command: commands.Command) -> None:
        if isinstance(command, LOOKS):
            self._begin_to_look()
        await super()._send(command)

    def _begin_to_look(self) -> None:
        if not self._looks:
            self._looks = True
            self._note(still=True)

    def _note(self, *, still: bool) -> None:
        self.history.add(
            Looks(who=self.who, tab=self.name, host=self.host, alias=self._alias, still=still)
        )

    def _wishes(self) -> list[commands.Command]:
        found = super()._wishes()
        is_looking = self.window is not None or self.trails
        if is_looking and time.monotonic() - self._kept_at >= KEPT_EVERY:
            self._kept_at = time.monotonic()
            found.append(commands.KeepWatching())
        return found

    # What comes.

    async def _take_in(self, update: Any) -> None:
        await super()._take_in(update)
        match update:
            case updates.Acknowledged() | updates.Refused() if update.ref in self._leaving:
                self._leaving.discard(update.ref)
                if not self._leaving and self.window is None and not self.trails and self._looks:
                    self._looks = False
                    self._note(still=False)
            case _:
                pass

    def _refused(self, update: updates.Refused) -> None:
        item = self.outbox.items.get(update.ref or "")
        super()._refused(update)
        gone = item is not None and item.ref not in self.outbox.items
        if update.code == "not_found":
            self.trails.pop(self._asked_after.get(update.ref or "", ""), None)
        if gone and item is not None and isinstance(item.command, commands.OpenVisit):
            self.trails.pop(item.command.visit, None)

    async def _take_in_own(self, update: Any) -> None:
        await super()._take_in_own(update)
        match update:
            case updates.StaffReady():
                self._alias = update.me.alias
                self._site = next((site.id for site in update.sites if site.can_watch), None)
                if not self._polls:
                    self.rows = None
                    self._ask_for_window()
                    for visit in self.trails:
                        self._ask_for_trail(visit)
            case updates.VisitorsWindow():
                if self._polls:  # a window that is answered over HTTP has no other answer
                    self._settle(update.window)
                if update.window == self.window:
                    self.rows = {row.id: row for row in update.rows}
            case updates.VisitTrail():
                if update.ref is not None:
                    self.outbox.settle(update.ref)
                if update.visit.id in self.trails:
                    self.trails[update.visit.id] = update
            case updates.VisitGone():
                self.trails.pop(update.visit, None)
            case _:
                pass

    def _settle(self, window: str) -> None:
        """Also a window that was closed since: what was asked after it waits in its lane."""
        for item in list(self.outbox.items.values()):
            command = item.command
            if isinstance(command, commands.WatchVisitors) and command.window == window:
                if item.tries:
                    self.outbox.settle(item.ref)

    def take_over(self, before: WatcherTab) -> None:
        """The page is a new one, and shows again what was open."""
        self.window, self.search = before.window, before.search
        self.trails = dict.fromkeys(before.trails)
        self._leaving = before._leaving
        # The outbox asks at once, before this page has been told who its agent is.
        self._alias, self._site = before._alias, before._site

    # The end.

    def is_quiet(self) -> bool:
        return super().is_quiet() and (self.window is None or self.rows is not None)

    @property
    def sees_all(self) -> bool:
        """Whether the whole table is on the screen."""
        return (
            self.window is not None
            and self.rows is not None
            and not self.search
            and not self.is_last
        )

    def places(self) -> list[Place]:
        """What is on the screen of visits, and where they are said to be."""
        rows = list((self.rows or {}).values())
        rows += [trail.visit for trail in self.trails.values() if trail is not None]
        return [
            Place(visit=_name_of(row), page=row.page.title if row.page else None) for row in rows
        ]

    def report(self) -> None:
        super().report()
        if self.window is not None or self.trails:
            board = Board(who=self.who, tab=self.name, full=self.sees_all, places=self.places())
            self.history.add(board)


def _name_of(row: values.VisitRow) -> str:
    return visit_named_by(row.origin) or row.origin


class Console(Protocol):
    """An agent whose page may be another one in a moment."""

    part: Part

    @property
    def watcher(self) -> WatcherTab: ...

    async def die(self, seconds: float) -> None: ...


async def watch(shift: Shift, agent: Console, history: History, seed: int, clock: Clock) -> None:
    """All that the plan says of one agent's looking."""
    dice = random.Random(f"{seed} shift of {shift.name}")
    for act in shift.acts:
        await clock.until(act.at)
        if act.what == "die":
            await agent.die(dice.uniform(0.5, 2.5))
        else:
            _work(agent.watcher, act, dice)
    await asyncio.sleep(0)


def _work(tab: WatcherTab, act: WatchAct, dice: random.Random) -> None:
    seen = sorted(tab.rows or {})
    match act.what:
        case "look":
            tab.look()
        case "look away":
            tab.look_away()
        case "search" if tab.window is not None:
            tab.look("" if tab.search else dice.choice(["book", "shop", "a"]))
        case "follow" if seen:
            tab.follow(dice.choice(seen))
        case "let go" if tab.trails:
            tab.let_go(dice.choice(sorted(tab.trails)))
        case "invite" if seen:
            tab.invite(dice.choice(seen))
        case _:
            pass
