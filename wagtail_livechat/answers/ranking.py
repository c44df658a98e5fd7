"""Which pages a question is about, and how sure one may be. No Django: texts in, numbers out.

Two looks. The first, over all pages, is BM25 on stems, a title counting three times; a word
that no page has stands for those that it may be a misspelling of, and each for those of like
meaning. The second, over the best few as they are now, finds the passage and the confidence:
how much of the question (its rare words weighing most) the page has, and where.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

from .meanings import SOFT_WORDS
from .words import (
    MOST_GUESSES,
    content_words,
    like,
    nearest_words,
    sound,
    stem,
    stems_in,
    words_in,
)

TITLE_COUNTS: Final = 3
SATURATION: Final = 1.2
LENGTH_COUNTS: Final = 0.5
ALIKE: Final = 0.6
"""What a word of like meaning is worth."""

SOFT: Final = 0.35
"""What a word weighs that says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """A page as it is searched."""

    page_id: int
    title: str
    passages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word of the question: the stems that will do, each with its worth, and its weight."""

    stems: Mapping[str, float]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page, the passage of it that fits best, and how sure one may be."""

    page_id: int
    passage: str
    confidence: float
    score: float


THRESHOLD: Final = 0.6
"""Below this confidence the honest answer is that one does not know."""


class Index:
    """The words of many pages, for the first look. Replacing a page leaves the old one dead.

    ``others`` is how many more pages there are that are not written down here.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.others = 0
        self._slots: list[int | None] = []
        self._lengths = array("I")
        self._slot_of: dict[int, int] = {}
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._forms: dict[str, str] = {}
        self._sounds: dict[str, str] = {}
        self._total = 0

    def __len__(self) -> int:
        return len(self._slot_of)

    @property
    def dead(self) -> int:
        """How many pages are still written down that are no longer there."""
        return len(self._slots) - len(self._slot_of)

    def put(self, page: PageText) -> None:
        """Write a page down, in place of what was known of it."""
        self.drop(page.page_id)
        slot = len(self._slots)
        counts: Counter[str] = Counter()
        for text, times in [(page.title, TITLE_COUNTS), *((text, 1) for text in page.passages)]:
            for one in stems_in(text, self.language):
                counts[one] += times
            for word in words_in(text):
                if word not in self._forms:
                    self._forms[word] = stem(word, self.language)
                    self._sounds.setdefault(sound(word), word)
        length = sum(counts.values())
        self._slots.append(page.page_id)
        self._lengths.append(length)
        self._slot_of[page.page_id] = slot
        self._total += length
        for one, count in counts.items():
            slots, times_in = self._postings.setdefault(one, (array("I"), array("I")))
            slots.append(slot)
            times_in.append(count)

    def drop(self, page_id: int) -> None:
        """Forget a page."""
        slot = self._slot_of.pop(page_id, None)
        if slot is not None:
            self._slots[slot] = None
            self._total -= self._lengths[slot]

    def weight(self, stem_: str) -> float:
        """How much a word says: the rarer, the more."""
        count, found = len(self) + self.others, self._postings.get(stem_)
        among = min(len(found[0]), count) if found else 0
        weight = log(1 + (count - among + 0.5) / (among + 0.5))
        return SOFT * weight if stem_ in SOFT_WORDS else weight

    def wanted(self, question: str) -> list[Wanted]:
        """The words of a question, with what will do for each."""
        found: list[Wanted] = []
        guesses = 0
        for word in content_words(question, self.language):
            own = stem(word, self.language)
            stems: dict[str, float] = {}
            if own in self._postings:
                stems[own] = 1.0
            alike = [one for one in like(own, self.language) if one in self._postings]
            if not stems and not alike and guesses < MOST_GUESSES:
                guesses += 1
                for other, likeness in nearest_words(word, self._forms.keys(), self._sounds):
                    near = self._forms[other]
                    if near in self._postings:
                        stems[near] = max(stems.get(near, 0.0), likeness**2)
                        alike += [one for one in like(near, self.language) if one in self._postings]
            for one in alike:
                stems.setdefault(one, ALIKE)
            # What only its likes have is as rare as they are.
            names = [own] if own in self._postings or not stems else list(stems)
            found.append(Wanted(stems, max(self.weight(one) for one in names)))
        return found

    def best(self, wanted: Iterable[Wanted], most: int) -> list[tuple[int, float]]:
        """The first look: page ids with their scores, the best first."""
        scores: dict[int, float] = {}
        average = max(1.0, self._total / max(1, len(self)))
        for word in wanted:
            gained: dict[int, float] = {}
            for one, worth in word.stems.items():
                slots, times_in = self._postings[one]
                factor = worth * self.weight(one) * (SATURATION + 1)
                for slot, times in zip(slots, times_in, strict=True):
                    if self._slots[slot] is None:
                        continue
                    length = self._lengths[slot] / average
                    norm = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length)
                    score = factor * times / (times + norm)
                    if score > gained.get(slot, 0.0):
                        gained[slot] = score
            for slot, score in gained.items():
                scores[slot] = scores.get(slot, 0.0) + score
        order = sorted(scores.items(), key=lambda item: (-item[1], self._slots[item[0]] or 0))
        return [(page_id, score) for slot, score in order[:most] if (page_id := self._slots[slot])]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a page.

    Shares of the question's weight: ``covered`` by the whole page, ``together`` by its title
    and one passage. ``titled``: the share of the title that was asked for. ``words`` that were
    met, and the ``rarity`` of them all (1: one word that no page has).
    """

    covered: float
    together: float
    titled: float
    words: int
    rarity: float


