"""Decisions about messages and conversations; no database, and the time is an argument."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

EXCERPT_LENGTH = 140
IDLE_AFTER = timedelta(hours=1)
"""So long after the last word, what the signpost holds is over."""

# What no keyboard writes into a message: C0 and C1 controls but for tab and line feed.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_MANY_LINES = re.compile("\n{4,}")
# The last two points of each plane, and a row in the middle of the first one.
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000))
    + "]"
)


def normalise(text: str) -> str:
    """One spelling for what was meant: NFC, line feeds, no controls, no outer blanks.

    Non-characters become the replacement character; bidirectional controls stay, since
    a message is always shown isolated from what surrounds it.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _NONCHARACTERS.sub("\ufffd", text))
    return _MANY_LINES.sub("\n\n\n", text).strip()


def excerpt(text: str) -> str:
    """One line of a message for a list."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_LENGTH else line[: EXCERPT_LENGTH - 1] + "…"


def label(visitor_id: int) -> str:
    """How staff call a visitor whom they do not know: short, neutral, the same each time."""
    # Multiplying by an odd constant spreads neighbours; it hides nothing and need not.
    return f"{(visitor_id * 40_503) & 0xFFFF:04x}"


def may_be_rated(*, state: str, agent_id: int | None) -> bool:
    """Whether a visitor may say if a conversation helped: at its end, of what a person did."""
    return state == "closed" and agent_id is not None


def may_reply(*, state: str, agent_id: int | None, profile_id: int) -> bool:
    """An agent replies in a conversation of one's own, or takes one that no colleague has."""
    return state in ("signpost", "waiting") or (state == "active" and agent_id == profile_id)
