"""Who asks the signpost in a seed, and what agents do about it: drawn with dice of their own.

Half of the seeds have it. What a seed drew before there was a signpost, it draws still.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.faults.visits_plan import Person

SEEDS_A_DEAL = 10
WITH_SIGNPOST = 5
"""Of so many seeds in a row, so many have it."""

HOST = "localhost"
"""The site of the bookshop that has a page where the signpost answers first."""

Asking = Literal[
    "ask",
    "ask slowly",
    "ask unknown",
    "ask what breaks",
    "ask again",
    "begin script",
    "choose",
    "want a person",
    "say it wants a person",
    "say it did not help",
    "helped",
    "did not help",
    "end",
    "read",
    "reload",
]
Stepping = Literal["give back", "step in"]

_ASKING: dict[Asking, float] = {
    "ask": 6,
    "ask slowly": 2,
    "ask unknown": 1,
    "ask what breaks": 0.3,
    "ask again": 0.5,
    "begin script": 1.5,
    "choose": 3,
    "want a person": 0.6,
    "say it wants a person": 0.4,
    "say it did not help": 0.4,
    "helped": 2,
    "did not help": 0.6,
    "end": 0.5,
    "read": 1,
}


@dataclass(frozen=True, slots=True)
class AskAct:
    """A visitor does something at ``at`` seconds."""

    at: float
    what: Asking


@dataclass(frozen=True, slots=True)
class StepAct:
    """An agent does something at ``at`` seconds."""

    at: float
    what: Stepping


@dataclass(frozen=True, slots=True)
class Asker:
    """A visitor on a page where the signpost answers first, with what happens in each tab."""

    name: str
    host: str
    tabs: tuple[tuple[AskAct, ...], ...]
    by_http: tuple[bool, ...]
    at_once: int
    is_agent: Literal[False] = False


@dataclass(frozen=True, slots=True)
class Relief:
    """How an agent takes over from the signpost.

    Who is ``hesitant`` picks up what was handed over only when it is time to step in.
    """

    name: str
    hesitant: bool
    acts: tuple[StepAct, ...]


@dataclass(frozen=True, slots=True)
class SignpostPlan:
    """The signpost of one seed."""

    askers: tuple[Asker, ...] = ()
    reliefs: tuple[Relief, ...] = ()


def draw(seed: int, people: Sequence[Person], lasts: float) -> SignpostPlan:
    """The same for the same seed; empty where there is no signpost."""
    if seed % SEEDS_A_DEAL not in _deal(seed // SEEDS_A_DEAL):
        return SignpostPlan()
    dice = random.Random(f"signpost {seed}")
    askers = tuple(_asker(number, dice, lasts) for number in range(1, dice.randint(2, 4) + 1))
    hesitant = dice.random() < 0.4
    reliefs = tuple(
        _relief(person.name, hesitant, dice, lasts)
        for person in people
        if person.is_agent and person.host == HOST
    )
    return SignpostPlan(askers, reliefs)


@cache
def _deal(number: int) -> frozenset[int]:
    """Which of ten seeds have the signpost."""
    return frozenset(
        random.Random(f"signposts {number}").sample(range(SEEDS_A_DEAL), WITH_SIGNPOST)
    )


def _moments(dice: random.Random, number: int, first: float, last: float) -> list[float]:
    return sorted(round(dice.uniform(first, last), 3) for _ in range(number))


def _asker(number: int, dice: random.Random, lasts: float) -> Asker:
    tabs = 2 if dice.random() < 0.25 else 1
    return Asker(
        name=f"asker{number}",
        host=HOST,
        tabs=tuple(_questions(dice, lasts) for _ in range(tabs)),
        by_http=tuple(dice.random() < 0.25 for _ in range(tabs)),
        at_once=dice.choice((1, 1, 5)),
    )


def _questions(dice: random.Random, lasts: float) -> tuple[AskAct, ...]:
    first: Asking = dice.choices(("ask", "begin script", "want a person"), (6, 2, 1))[0]
    acts = [AskAct(round(dice.uniform(0.0, 1.0), 3), first)]
    kinds, weights = list(_ASKING), list(_ASKING.values())
    for at in _moments(dice, dice.randint(10, 18), 0.5, lasts):
        acts.append(AskAct(at, dice.choices(kinds, weights)[0]))
    if dice.random() < 0.3:
        acts += [AskAct(at, "reload") for at in _moments(dice, 2, 1.0, lasts)]
    return tuple(sorted(acts, key=lambda act: act.at))


def _relief(name: str, hesitant: bool, dice: random.Random, lasts: float) -> Relief:
    acts = [
        StepAct(at, dice.choices(("give back", "step in"), (4, 1))[0])
        for at in _moments(dice, dice.randint(6, 12), 1.0, lasts)
    ]
    return Relief(name, hesitant, tuple(acts))
