"""Placeholders in a canned reply: a closed set, filled by plain substitution.

``{{page.title}}`` stands for the title of the page that the visitor shows;
``{{visitor.name|there}}`` says what to write where there is nothing to fill in. No template
engine ever sees stored text, and what was filled in is never read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wagtail_livechat.protocol.canned import Placeholder

MOST_FALLBACK: Final = 60

_MARK: Final = re.compile(r"(?<!\{)\{\{([^{}\n]{0,120})\}\}(?!\})")
_NAMES: Final = frozenset(each.value for each in Placeholder)
_BRACES: Final = re.compile(r"\{{2,}|\}{2,}")

Facts = Mapping[Placeholder, str]
"""What is known now; what is not known is not there, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with what could be filled in. What could not be still stands in it."""

    text: str
    missing: tuple[Placeholder, ...]


def _parts(inside: str) -> tuple[str, str]:
    name, _bar, fallback = inside.partition("|")
    return name.strip(), fallback.strip()


def unknown_in(text: str) -> list[str]:
    """What looks like a placeholder and is none, as it is written; in order, each once.

    A brace that has no partner counts: it would reach a visitor as it is.
    """
    found: dict[str, None] = {}
    for match in _MARK.finditer(text):
        name, fallback = _parts(match.group(1))
        if name not in _NAMES or len(fallback) > MOST_FALLBACK:
            found[match.group(0)] = None
    for match in _BRACES.finditer(_MARK.sub("", text)):
        found[match.group(0)] = None
    return list(found)


def used_in(text: str) -> list[Placeholder]:
    """The placeholders of a text, in order, each once."""
    names = (_parts(match.group(1))[0] for match in _MARK.finditer(text))
    return list(dict.fromkeys(Placeholder(name) for name in names if name in _NAMES))


def fill(text: str, facts: Facts) -> Filled:
    """Put in what is known, else what the placeholder itself says to put there.

    One pass: a name that looks like a placeholder stays a name.
    """
    missing: dict[Placeholder, None] = {}

    def put(match: re.Match[str]) -> str:
        name, fallback = _parts(match.group(1))
        if name not in _NAMES:
            return match.group(0)
        placeholder = Placeholder(name)
        value = _inert(facts.get(placeholder, "")) or fallback
        if not value:
            missing[placeholder] = None
            return match.group(0)
        return value

    return Filled(text=_MARK.sub(put, text), missing=tuple(missing))


def unfilled_in(text: str) -> list[Placeholder]:
    """What still has to be filled in before a text may be sent; in order, each once."""
    return used_in(text) if "{{" in text else []


def _inert(value: str) -> str:
    """One line, and no pair of braces: what is filled in fills nothing in."""
    return _BRACES.sub(lambda match: match.group(0)[0], " ".join(value.split()))
