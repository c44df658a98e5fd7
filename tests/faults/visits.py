"""Visitors who are asked whether they may be watched, as their browsers behave.

A tab of a visit tells which page it has open, shows who is watching and only then says so.
Its visitor says yes, no, and no again at any moment; what is on its way then goes on its
way all the same, as it does in a browser that another tab knows nothing of.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from tests.faults.clients import (
    ANSWER_WITHIN,
    Broken,
    Dismissed,
    Tab,
    new_ref,
)
from tests.faults.clock import Clock
from tests.faults.history import (
    Agreed,
    Forgot,
    Here,
    History,
    Opened,
    Person,
    Place,
    Remark,
    Saw,
    Withdrew,
    origin_of,
)
from tests.faults.outbox import Outbox
from tests.faults.templates import SiteStage, StagePage
from tests.faults.visits_plan import Guest, VisitAct
from tests.faults.web import Answer, Browser
from wagtail_livechat import clock
from wagtail_livechat.protocol import codec, commands, updates, values

AGAIN: Final = 0.3
"""Seconds until what must be stored is told once more."""

NO_VISIT: Final = frozenset({401, 403})


def spelled_out(answer: Answer) -> Answer:
    """An empty answer as what it stands for: nobody watches, and nothing is to be shown."""
    said = dict(answer.headers).get("livechat-visit", "")
    poll = re.search(r"poll=(\d+)", said)
    ready = updates.VisitReady(
        now=clock.now_ms(),
        recorded="recorded" in said,
        number=0,
        watchers=[],
        invitation=None,
        poll_ms=int(poll[1]) if poll else values.POLL_MS,
    )
    return replace(answer, body=codec.encode_many([ready]))


class VisitTab(Tab):
    """One page of somebody who said yes."""

    role = "visitor"
    _line = "visit"
    _update_type = updates.VisitUpdate

    def __init__(self, *, visit: str, page: StagePage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.visit = visit
        self.page = page
        self.told = 0
        """The newest watch that was announced here."""
        self.shown = 0
        """The newest that this tab has said it shows."""
        self.is_recorded = False
        self.invitation: values.Invitation | None = None
        self._view = self._told_view = new_ref(self._own_refs)
        self._polls = False
        self._painting: asyncio.Task[None] | None = None

    # What the visitor does.

    def go_to(self, page: StagePage) -> None:
        self.page = page
        self._view = new_ref(self._own_refs)
        if self.is_open:
            # Without a line the next greeting says it, or else its answer makes good that it
            # did not: it may have been on its way.
            self._tell()

    def _tell(self) -> None:
        self._told_view = view = self._view
        self.outbox.add(view, "view", commands.ViewPage(ref=view, page=self.page.token))
        self._wake.set()

    def show(self) -> None:
        """Ask what the staff see."""
        self.ask_for("show", lambda ref: commands.ShowVisit(ref=ref))

    async def vanish(self) -> None:
        if self._painting is not None:
            self._painting.cancel()
        await super().vanish()

    # How the line speaks.

    async def _admit(self) -> None:
        """The cookies are there, or nobody is let in."""

    async def _socket_path(self) -> str:
        self._opens("socket")
        return "/livechat/visit/ws/"

    def _opens(self, by: Any) -> None:
        self._polls = by == "http"
        self.told = 0
        self.history.add(Opened(who=self.who, tab=self.name, by=by, visit=self.visit))

    async def _hello(self, *, by_socket: bool) -> commands.Command:
        if not by_socket and not self._polls:
            self._opens("http")
        if self.shown:
            self._say_seen(self.shown)
        # What was told and not yet answered follows: greet with the first of it, and let the
        # page that is open be the last.
        told = [item.command for item in self.outbox.items.values()]
        views = [command for command in told if isinstance(command, commands.ViewPage)]
        if not views:
            self._told_view = self._view
        elif self._told_view != self._view:
            self._tell()
        return commands.VisitHello(
            v=values.VERSION,
            language="en",
            device=values.Device.DESKTOP,
            view=views[0].ref if views else self._view,
            page=views[0].page if views else self.page.token,
            origin=origin_of(self.visit),
            seen=self.shown,
        )

    def _say_seen(self, number: int) -> None:
        self.history.add(Saw(who=self.who, tab=self.name, visit=self.visit, number=number))

    async def _exchange(self, body: bytes) -> Answer:
        answer = await self.browser.post_json(
            "/livechat/visit/exchange/",
            body,
            within=ANSWER_WITHIN * self._patience,
            headers={"Prefer": "return=minimal"},
        )
        if answer.status in NO_VISIT:
            raise Dismissed(4403)
        return spelled_out(answer) if answer.status == 204 else answer

    def _wants_more(self) -> bool:
        return False

    def _wishes(self) -> list[commands.Command]:
        return []

    def _question_of(self, update: Any) -> int | None:
        return None

    async def _take_in_own(self, update: Any) -> None:
        match update:
            case updates.VisitReady():
                self._poll_after = update.poll_ms / 1_000
                self.is_recorded = update.recorded
                self.invitation = update.invitation
                self.is_open = True
                if self._told_view != self._view:
                    self._tell()
                self._announce(update.number)
            case updates.WatchersChanged():
                self._announce(update.number)
            case updates.Invited():
                self.invitation = update.invitation
            case updates.InvitationEnded():
                self.invitation = None
            case updates.VisitShown(ref=str(ref)):
                self.outbox.settle(ref)
            case _:
                pass

    def _announce(self, number: int) -> None:
        """It takes a moment until something is before the visitor's eyes."""
        self.told = number
        if self._painting is not None:
            self._painting.cancel()
        if number != self.shown:
            self._painting = asyncio.create_task(self._paint(number))

    async def _paint(self, number: int) -> None:
        await asyncio.sleep(self.dice.uniform(0.0, 0.2))
        if not self.is_open:
            return
        self.shown = number
        if not self._polls:  # otherwise the next greeting says it
            self._say_seen(number)
            self.moment(commands.SeeWatchers(number=number))

    def is_quiet(self) -> bool:
        return self.turned_away is not None or (super().is_quiet() and self.shown == self.told)


