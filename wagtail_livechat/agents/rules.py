"""Decisions about agents: whose name is whose, who can take one more."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import sha256

LONGEST_ALIAS = 60
LONGEST_SKELETON = 120
MOST_MARKS = 3
"""So many marks on one letter are an accent or two; more of them hide the line above."""

# Letters of other scripts that look like Latin ones. Taken from the shapes themselves:
# Cyrillic and Greek small letters, after case folding.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d"
    "\u03b1\u03b5\u03b9\u03bf\u03c1\u03c4\u03c5\u03c7\u03ba\u03bd\u0131\u043a\u043c\u0442\u043d\u0432",
    "aeopcyxijshdqwaeioptuxkvikmthb",
)
# A capital I is a small l to the eye, and case is folded before anybody looks.
_DIGITS = str.maketrans("0135i|", "olesll")


# Letters to Unicode, and nothing to the eye: Hangul fillers, and a Braille cell without dots.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"


def clean_alias(alias: str) -> str:
    """An alias as it is stored and shown: one line of characters that can be seen.

    Controls, what turns the direction of writing, tags, and marks that pile up fall away.
    """
    one_line = " ".join(unicodedata.normalize("NFKC", alias).split())
    kept: list[str] = []
    marks = 0
    for character in one_line:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category[0] != "C" and character not in _BLANKS and marks <= MOST_MARKS:
            kept.append(character)
    return " ".join("".join(kept).split())


def skeleton(alias: str) -> str:
    """What an alias looks like: two names with one skeleton could be taken for each other.

    Case, accents, spaces, invisible characters, look-alike letters and digits fall away.
    One that is longer than its column ends in a fingerprint of itself.
    """
    folded = unicodedata.normalize("NFKD", alias).casefold()
    folded = unicodedata.normalize("NFKD", folded).translate(_LOOK_ALIKES).translate(_DIGITS)
    seen = "".join(c for c in folded if unicodedata.category(c)[0] in "LNS")
    if len(seen) <= LONGEST_SKELETON:
        return seen
    fingerprint = sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return seen[: LONGEST_SKELETON - len(fingerprint)] + fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What decides whether an agent can take one more conversation."""

    present: bool
    available: bool
    active: int
    capacity: int


def has_free_place(load: Load) -> bool:
    """Present, willing, and with fewer conversations than the agent can take."""
    return load.present and load.available and load.active < load.capacity
