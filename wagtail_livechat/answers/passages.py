"""A page's text in pieces that a visitor can read at a glance. No Django."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

SHORT: Final = 110
LONG: Final = 280
MOST_TEXT: Final = 200_000
"""What is read of one page; a longer one is cut."""

_SPACES: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?…؟])\s+")
_CLOSED: Final = (".", "!", "?", "…", ":", ";", ",", "؟", "»", "”")


def one_line(text: str) -> str:
    """A text without line breaks and control characters."""
    return _SPACES.sub(" ", text).strip()


def passages_of(texts: Iterable[str]) -> list[str]:
    """The texts of a page, in their order, as passages: short ones joined, long ones cut at
    the end of a sentence."""
    passages: list[str] = []
    held = ""
    for piece in _pieces(texts):
        joined = _join(held, piece)
        if held and (len(joined) > LONG or len(held) >= SHORT):
            passages.append(held)
            held = piece
        else:
            held = joined
    if held:
        passages.append(held)
    return passages


def _join(one: str, other: str) -> str:
    if not one:
        return other
    return f"{one} {other}" if one.endswith(_CLOSED) else f"{one} · {other}"


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    left = MOST_TEXT
    for text in texts:
        if left <= 0:
            return
        line = one_line(text[:left])
        left -= len(text)
        for sentence in _SENTENCE_ENDS.split(line):
            yield from _cut(sentence)


def _cut(sentence: str) -> Iterator[str]:
    """A sentence that is too long, between words."""
    while len(sentence) > LONG:
        at = sentence.rfind(" ", SHORT, LONG)
        at = at if at > 0 else LONG
        yield sentence[:at].strip()
        sentence = sentence[at:].strip()
    if sentence:
        yield sentence