class Visitor:
    """One person who is asked, with all tabs."""

    def __init__(
        self, guest: Guest, browser: Browser, history: History, stage: SiteStage, seed: int
    ) -> None:
        self.guest = guest
        self.browser = browser
        self.visit: str | None = None
        self.tabs: list[VisitTab] = []
        self.withdrawn: set[str] = set()
        self._history = history
        self._stage = stage
        self._dice = random.Random(f"{seed} visits of {guest.name}")
        self._yeses = 0
        self._pages = 0
        self._asides: set[asyncio.Task[None]] = set()
        self._answered: set[str] = set()

    def introduce(self) -> None:
        if not self.guest.chats:
            who, host = self.guest.name, self.guest.host
            self._history.add(Person(who=who, role="visitor", hosts=[host]))

    async def play(self, clock: Clock) -> None:
        for act in self.guest.acts:
            await clock.until(act.at)
            await self._do(act)
            await self._look_at_invitation()
        # Who was just invited still answers.
        await asyncio.sleep(0.3)
        await self._look_at_invitation()
        await asyncio.gather(*self._asides)

    async def _do(self, act: VisitAct) -> None:
        tab = self.tabs[act.tab % len(self.tabs)] if self.tabs else None
        match act.what:
            case "agree":
                await self._agree()
            case "refuse" | "withdraw":
                await self._refuse()
            case "forget":
                await self._forget()
            case "view" if tab is not None:
                tab.go_to(self._dice.choice(self._stage.pages))
            case "turn away" | "turn back" if tab is not None:
                tab.moment(commands.SetActive(active=act.what == "turn back"))
            case "show" if tab is not None:
                tab.show()
            case "reload" if tab is not None:
                await tab.vanish()
                self._history.add(Remark(who=tab.name, what="reloads"))
                page = self._dice.choice(self._stage.pages)
                self.tabs[self.tabs.index(tab)] = self._open(tab.visit, act.tab, page)
            case _:
                pass

    # Choices.

    async def _agree(self) -> None:
        if self.visit is not None:
            return
        await self._answer(assistance=True)
        self._yeses += 1
        self.visit = visit = f"{self.guest.name}-{self._yeses}"
        self._history.add(Agreed(who=self.guest.name, visit=visit, host=self.guest.host))
        self.tabs = [
            self._open(visit, number, self._dice.choice(self._stage.pages))
            for number in range(len(self.guest.by_http))
        ]

    async def _refuse(self) -> None:
        """Say no, while the tabs still tell of pages."""
        visit, stale = self.visit, replace(self.browser, cookies=dict(self.browser.cookies))
        for tab in self.tabs:
            if self._dice.random() < 0.7:
                tab.go_to(self._dice.choice(self._stage.pages))
        await self._answer(assistance=False)
        if visit is None:
            return
        self.withdrawn.add(visit)
        self._history.add(Withdrew(who=self.guest.name, visit=visit, at=now_ms()))
        self.visit, tabs, self.tabs = None, self.tabs, []
        for tab in tabs:
            # A yes that follows soon is not theirs: they would be a second page of it.
            tab.browser = replace(self.browser, cookies=dict(self.browser.cookies))
            tab.go_to(self._dice.choice(self._stage.pages))
        self._aside(self._be_late(visit, stale, tabs))

    async def _be_late(self, visit: str, stale: Browser, tabs: Sequence[VisitTab]) -> None:
        """What was on its way arrives, with the cookies of before."""
        pages = self._dice.sample(self._stage.pages, 2)
        hello = commands.VisitHello(
            v=values.VERSION,
            language="en",
            device=values.Device.DESKTOP,
            view=new_ref(self._dice),
            page=pages[0].token,
            origin=origin_of(visit),
        )
        late = commands.ViewPage(ref=new_ref(self._dice), page=pages[1].token)
        body = msgspec.json.encode({"hello": hello, "commands": [late]})
        await asyncio.sleep(self._dice.uniform(0.0, 0.5))
        with contextlib.suppress(*Broken):
            answer = await stale.post_json("/livechat/visit/exchange/", body, within=ANSWER_WITHIN)
            self._remark(f"a late view of {visit} is answered by {answer.status}")
        for tab in tabs:
            await tab.vanish()

    async def _answer(self, *, assistance: bool) -> None:
        """Until the server has stored it."""
        said = {
            "version": self._stage.version,
            "assistance": assistance,
            "statistics": assistance and self._dice.random() < 0.3,
            "interface": "banner" if assistance else "indicator",
        }
        await self._until_done("/livechat/consent/", said)

    async def _until_done(
        self, path: str, said: object, *, refused: frozenset[int] = frozenset()
    ) -> Answer:
        body = msgspec.json.encode(said)
        while True:
            with contextlib.suppress(*Broken):
                answer = await self.browser.post_json(path, body, within=ANSWER_WITHIN)
                if answer.status == 200 or answer.status in refused:
                    return answer
                self._remark(f"{path}: HTTP {answer.status}: {answer.body[:200]!r}")
            await asyncio.sleep(AGAIN)

    # Invitations.

    async def _look_at_invitation(self) -> None:
        """Answer what is asked, now and then."""
        found = next((tab for tab in self.tabs if tab.invitation is not None), None)
        if found is None or found.invitation is None or found.invitation.id in self._answered:
            return
        invitation = found.invitation.id
        self._answered.add(invitation)
        found.moment(commands.SeeInvitation(invitation=invitation))
        choices = ["decline", "ignore"] if self.guest.chats else ["accept", "decline", "ignore"]
        answer = self._dice.choices(choices, (1, 1) if self.guest.chats else (4, 1, 1))[0]
        if answer == "ignore":
            return
        refused = frozenset({401, 403, 404, 409, 410})
        await self._until_done(
            "/livechat/greetings/answer/",
            {"invitation": invitation, "answer": answer},
            refused=refused,
        )

    async def _forget(self) -> None:
        """Leave the chat that an invitation began, for good; the visit goes on."""
        if not self.browser.has_chat_key:
            return
        answer = await self._until_done("/livechat/forget/", {}, refused=frozenset({401, 410}))
        if answer.status == 200 and self.visit is not None:
            self._history.add(Forgot(who=self.guest.name, visit=self.visit, at=now_ms()))

    # Tabs.

    def _open(self, visit: str, number: int, page: StagePage) -> VisitTab:
        self._pages += 1
        tab = VisitTab(
            visit=visit,
            page=page,
            who=self.guest.name,
            name=f"{self.guest.name}/visit{self._pages}",
            browser=self.browser,
            history=self._history,
            dice=self._dice,
            outbox=Outbox(),
            prefers_http=self.guest.by_http[number % len(self.guest.by_http)],
        )
        tab.start()
        return tab

    def _aside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    def _remark(self, what: str) -> None:
        self._history.add(Remark(who=self.guest.name, what=what))

    # The end.

    def is_quiet(self) -> bool:
        return all(tab.is_quiet() for tab in self.tabs)

    @property
    def is_watched(self) -> bool:
        """Whether the visit is written down, as far as its tabs know."""
        return any(tab.is_recorded or tab.told for tab in self.tabs)

    @property
    def place(self) -> Place | None:
        """Where this visit is, for those who may see it; ``None`` for nobody."""
        if self.visit is None or not self.is_watched:
            return None
        only = self.tabs[0] if len(self.tabs) == 1 else None
        return Place(visit=self.visit, page=only.page.title if only else None)

    def report(self) -> None:
        if self.place is not None:
            self._history.add(Here(who=self.guest.name, host=self.guest.host, place=self.place))

    def what_is_missing(self) -> str:
        return "; ".join(
            f"{tab.name}: open={tab.is_open}, turned away={tab.turned_away}, "
            f"outbox={len(tab.outbox)}, told={tab.told}, shown={tab.shown}"
            for tab in self.tabs
            if not tab.is_quiet()
        )

    async def leave(self) -> None:
        for task in list(self._asides):
            task.cancel()
        for tab in self.tabs:
            await tab.vanish()


def now_ms() -> int:
    return time.time_ns() // 1_000_000
