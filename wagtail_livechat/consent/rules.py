"""Decisions about consent: what a choice says, how long it holds, and when to ask again.

The text of a choice is the same for everybody who refused the same version on the same
day: nothing in it could tell two of them apart.
"""

from __future__ import annotations

import calendar
import json
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

MONTHS: Final = 6
"""How long an answer holds, a yes as well as a no. Nobody is asked again before."""

MONTHS_OF_PROOF: Final = 24
"""How long a receipt is kept after it stopped being relied on."""

EXTERNAL: Final = 0
"""Stands for a version where the site's own consent tool asked."""

LONGEST: Final = 300


class Purpose(StrEnum):
    """What a visitor may agree to, each apart. Whatever is not here was not agreed to."""

    ASSISTANCE = "assistance"
    STATISTICS = "statistics"


class Interface(StrEnum):
    """Where an answer came from."""

    BANNER = "banner"
    SETTINGS = "settings"
    INDICATOR = "indicator"
    CHAT = "chat"
    SIGNAL = "signal"
    EXTERNAL = "external"


CAN_SAY_YES: Final = frozenset(
    {Interface.BANNER, Interface.SETTINGS, Interface.CHAT, Interface.EXTERNAL}
)
"""The others can only say no: a signal, and the button that stops being watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a visitor chose, as the browser keeps it. ``version``: what was answered.

    Only who agreed to something has a ``receipt``. ``returning`` and ``never`` (invite
    again) are all that is remembered beside the answer.
    """

    version: int
    assistance: bool
    statistics: bool
    day: date
    returning: bool = False
    never: bool = False
    receipt: uuid.UUID | None = None

    @property
    def is_yes(self) -> bool:
        """Whether anything was agreed to."""
        return self.assistance or self.statistics


_CHOICE = re.compile(
    r"1\.(0|[1-9][0-9]{0,17})\.([yn])([yn])\.([0-9]{8})\.(-|rq?|q)\.(-|[0-9a-f-]{36})"
)


def write_choice(choice: Choice) -> str:
    """A choice as text, without its signature."""
    flags = ("r" if choice.returning else "") + ("q" if choice.never else "")
    return ".".join(
        (
            "1",
            str(choice.version),
            _letter(choice.assistance) + _letter(choice.statistics),
            choice.day.strftime("%Y%m%d"),
            flags or "-",
            str(choice.receipt) if choice.receipt else "-",
        )
    )


def _letter(answer: bool) -> str:
    return "y" if answer else "n"


def read_choice(text: str) -> Choice | None:
    """The choice that a text says; ``None`` for anything but the one right spelling."""
    found = _CHOICE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    version, assistance, statistics, day, flags, receipt = found.groups()
    try:
        choice = Choice(
            version=int(version),
            assistance=assistance == "y",
            statistics=statistics == "y",
            day=date(int(day[:4]), int(day[4:6]), int(day[6:])),
            returning="r" in flags,
            never="q" in flags,
            receipt=None if receipt == "-" else uuid.UUID(receipt),
        )
    except ValueError:
        return None
    # A yes has its proof, and a no has nothing that could be recognised.
    if choice.is_yes != (choice.receipt is not None) or write_choice(choice) != text:
        return None
    return choice


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day(answered: date) -> date:
    """The last day on which an answer of ``answered`` holds."""
    return months_later(answered, MONTHS)


@lru_cache(maxsize=1_024)
def has_lapsed(answered: date, today: date) -> bool:
    """Whether an answer is too old. One from the future is none of ours."""
    return today > last_day(answered) or answered > today + timedelta(days=1)


def seconds_left(choice: Choice, now: datetime) -> int:
    """How long a browser shall keep the choice: to the end of its last day, never longer."""
    end = datetime.combine(last_day(choice.day) + timedelta(days=1), time(), UTC)
    return max(0, int((end - now).total_seconds()))


def given_before(today: date) -> datetime:
    """Answers given before this moment have lapsed on ``today``."""
    # Answers fall due month by month: the newest day that is over.
    day = months_later(today, -MONTHS) + timedelta(days=3)
    while not has_lapsed(day, today):
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def proved_before(now: datetime) -> datetime:
    """Receipts that ended before this moment need not be kept any longer."""
    return datetime.combine(months_later(now.date(), -MONTHS_OF_PROOF), now.timetz())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the browser says for its user, before any question: Global Privacy Control,
    Do Not Track."""

    gpc: bool = False
    dnt: bool = False

    def __bool__(self) -> bool:
        return self.gpc or self.dnt


class Standing(StrEnum):
    """Where a visitor stands when a page opens."""

    UNASKED = "unasked"
    REFUSED_BY_SIGNAL = "refused_by_signal"
    ANSWERED = "answered"


def standing(
    choice: Choice | None, signals: Signals, holding: Collection[int], today: date
) -> Standing:
    """Whether to ask. A signal is a refusal as long as the visitor has not answered.

    ``holding``: the versions whose answers need no new question.
    """
    if choice is not None and choice.version in holding and not has_lapsed(choice.day, today):
        return Standing.ANSWERED
    return Standing.REFUSED_BY_SIGNAL if signals else Standing.UNASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The place of a version among those of its banner."""

    number: int
    major: int


def next_numbers(
    previous: Numbers | None,
    *,
    says_minor: bool,
    purposes: Collection[str],
    previous_purposes: Collection[str] = (),
) -> Numbers:
    """The place of the version after ``previous``.

    An editor may call a change minor; one that asks for something new never is.
    """
    if previous is None:
        return Numbers(number=1, major=1)
    minor = says_minor and set(purposes) <= set(previous_purposes)
    return Numbers(number=previous.number + 1, major=previous.major + (0 if minor else 1))


def hash_of(*, language: str, purposes: Collection[str], texts: Mapping[str, Any]) -> str:
    """The name of a version by its content: equal for equal content, and for no other."""
    content = {"language": language, "purposes": sorted(purposes), "texts": texts}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def holds_for(
    purpose: Purpose,
    *,
    agreed: bool,
    answered_major: int,
    newest_major: int | None,
    newest_purposes: Collection[str],
    is_live: bool,
) -> bool:
    """Whether a yes to a version still counts: the banner stands, asks for this, and its
    meaning has not changed since."""
    return (
        agreed and is_live and newest_major == answered_major and purpose.value in newest_purposes
    )
