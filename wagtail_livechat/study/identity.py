"""Knowing a group again: what was found now, beside what was found before.

A group is its words. One that somebody has dealt with takes up all that is found again and
is about the same, so that it stays dealt with; any other is one group found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .grouping import Bag, likeness

SAME: Final = 0.6
"""So alike in their words, two groups are the same one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A group of before."""

    pk: int
    keywords: Bag
    is_dealt_with: bool


def recognise(found: Sequence[Bag], known: Sequence[Known]) -> Mapping[int, int]:
    """Which of the groups found (by their place) is which known one; the others are new."""
    pairs = sorted(
        (-likeness(keywords, one.keywords), one.pk, place)
        for place, keywords in enumerate(found)
        for one in known
        if likeness(keywords, one.keywords) >= SAME
    )
    takes_many = {one.pk for one in known if one.is_dealt_with}
    recognised: dict[int, int] = {}
    taken: set[int] = set()
    for _unlike, pk, place in pairs:
        if place in recognised or (pk in taken and pk not in takes_many):
            continue
        recognised[place] = pk
        taken.add(pk)
    return recognised
