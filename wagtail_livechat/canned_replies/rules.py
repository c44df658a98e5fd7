"""Decisions about canned replies; no database, and the day is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

MOST_SHORTCUT: Final = 30

_SHORTCUT: Final = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """For whom a reply is there, and when: what an agent must match to be offered it."""

    site_id: int | None = None
    owner_id: int | None = None
    group_id: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who looks for a reply: in a conversation of which site, and on which day."""

    site_id: int
    user_id: int
    group_ids: frozenset[int]
    today: date


def is_in_period(valid_from: date | None, valid_until: date | None, today: date) -> bool:
    """Whether the day is within the period, its first and last day included."""
    return (valid_from is None or valid_from <= today) and (
        valid_until is None or today <= valid_until
    )


def is_offered(reach: Reach, asking: Asking) -> bool:
    """Whether this agent is offered the reply there and then.

    A personal reply is its owner's alone, whoever else may do what.
    """
    if reach.site_id is not None and reach.site_id != asking.site_id:
        return False
    if reach.owner_id is not None and reach.owner_id != asking.user_id:
        return False
    if reach.group_id is not None and reach.group_id not in asking.group_ids:
        return False
    return is_in_period(reach.valid_from, reach.valid_until, asking.today)


def is_shortcut(text: str) -> bool:
    """Letters and digits of any script, with single hyphens between: typed in one go."""
    return len(text) <= MOST_SHORTCUT and _SHORTCUT.fullmatch(text) is not None


def tag_list(names: Iterable[str]) -> list[str]:
    """Tags as they are kept: one line each, none twice whatever its capitals."""
    found: dict[str, str] = {}
    for name in names:
        line = " ".join(name.split())[:100]
        if line:
            found.setdefault(line.casefold(), line)
    return list(found.values())
