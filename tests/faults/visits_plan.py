"""Who agrees to be watched in a seed, and who watches: drawn with dice of their own.

What a seed drew before there were visits, it draws still.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

VisitorAct = Literal[
    "agree", "refuse", "withdraw", "view", "turn away", "turn back", "show", "reload", "forget"
]
WatcherAct = Literal["look", "look away", "follow", "let go", "invite", "search", "die"]


@dataclass(frozen=True, slots=True)
class VisitAct:
    """A visitor does something at ``at`` seconds; ``tab`` says in which tab."""

    at: float
    what: VisitorAct
    tab: int = 0


@dataclass(frozen=True, slots=True)
class WatchAct:
    """An agent does something at ``at`` seconds."""

    at: float
    what: WatcherAct


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is asked whether the team may see the pages.

    Who also chats has the name, and the browser, of the visitor who does.
    """

    name: str
    host: str
    chats: bool
    by_http: tuple[bool, ...]
    acts: tuple[VisitAct, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """What an agent does besides answering."""

    name: str
    acts: tuple[WatchAct, ...]


@dataclass(frozen=True, slots=True)
class VisitsPlan:
    """The visits of one seed."""

    guests: tuple[Guest, ...] = ()
    shifts: tuple[Shift, ...] = ()


class Person(Protocol):
    """Somebody of the plan, as far as it matters here."""

    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def is_agent(self) -> bool: ...


def draw(seed: int, people: Sequence[Person], lasts: float) -> VisitsPlan:
    """The same for the same seed."""
    dice = random.Random(f"visits {seed}")
    agents = [person for person in people if person.is_agent]
    hosts = sorted({person.host for person in agents})
    guests = [
        _guest(f"guest{number}", hosts[0] if dice.random() < 0.3 else hosts[-1], dice, lasts)
        for number in range(1, dice.randint(2, 3) + 1)
    ]
    for person in people:
        if not person.is_agent and dice.random() < 0.3:
            guests.append(_guest(person.name, person.host, dice, lasts, chats=True))
    return VisitsPlan(tuple(guests), tuple(_shift(person.name, dice, lasts) for person in agents))


def _moments(dice: random.Random, number: int, first: float, last: float) -> list[float]:
    return sorted(round(dice.uniform(first, last), 3) for _ in range(number))


def _guest(
    name: str, host: str, dice: random.Random, lasts: float, *, chats: bool = False
) -> Guest:
    tabs = 2 if dice.random() < 0.3 else 1
    asked = round(dice.uniform(0.0, 1.5), 3)
    acts = [VisitAct(asked, "refuse" if dice.random() < 0.15 else "agree")]
    for at in _moments(dice, dice.randint(6, 11), asked, lasts):
        what: VisitorAct = dice.choices(
            ("view", "turn away", "turn back", "show", "reload"), (8, 1, 1, 1, 1)
        )[0]
        acts.append(VisitAct(at, what, dice.randrange(tabs)))
    at = asked
    while dice.random() < 0.6 and at < lasts - 1.0:
        at = round(dice.uniform(at + 0.8, lasts), 3)
        acts.append(VisitAct(at, "withdraw"))
        if dice.random() < 0.6 and at < lasts - 0.5:
            at = round(dice.uniform(at + 0.2, lasts), 3)
            acts.append(VisitAct(at, "agree"))
    if not chats and dice.random() < 0.4:
        acts.append(VisitAct(round(dice.uniform(lasts / 2, lasts), 3), "forget"))
    return Guest(
        name=name,
        host=host,
        chats=chats,
        by_http=tuple(dice.random() < 0.3 for _ in range(tabs)),
        acts=tuple(sorted(acts, key=lambda act: act.at)),
    )


def _shift(name: str, dice: random.Random, lasts: float) -> Shift:
    acts = [WatchAct(at, "look") for at in _moments(dice, 1, 0.0, 1.5)]
    for at in _moments(dice, dice.randint(6, 12), 1.0, lasts):
        what: WatcherAct = dice.choices(
            ("follow", "let go", "invite", "search", "look away"), (4, 1, 3, 1, 1)
        )[0]
        acts.append(WatchAct(at, what))
        if what == "look away":
            acts.append(WatchAct(round(at + dice.uniform(0.2, 1.5), 3), "look"))
    if dice.random() < 0.25:
        acts.append(WatchAct(round(dice.uniform(2.0, lasts), 3), "die"))
    return Shift(name, tuple(sorted(acts, key=lambda act: act.at)))
