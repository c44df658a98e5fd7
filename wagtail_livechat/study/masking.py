"""Taking out of a text what says who wrote it, before anybody else reads it.

Rather too much than too little: a price of five digits goes as well. What remains is not
anonymous for certain (somebody may tell a story that only one person can tell); so excerpts
are shown only where several people say the same, and go with their conversation.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MASK: Final = "•••"
LONGEST_EXCERPT: Final = 240
LONGEST_READ: Final = 4_000

# Nothing to see, and good for hiding an address from a rule: formats such as a zero-width space.
_INVISIBLE: Final = "Cf"

_AT: Final = r"\s{0,2}(?:@|[(\[{<]\s?(?:at|arobase|arrobase|a|chez)\s?[)\]}>])\s{0,2}"
_WORDY_AT: Final = r"\s{1,2}(?:at|arobase|arrobase)\s{1,2}"
_DOT: Final = r"(?:\.|\s{0,2}[(\[{]\s?(?:dot|point|pt)\s?[)\]}]\s{0,2}|\s{1,2}(?:dot|point)\s{1,2})"
_LABEL: Final = r"[^\W_](?:[\w-]{0,62}[^\W_])?"
_HOST: Final = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,6}}"
_LOCAL: Final = rf"[\w.+%'’-]{{1,64}}(?:{_DOT}[\w+%'’-]{{1,64}}){{0,3}}"
EMAIL: Final = re.compile(rf"{_LOCAL}(?:{_AT}|{_WORDY_AT}){_HOST}", re.IGNORECASE)
HANDLE: Final = re.compile(r"(?<!\w)@[\w.]{2,40}")

LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.)\S{1,2000}"
    rf"|(?<![\w@]){_LABEL}(?:\.{_LABEL}){{1,6}}/\S{{0,2000}}",
    re.IGNORECASE,
)

# An IBAN as it is printed: groups of four, letters among the digits.
IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
# Five digits or more, however they are spaced; a comma followed by a blank ends a number.
DIGITS: Final = re.compile(
    r"(?<!\w)[+(]{0,2}\d(?:(?:(?!,\s)[\s.,\-‐‑–—()/_*·:]){0,3}\d){4,60}(?!\w)"
)
CODE: Final = re.compile(r"(?<!\w)(?=\w*\d)\w{5,60}(?!\w)")
MOST_DIGITS_SHOWN: Final = 4

_NUMBER_WORDS: Final = (
    "zero|zéro|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|double|triple"
    "|un|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
    "|vingts?|trente|quarante|cinquante|soixante|cents?|et"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
SPELLED: Final = re.compile(
    rf"\b(?:{_NUMBER_WORDS})(?:[\s,.-]{{1,3}}(?:{_NUMBER_WORDS})\b){{4,30}}", re.IGNORECASE
)

_CAPITAL: Final = r"[^\W\d_a-zß-öø-ÿ][\w'’-]{1,40}"
_PARTICLE: Final = r"(?:d[eu]|des|la|le|van|von|der|da|di|del|bin|ben|al|el|o)"
_NAME: Final = rf"{_CAPITAL}(?:[ -](?:{_PARTICLE}[ ]){{0,2}}{_CAPITAL}){{0,3}}"
_SAYS_NAME: Final = (
    r"(?:my name is|my name['’]s|the name is|call me|mon nom est|mon nom c['’]est"
    r"|je m['’ ]?appelle|appelez[- ]moi|au nom de|in the name of|under the name|name\s?:|nom\s?:"
    r"|prénom\s?:)"
)
NAMED: Final = re.compile(
    rf"(?P<cue>(?i:{_SAYS_NAME})\s{{1,3}})(?:{_NAME}|[^\W\d_][\w'’-]{{1,40}})"
)
TITLED: Final = re.compile(
    r"(?P<cue>\b(?:[Mm](?:onsieur|adame|ademoiselle)|[Mm]me|[Mm]lle|M\.|M(?=\s[A-Z])|[Mm]rs?\.?|[Mm]s\.?"
    rf"|[Mm]iss|[Dd]r\.?|[Pp]rof\.?)\s{{1,2}}){_NAME}"
)
SIGNED: Final = re.compile(
    r"(?P<cue>(?i:cordialement|bien à vous|salutations|regards|sincerely|yours|cheers|signé)"
    rf"[\s,.!–—-]{{1,5}}){_NAME}"
)


def masked(text: str) -> str:
    """The text without addresses, numbers of any length worth keeping, and names that were
    given as such."""
    text = _plain(text[:LONGEST_READ])
    for pattern in (LINK, EMAIL, HANDLE, IBAN, DIGITS, SPELLED):
        text = pattern.sub(MASK, text)
    text = CODE.sub(_unless_short, text)
    for pattern in (NAMED, TITLED, SIGNED):
        text = pattern.sub(lambda found: f"{found['cue']}{MASK}", text)
    return text


def excerpt(text: str, most: int = LONGEST_EXCERPT) -> str:
    """One masked line, cut after the masking: half an address would not be known for one."""
    line = " ".join(masked(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _plain(text: str) -> str:
    """What the eye sees: full-width letters and digits as plain ones, and nothing invisible."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in text if unicodedata.category(letter) != _INVISIBLE)


def _unless_short(found: re.Match[str]) -> str:
    """A word with many digits in it is somebody's number; `2nd` and `A4` are not."""
    word = found[0]
    return MASK if sum(letter.isdigit() for letter in word) > MOST_DIGITS_SHOWN else word
