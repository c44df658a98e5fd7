"""How often the product is right about who is stuck, beside what is simply counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from . import generated, handwritten
from .journey import Journey

JOURNEYS: Final = (*handwritten.STUCK, *handwritten.FINE, *generated.generated())

LITTLE_TIME: Final = timedelta(minutes=5)
COUNTS: Final = range(2, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Right and wrong, counted."""

    found: int
    missed: int
    wrong: int
    rightly_left: int

    @property
    def precision(self) -> float:
        """Of those who are called stuck, the share who are."""
        return self.found / max(self.found + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Of those who are stuck, the share who are found."""
        return self.found / max(self.found + self.missed, 1)

    @property
    def f1(self) -> float:
        """Both in one number."""
        return 2 * self.found / max(2 * self.found + self.wrong + self.missed, 1)


def accuracy(says_stuck: Callable[[Journey], bool], journeys: Iterable[Journey]) -> Accuracy:
    """How a judgement does on labelled journeys."""
    said = [(one.is_stuck, says_stuck(one)) for one in journeys]
    return Accuracy(
        found=said.count((True, True)),
        missed=said.count((True, False)),
        wrong=said.count((False, True)),
        rightly_left=said.count((False, False)),
    )


def ours(one: Journey) -> bool:
    """What the product says."""
    return one.assessed().stuck


def naive(many_pages: int) -> Callable[[Journey], bool]:
    """More than so many pages in the last minutes: what needs no understanding of a site."""

    def says_stuck(one: Journey) -> bool:
        shown, ago = 0, timedelta(0)
        for stay in reversed(one.stays):
            ago += timedelta(seconds=stay.seconds)
            shown += 1
            if ago >= LITTLE_TIME:
                break
        return shown > many_pages

    return says_stuck


def best_naive(journeys: Iterable[Journey]) -> Accuracy:
    """The naive count with the number of pages that suits it best on these journeys."""
    listed = list(journeys)
    return max((accuracy(naive(many), listed) for many in COUNTS), key=lambda one: one.f1)
