"""A journey as it is written down, and as it is assessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from wagtail_livechat.protocol.values import PageKind, StuckReason
from wagtail_livechat.site_settings.rules import StuckLimits
from wagtail_livechat.visitors.stuck import Assessment, Step, assess

from .shop import PAGES, PLACES

BEGAN: Final = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LIMITS: Final = StuckLimits()

# A page by its key, `404`, `search(results)` or `other`; then the seconds on it, and after
# `~` how many of these the visitor was away.
_STAY = re.compile(
    r"(?:(?P<missing>404)|search\((?P<results>\d+)\)|(?P<other>other)|(?P<key>[\w-]+))"
    r":(?P<seconds>\d+)(?:~(?P<away>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Stay:
    """So many seconds on a page; the last ``away`` of them turned to something else."""

    kind: PageKind
    seconds: float
    key: str = ""
    results: int | None = None
    away: float = 0.0


def stays(text: str) -> list[Stay]:
    """``home:5 search(0):8 404:3 contact:300~280`` as stays."""
    found = []
    for word in text.split():
        match = _STAY.fullmatch(word)
        if match is None:
            raise ValueError(word)
        seconds, away = float(match["seconds"]), float(match["away"] or 0)
        if match["missing"]:
            found.append(Stay(PageKind.NOT_FOUND, seconds, away=away))
        elif match["results"]:
            found.append(Stay(PageKind.SEARCH, seconds, results=int(match["results"]), away=away))
        elif match["other"]:
            found.append(Stay(PageKind.OTHER, seconds, away=away))
        else:
            found.append(Stay(PageKind.PAGE, seconds, match["key"], away=away))
            assert match["key"] in PAGES, match["key"]
    return found


@dataclass(frozen=True, slots=True)
class Journey:
    """What a visitor did until now, and why one would offer help (nothing: one would not)."""

    name: str
    stays: list[Stay]
    expected: frozenset[StuckReason] = frozenset()

    @property
    def is_stuck(self) -> bool:
        return bool(self.expected)

    @property
    def lasted(self) -> timedelta:
        return timedelta(seconds=sum(stay.seconds for stay in self.stays))

    def assessed(self, limits: StuckLimits = LIMITS) -> Assessment:
        """What the product says at the end of it."""
        steps = []
        at = BEGAN
        for number, stay in enumerate(self.stays, start=1):
            is_last = number == len(self.stays)
            steps.append(
                Step(
                    kind=stay.kind,
                    at=at,
                    page_id=PAGES[stay.key].page_id if stay.key else None,
                    results=stay.results,
                    away=timedelta(seconds=0 if is_last else stay.away),
                )
            )
            at += timedelta(seconds=stay.seconds)
        away = self.stays[-1].away
        return assess(
            steps,
            PLACES,
            limits,
            at,
            idle_since=at - timedelta(seconds=away) if away else None,
        )


def journey(name: str, text: str, *expected: StuckReason) -> Journey:
    """One that is written by hand."""
    return Journey(name, stays(text), frozenset(expected))
