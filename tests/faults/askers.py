"""Visitors of a page where the signpost answers first, as their browsers behave."""

from __future__ import annotations

from typing import Any, Final, Literal

from tests.faults import almanac
from tests.faults.clients import Tab, VisitorTab
from tests.faults.ground import Site
from tests.faults.history import History, Steered
from tests.faults.outbox import Outbox
from tests.faults.plan import Act
from tests.faults.players import Player
from tests.faults.signpost_plan import AskAct, Asker
from wagtail_livechat.protocol import commands, updates, values

BEGINS_SCRIPT: Final = "Help me choose a book"
CHOICES: Final = (
    "A child",
    "Somebody who loves novels",
    "Somebody who likes to shiver",
    "I do not know at all",
    "Ask me by e-mail",
    "reader@example.org",
    "no address",
)
"""What the bookshop's script asks for, and something else."""


class AskerTab(VisitorTab):
    """A page of the site with the chat open, whose token goes with what is asked."""

    page = ""
    asks: int | None = None
    """The answer of which the signpost wants to know whether it helped."""

    def say(self, text: str) -> str:
        return self._say(text, plain=False)

    def choose(self, text: str) -> str:
        """What a button says, in just these words."""
        return self._say(text, plain=True)

    def ask_again(self) -> None:
        """The last question once more, word for word."""
        screen = self.screens.get(self.conversation or "")
        asked = (
            [entry.text for entry in screen.entries if entry.kind == "visitor"] if screen else []
        )
        if asked:
            self.choose(asked[-1])

    def want_person(self) -> None:
        self._steer("person", self.ask_for("out", lambda ref: commands.AskForPerson(ref=ref)))

    def judge(self, helped: bool) -> None:
        seq = self.asks
        if seq is not None:
            ref = self.ask_for(
                "out", lambda ref: commands.JudgeAnswer(ref=ref, seq=seq, helped=helped)
            )
            self._steer("helped" if helped else "no help", ref, seq)

    def _say(self, text: str, *, plain: bool) -> str:
        return self.write(
            text,
            lane="out",
            guided=True,
            plain=plain,
            make=lambda ref, text: commands.SendMessage(ref=ref, text=text, page=self.page),
        )

    def _steer(
        self, what: Literal["person", "helped", "no help"], ref: str, seq: int | None = None
    ) -> None:
        self.history.add(
            Steered(who=self.who, ref=ref, what=what, conversation=self.conversation, seq=seq)
        )

    async def _hello(self, *, by_socket: bool) -> commands.Command:
        self._ask("hello", self._last, self.conversation)
        return commands.Hello(v=values.VERSION, language="en", since=self._last, page=self.page)

    async def _take_in_own(self, update: Any) -> None:
        await super()._take_in_own(update)
        match update:
            case updates.Ready(conversation=values.VisitorConversation() as known):
                self._see_what_is_asked(known)
            case updates.ConversationChanged(conversation=known):
                self._see_what_is_asked(known)
            case _:
                pass

    def _see_what_is_asked(self, known: values.VisitorConversation) -> None:
        if known.revision == self._revision:
            self.asks = known.asks


class AskingPlayer(Player):
    """One visitor who asks, with all tabs."""

    def __init__(self, part: Asker, site: Site, history: History, seed: int) -> None:
        super().__init__(part, site, history, seed)
        self._page = site.stage[part.host].guided

    def _make_tab(self, name: str, number: int, outbox: Outbox) -> Tab:
        tab = self._tab(AskerTab, name, number, outbox)
        tab.page = self._page
        return tab

    def _visit(self, tab: VisitorTab, act: Act | AskAct) -> None:
        assert isinstance(tab, AskerTab)
        match act.what:
            case "ask":
                tab.say(almanac.KNOWN)
            case "ask slowly":
                tab.say(almanac.SLOW)
            case "ask unknown":
                tab.say(almanac.UNKNOWN_TO_ALL)
            case "ask what breaks":
                tab.say(almanac.BREAKS)
            case "ask again":
                tab.ask_again()
            case "begin script":
                tab.choose(BEGINS_SCRIPT)
            case "choose":
                tab.choose(self._dice.choice(CHOICES))
            case "want a person":
                tab.want_person()
            case "say it wants a person":
                tab.say("I want to talk to a person")
            case "say it did not help":
                tab.say("that did not help")
            case "helped":
                tab.judge(True)
            case "did not help":
                tab.judge(False)
            case _:
                super()._visit(tab, act)

    def _words(self) -> str:
        return almanac.KNOWN
