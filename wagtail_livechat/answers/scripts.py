"""A script: steps, what is wrong with them, and where an answer leads. No Django.

A script is walked, not run: :func:`begin` and :func:`reply` say what is said next and where
the visitor then stands (:class:`Place`); nothing is remembered here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from .words import words_in

MOST_STEPS: Final = 50
TRIES_BEFORE_SKIP: Final = 2
SKIP: Final = "skip"
LONGEST_EMAIL: Final = 254

_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class Kind(StrEnum):
    """What a step does."""

    SAY = "say"
    ASK = "ask"
    EMAIL = "email"
    PAGE = "page"
    HAND_OVER = "hand_over"


class Wrong(StrEnum):
    """What may be wrong with a script."""

    NO_STEPS = "no_steps"
    SAME_NAME = "same_name"
    NO_SUCH_STEP = "no_such_step"
    LOOP = "loop"
    NEVER_REACHED = "never_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. ``choices`` are labels with the names of the steps that they lead to."""

    name: str
    kind: Kind
    text: str = ""
    next: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    page_id: int | None = None

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The names of the steps that may follow."""
        if self.kind is Kind.ASK:
            return tuple(name for _label, name in self.choices)
        return (self.next,) if self.next and self.kind is not Kind.HAND_OVER else ()

    @property
    def waits(self) -> bool:
        """Whether it is the visitor's turn after it."""
        return self.kind in (Kind.ASK, Kind.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong, and the steps that it is about, by name."""

    wrong: Wrong
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """Steps, in the order in which they were written."""

    steps: Sequence[Step]

    @cached_property
    def by_name(self) -> Mapping[str, Step]:
        """The steps; of two with the same name, the first."""
        found: dict[str, Step] = {}
        for step in self.steps:
            found.setdefault(step.name, step)
        return found


# The check.


def problems(script: Script) -> list[Problem]:
    """What is wrong with a script: every problem, each with the steps by name."""
    if not script.steps:
        return [Problem(wrong=Wrong.NO_STEPS)]
    return [*_same_names(script), *_no_such_steps(script), *_loops(script), *_unreached(script)]


def _same_names(script: Script) -> Iterator[Problem]:
    names = [step.name for step in script.steps]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(wrong=Wrong.SAME_NAME, steps=(name,))


def _no_such_steps(script: Script) -> Iterator[Problem]:
    for step in script.steps:
        for name in dict.fromkeys(step.leads_to):
            if name not in script.by_name:
                yield Problem(wrong=Wrong.NO_SUCH_STEP, steps=(step.name, name))


def _loops(script: Script) -> Iterator[Problem]:
    """Each loop once, from the step of it that is written first."""
    seen: set[frozenset[str]] = set()
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> Iterator[Problem]:
        if name in trail:
            loop = trail[trail.index(name) :]
            if frozenset(loop) not in seen:
                seen.add(frozenset(loop))
                yield Problem(wrong=Wrong.LOOP, steps=(*loop, name))
            return
        step = script.by_name.get(name)
        if step is None or name in done:
            return
        for following in dict.fromkeys(step.leads_to):
            yield from walk(following, [*trail, name])
        done.add(name)

    for step in script.steps:
        yield from walk(step.name, [])


def _unreached(script: Script) -> Iterator[Problem]:
    reached: set[str] = set()
    ahead = [script.steps[0].name]
    while ahead:
        name = ahead.pop()
        step = script.by_name.get(name)
        if step is None or name in reached:
            continue
        reached.add(name)
        ahead.extend(step.leads_to)
    never = tuple(name for name in script.by_name if name not in reached)
    if never:
        yield Problem(wrong=Wrong.NEVER_REACHED, steps=never)


# The walk.


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a visitor stands in a script: before which step, and after how many wrong tries."""

    step: str
    tries: int = 0

    def stored(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"step": self.step, "tries": self.tries}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Place | None:
        """What :meth:`stored` gave; ``None`` for anything else."""
        step, tries = stored.get("step"), stored.get("tries", 0)
        if not isinstance(step, str) or type(tries) is not int:
            return None
        return cls(step=step, tries=max(0, min(tries, 100)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is said next. ``choices`` are keys with labels; ``place`` is ``None`` at the end."""

    texts: tuple[str, ...] = ()
    page_ids: tuple[int, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    asks_email: bool = False
    was_wrong: bool = False
    may_skip: bool = False
    hands_over: bool = False
    email: str | None = None
    place: Place | None = None


def begin(script: Script) -> Turn:
    """The first words of a script."""
    return _from(script, script.steps[0].name if script.steps else "")


def reply(script: Script, place: Place, *, text: str, choice: str | None = None) -> Turn | None:
    """What follows on a visitor's words; ``None`` if they are not about this step.

    A wrong e-mail address keeps the step; after two, going on without is offered as well.
    """
    step = script.by_name.get(place.step)
    if step is None or not step.waits:
        return None
    if step.kind is Kind.EMAIL:
        return _reply_to_email(script, step, place, text, choice)
    for key, label, name in _keys(step):
        if choice == key or (choice is None and _same(label, text)):
            return _from(script, name)
    return None


def again(script: Script, place: Place) -> Turn | None:
    """The step once more, after words that had nothing to do with it; but only once."""
    step = script.by_name.get(place.step)
    if step is None or not step.waits or place.tries:
        return None
    turn = _from(script, step.name)
    return replace(turn, was_wrong=True, place=Place(step=step.name, tries=1))


def _reply_to_email(
    script: Script, step: Step, place: Place, text: str, choice: str | None
) -> Turn:
    if choice == SKIP and place.tries >= TRIES_BEFORE_SKIP:
        return _from(script, step.next)
    email = text.strip().strip("<>.,;")
    if is_email(email):
        return replace(_from(script, step.next), email=email)
    tries = place.tries + 1
    return Turn(
        asks_email=True,
        was_wrong=True,
        may_skip=tries >= TRIES_BEFORE_SKIP,
        place=Place(step=step.name, tries=tries),
    )


def is_email(text: str) -> bool:
    """Whether this looks like one address of somebody."""
    return len(text) <= LONGEST_EMAIL and bool(_EMAIL.fullmatch(text)) and ".." not in text


def _keys(step: Step) -> Iterator[tuple[str, str, str]]:
    for number, (label, name) in enumerate(step.choices, 1):
        yield str(number), label, name


def _same(label: str, text: str) -> bool:
    return bool(words_in(label)) and words_in(label) == words_in(text)


def _from(script: Script, name: str) -> Turn:
    """All that is said from a step on, until it is the visitor's turn or the end."""
    texts: list[str] = []
    pages: list[int] = []
    passed: set[str] = set()
    # A loop is refused when a script is published; one that got in all the same ends here.
    while name in script.by_name and name not in passed:
        passed.add(name)
        step = script.by_name[name]
        if step.text:
            texts.append(step.text)
        if step.page_id is not None:
            pages.append(step.page_id)
        turn = Turn(texts=tuple(texts), page_ids=tuple(pages))
        if step.kind is Kind.HAND_OVER:
            return replace(turn, hands_over=True)
        if step.kind is Kind.ASK:
            choices = tuple((key, label) for key, label, _name in _keys(step))
            return replace(turn, choices=choices, place=Place(step=step.name))
        if step.kind is Kind.EMAIL:
            return replace(turn, asks_email=True, place=Place(step=step.name))
        name = step.next
    return Turn(texts=tuple(texts), page_ids=tuple(pages))