def look_closely(
    index: Index, wanted: Sequence[Wanted], page: PageText, score: float
) -> tuple[Match, Evidence]:
    """The second look: at a page as it is now."""
    language = index.language
    title = set(stems_in(page.title, language))
    pieces = [set(stems_in(passage, language)) for passage in page.passages]
    everywhere = title.union(*pieces)
    all_weight = sum(word.weight for word in wanted) or 1.0

    def share(stems: set[str]) -> float:
        return sum(word.weight * _worth(word, stems) for word in wanted) / all_weight

    best, best_share = "", share(title)
    alone = -1.0
    for passage, stems in zip(page.passages, pieces, strict=True):
        together, own = share(stems | title), share(stems)
        if (together, own) > (best_share, alone) or not best:
            best, best_share, alone = passage, max(together, best_share), own
    asked: dict[str, float] = {}
    for word in wanted:
        for one, worth in word.stems.items():
            asked[one] = max(worth, asked.get(one, 0.0))
    title_weight = sum(index.weight(one) for one in title) or 1.0
    evidence = Evidence(
        covered=share(everywhere),
        together=best_share,
        titled=sum(index.weight(one) * asked.get(one, 0.0) for one in title) / title_weight,
        words=sum(1 for word in wanted if _worth(word, everywhere)),
        rarity=sum(word.weight * _worth(word, everywhere) for word in wanted)
        / (index.weight("") or 1.0),
    )
    match = Match(
        page_id=page.page_id,
        passage=best,
        confidence=confidence(evidence),
        score=score,
    )
    return match, evidence


def _worth(word: Wanted, stems: set[str]) -> float:
    return max((worth for one, worth in word.stems.items() if one in stems), default=0.0)


def confidence(evidence: Evidence) -> float:
    """How probable it is that a page answers, fitted to the questions of the demo bookshop."""
    if not evidence.words:
        return 0.0
    x = (
        -4.1
        + 2.1 * evidence.together
        + 2.4 * evidence.covered
        + 3.0 * evidence.titled
        + 1.7 * min(evidence.words, 4) / 4
        + 1.8 * min(evidence.rarity, 2.0)
    )
    return 1 / (1 + exp(-x))


def ranked(found: Iterable[tuple[Match, Evidence]]) -> list[Match]:
    """What was looked at closely, the best first."""
    return [
        match
        for match, _evidence in sorted(
            found,
            key=lambda one: (
                -(one[0].score * (1 + one[1].together) / 2 + 2 * one[1].titled),
                one[0].page_id,
            ),
        )
    ]
