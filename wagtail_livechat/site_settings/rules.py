"""Decisions about a site's settings: readable colours, and what a page inherits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the chat is offered, and the page that said so (``None``: the site)."""

    enabled: bool
    origin: str | None = None


def decide(
    path: str, policies: Mapping[str, bool], *, site_enabled: bool, step: int = 4
) -> Decision:
    """What holds for the page at ``path``: the nearest page upwards that has a say.

    A site that is switched off is off everywhere. A path is a tree path of ``step``
    characters for each level.
    """
    if not site_enabled:
        return Decision(enabled=False)
    if policies:
        for length in range(len(path), 0, -step):
            said = policies.get(path[:length])
            if said is not None:
                return Decision(enabled=said, origin=path[:length])
    return Decision(enabled=True)
