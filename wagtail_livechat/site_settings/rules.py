"""Decisions about a site's settings: readable colours, and what a page inherits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

V = TypeVar("V")

WHITE: Final = "#ffffff"
INK: Final = "#1a1a1a"
READABLE: Final = 4.5
"""The least contrast of text, as WCAG 2.2 asks for (1.4.3)."""

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def normalise_colour(text: str) -> str | None:
    """``#0A5`` and ``00aa55`` as ``#00aa55``; ``None`` for what is not a colour."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1].lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two normalised colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_colour_on(accent: str) -> str | None:
    """White or dark, whichever can be read on ``accent``; ``None`` if neither can."""
    best = max((WHITE, INK), key=lambda colour: contrast(accent, colour))
    return best if contrast(accent, best) >= READABLE else None


def nearest_readable(accent: str) -> str:
    """The closest shade of ``accent`` on which text can be read."""
    channels = _channels(accent)
    for step in range(256):
        for direction in (-1, 1):
            shade = "#" + "".join(
                f"{min(255, max(0, channel + direction * step)):02x}" for channel in channels
            )
            if text_colour_on(shade):
                return shade
    raise AssertionError("White is readable.")  # pragma: no cover


# What a page and its subtree inherit.

REACTIVE: Final = "reactive"
PROACTIVE: Final = "proactive"
STEP: Final = 4
"""A path in the tree of pages has so many characters for each level."""


class Signpost(StrEnum):
    """When the signpost answers first."""

    ALWAYS = "always"
    ABSENT = "absent"
    """Only when nobody is there to answer."""
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one page says itself; ``None`` where it inherits."""

    enabled: bool | None = None
    mode: str | None = None
    triggers_allowed: bool | None = None
    never_track: bool | None = None
    signpost: Signpost | None = None

    @property
    def is_silent(self) -> bool:
        """Whether the page inherits everything."""
        return self == Word()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the chat is offered, and the page that said so (``None``: the site)."""

    enabled: bool
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled(Generic[V]):
    """What holds, and the path of the page that said so (``None``: the site).

    ``capped``: the site forbids it, whatever a page may say.
    """

    value: V
    origin: str | None = None
    capped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What holds on one page, aspect by aspect, each with its origin."""

    enabled: Ruled[bool]
    mode: Ruled[str]
    triggers_allowed: Ruled[bool]
    never_track: Ruled[bool]
    signpost: Ruled[Signpost]

    @property
    def may_watch(self) -> bool:
        """Whether a visitor who agreed may be watched here, as far as the page goes."""
        return self.enabled.value and self.mode.value == PROACTIVE and not self.never_track.value

    @property
    def may_trigger(self) -> bool:
        """Whether a trigger may invite here, as far as the page goes."""
        return self.enabled.value and self.mode.value == PROACTIVE and self.triggers_allowed.value


def _nearest(
    path: str, words: Mapping[str, Word], aspect: Callable[[Word], V | None]
) -> tuple[V, str] | None:
    """What the nearest page upwards that has a say says, and where it is."""
    if words:
        for length in range(len(path), 0, -STEP):
            word = words.get(path[:length])
            said = None if word is None else aspect(word)
            if said is not None:
                return said, path[:length]
    return None


def _ruled(found: tuple[V, str] | None, default: V) -> Ruled[V]:
    if found is None:
        return Ruled(value=default)
    return Ruled(value=found[0], origin=found[1])


def decide(path: str, words: Mapping[str, Word], *, site_enabled: bool) -> Decision:
    """Whether the chat is offered on the page at ``path``.

    A site that is switched off is off everywhere.
    """
    if not site_enabled:
        return Decision(enabled=False)
    found = _nearest(path, words, lambda word: word.enabled)
    return Decision(enabled=True) if found is None else Decision(enabled=found[0], origin=found[1])


def rule(
    path: str,
    words: Mapping[str, Word],
    *,
    site_enabled: bool,
    site_mode: str,
    child_directed: bool,
    signpost: Signpost = Signpost.NEVER,
) -> PageRules:
    """What holds for the page at ``path``: for each aspect, the nearest word upwards.

    The site caps what pages say. Where it is off, all of it is; without live assistance,
    or on a site for children, nobody is watched and nothing invites. A page below one that
    is never watched may say otherwise again: the nearest word wins there too. ``signpost`` is
    what the site says in the page's language; it watches nobody, so no site caps it.
    """
    enabled = decide(path, words, site_enabled=site_enabled)
    capped = child_directed or site_mode != PROACTIVE
    return PageRules(
        enabled=Ruled(value=enabled.enabled, origin=enabled.origin, capped=not site_enabled),
        mode=Ruled(value=REACTIVE, capped=True)
        if capped
        else _ruled(_nearest(path, words, lambda word: word.mode), PROACTIVE),
        triggers_allowed=Ruled(value=False, capped=True)
        if capped
        else _ruled(_nearest(path, words, lambda word: word.triggers_allowed), True),
        never_track=Ruled(value=True, capped=True)
        if child_directed
        else _ruled(_nearest(path, words, lambda word: word.never_track), False),
        signpost=_ruled(_nearest(path, words, lambda word: word.signpost), signpost),
    )


# When a visitor seems stuck.


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One reason to seem stuck: whether it counts, and from which number on."""

    on: bool
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLimits:
    """When a visitor of a site seems stuck; the defaults are those of a site without a row.

    Times are in seconds. ``funnel_models`` and ``form_models`` are names such as
    ``shop.basketpage``, in lower case.
    """

    score: int = 2
    back_and_forth: Limit = Limit(on=True, least=3)
    sibling_loop: Limit = Limit(on=True, least=2)
    not_found_search: Limit = Limit(on=True, least=60)
    empty_search: Limit = Limit(on=True, least=1)
    form_left: Limit = Limit(on=True, least=30)
    order_dwell: Limit = Limit(on=True, least=90)
    same_page: Limit = Limit(on=True, least=3)
    funnel_models: frozenset[str] = frozenset()
    form_models: frozenset[str] = frozenset()


def model_names(text: str) -> frozenset[str]:
    """The names of page types that an editor wrote, one after the other with commas."""
    return frozenset(name.lower() for part in text.split(",") if (name := part.strip()))
