"""What a question and a page have in common when spelling, endings and wording differ.

No Django: texts come in, words go out. Stemming is Snowball's, misspellings are met by
rapidfuzz; the lists of small words and of like meanings are ours, for French and English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from wagtail_livechat.conversations.words import folded, main_language, stem_of

from .meanings import MEANINGS, SMALL_WORDS

LONGEST_WORD: Final = 40
MOST_WORDS: Final = 48
"""More words than a question needs; what 4,000 characters hold beyond that is not looked at."""
MOST_GUESSES: Final = 12
SHORTEST_GUESS: Final = 4
LEAST_LIKENESS: Final = 0.74
LEAST_OF_LONG: Final = 0.7
LIKE_BUT_FIRST: Final = 0.85
SOUNDS_ALIKE: Final = 0.8

_WORD: Final = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """The words of a text in their order, in lower case and without accents."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def stem(word: str, language: str) -> str:
    """A word without its endings; a number has none."""
    return word if word.isdecimal() else stem_of(word, main_language(language))


def _telling(text: str, main: str) -> Iterator[str]:
    """The words that say something: no small words, no single letters."""
    small = SMALL_WORDS.get(main, frozenset())
    return (
        word for word in words_in(text) if word not in small and (len(word) > 1 or word.isdecimal())
    )


def stems_in(text: str, language: str) -> list[str]:
    """The stems of a text, small words and single letters left out."""
    main = main_language(language)
    return [stem(word, main) for word in _telling(text, main)]


def content_words(text: str, language: str) -> list[str]:
    """The words of a question that say what it is about, each once."""
    return list(dict.fromkeys(_telling(text, main_language(language))))[:MOST_WORDS]


@lru_cache(maxsize=8)
def _meanings(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in MEANINGS.get(language, ()):
        stems = {stem(word, language) for word in group.split()}
        for one in stems:
            found.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in found.items()}


def like(stem_: str, language: str) -> frozenset[str]:
    """Stems that mean about the same, as visitors use them."""
    return _meanings(main_language(language)).get(stem_, frozenset())


_SOUNDS: Final = (
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"e?au|ow"), "o"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"[sc]h"), "s"),
    (re.compile(r"qu|ck|c(?=[aou])|q"), "k"),
    (re.compile(r"c|z"), "s"),
    (re.compile(r"y"), "i"),
    (re.compile(r"h|w"), ""),
    (re.compile(r"(?<=..)[estdxp]+$"), ""),
)


def sound(word: str) -> str:
    """Roughly how a word sounds in French and in English: *Flaubert* as *Flober*."""
    for pattern, instead in _SOUNDS:
        word = pattern.sub(instead, word)
    return word


def nearest_words(
    word: str, known: Iterable[str], sounds: Mapping[str, str]
) -> list[tuple[str, float]]:
    """Known words that this one may be a misspelling of, with their likeness up to 1.

    ``sounds`` has a known word for each :func:`sound`.
    """
    if len(word) < SHORTEST_GUESS or word.isdecimal():
        return []
    found = process.extract(
        word,
        known,
        scorer=OSA.normalized_similarity,
        score_cutoff=LEAST_LIKENESS if len(word) < 8 else LEAST_OF_LONG,
        limit=3,
    )
    # A first letter is seldom wrong; a wrong one needs a word that is otherwise the same.
    likely = {
        other: likeness
        for other, likeness, _place in found
        if other[:1] == word[:1] or likeness >= LIKE_BUT_FIRST
    }
    heard = sounds.get(sound(word))
    if heard is not None and len(sound(word)) >= SHORTEST_GUESS:
        likely.setdefault(heard, SOUNDS_ALIKE)
    return sorted(likely.items(), key=lambda item: -item[1])
