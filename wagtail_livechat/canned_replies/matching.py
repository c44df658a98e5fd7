"""Which replies fit what an agent types, and which what a visitor wrote.

An agent types beginnings: of a shortcut, of words of the title, of the first letters of its
words. Only where those find too little are slips of the fingers looked through. What a
visitor wrote is compared with the questions that each reply has answered before, by the
words that they share, rare words first; and a little with the reply's own words, so that a
new one is suggested too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from rapidfuzz import fuzz, process

from wagtail_livechat.conversations.words import folded, stem_of, words_of

from .rules import Reach

MOST_FOUND: Final = 8
MOST_SUGGESTED: Final = 3

SLIPS_FROM: Final = 3
"""From how many letters on slips are looked through: of two letters every word is near."""
ALIKE: Final = 72
STEM_ALIKE: Final = 82
BODY_LETTERS: Final = 600

OWN_WORDS_WEIGH: Final = 0.55
"""What a reply says of itself counts this much of a question that it has answered."""
MOST_LIKE: Final = 5
SUGGESTED_FROM: Final = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A reply as it is looked for."""

    key: int
    title: str
    shortcut: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    language: str = "en"
    translations: str = ""
    """The same for all translations of one reply."""
    reach: Reach = Reach()
    order: int = 0


class Found:
    """An entry made ready to be compared: done once, not at each key that is pressed."""

    __slots__ = ("body", "entry", "head", "initials", "shortcut", "stems")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.shortcut = folded(entry.shortcut)
        words = folded(" ".join((entry.title, entry.category, *entry.tags))).split()
        self.head = f" {' '.join(words)}"
        self.initials = "".join(word[0] for word in folded(entry.title).split())
        self.body = f" {' '.join(folded(entry.text)[:BODY_LETTERS].split())}"
        name = f"{entry.title} {' '.join(entry.tags)}"
        whole = f"{name} {entry.text[:BODY_LETTERS]}"
        # Its name counts by itself, and once more with the rest.
        self.stems = tuple(stems_of(text, entry.language) for text in (name, whole))


def stems_of(text: str, language: str) -> tuple[str, ...]:
    """What a text is about, to be compared with others in its language."""
    return tuple(dict.fromkeys(stem_of(word, language) for word in words_of(text)))


def search(
    entries: Sequence[Found],
    query: str,
    *,
    uses: Callable[[int], int] = lambda key: 0,
    limit: int = MOST_FOUND,
) -> list[int]:
    """The keys of the replies that fit what was typed so far, best first."""
    typed = folded(query).split()
    if not typed:
        ranked = sorted(entries, key=lambda each: (-uses(each.entry.key), each.entry.order))
        return [each.entry.key for each in ranked[:limit]]
    whole = " ".join(typed)
    starts = tuple(f" {word}" for word in typed)
    tiers = [(tier, each) for each in entries if (tier := _tier(each, whole, starts)) is not None]
    tiers.sort(
        key=lambda found: (
            found[0],
            -uses(found[1].entry.key),
            len(found[1].shortcut or found[1].head),
            found[1].entry.order,
        )
    )
    keys = [each.entry.key for _tier_, each in tiers[:limit]]
    if len(keys) < limit and len(whole) >= SLIPS_FROM:
        keys += _near(entries, whole, frozenset(keys), limit - len(keys))
    return keys


def _tier(each: Found, whole: str, starts: tuple[str, ...]) -> int | None:
    """How well an entry fits, from 0 (its very shortcut) on; ``None`` if not at all.

    It is asked of every entry at each key: loops, since they cost less than generators.
    """
    if each.shortcut.startswith(whole):
        return 0 if each.shortcut == whole else 1
    is_in_head = True
    for start in starts:
        if start not in each.head:
            is_in_head = False
            if start not in each.body:
                break
    else:
        if is_in_head:
            return 2 if each.head.startswith(whole, 1) else 3
        return 4 if _is_in_initials(each, whole) else 5
    return 4 if _is_in_initials(each, whole) else None


def _is_in_initials(each: Found, whole: str) -> bool:
    return len(whole) > 1 and each.initials.startswith(whole)


def _near(entries: Sequence[Found], whole: str, known: frozenset[int], limit: int) -> list[int]:
    """Those that would fit but for slips of the fingers."""
    others = [each for each in entries if each.entry.key not in known]
    heads = [f"{each.shortcut} {each.head}" for each in others]
    close = process.extract(
        whole, heads, scorer=fuzz.partial_token_ratio, score_cutoff=ALIKE, limit=limit
    )
    if not close:
        close = process.extract(whole, heads, scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=limit)
    return [others[place].entry.key for _head, _score, place in close]


class Questions:
    """Texts that belong to a reply each, ready to be compared with: the questions that it
    answered, or its own words."""

    def __init__(self, answered: Iterable[tuple[int, tuple[str, ...]]]) -> None:
        self._asked = [(key, stems) for key, stems in answered if stems]
        counts = Counter(stem for _key, stems in self._asked for stem in set(stems))
        total = len(self._asked) + 1
        self._weights = {stem: log(1 + total / count) for stem, count in counts.items()}
        self._unknown = log(1 + total)
        self._where: dict[str, list[int]] = defaultdict(list)
        self._norms: list[float] = []
        for place, (_key, stems) in enumerate(self._asked):
            for stem in set(stems):
                self._where[stem].append(place)
            self._norms.append(sqrt(sum(self._weights[stem] ** 2 for stem in set(stems))))
        self._known = list(self._weights)

    def like(self, stems: Iterable[str]) -> list[tuple[int, float]]:
        """Replies with how alike a question that each answered is, best first."""
        shared, weight = self._shared(stems)
        norm = sqrt(weight)
        return _best_first(
            (self._asked[place][0], dot / (norm * self._norms[place]))
            for place, dot in shared.items()
        )

    def covered(self, stems: Iterable[str]) -> list[tuple[int, float]]:
        """Replies with how much of a question each speaks of, best first: of what is long,
        much is about something else, and does not count against it."""
        shared, weight = self._shared(stems)
        return _best_first((self._asked[place][0], dot / weight) for place, dot in shared.items())

    def _shared(self, stems: Iterable[str]) -> tuple[dict[int, float], float]:
        """What each has in common with a question, and the weight of the question."""
        wanted = {self._nearest(stem) for stem in stems}
        weight = sum(self._weights.get(stem, self._unknown) ** 2 for stem in wanted)
        shared: dict[int, float] = defaultdict(float)
        for stem in wanted:
            for place in self._where.get(stem, ()):
                shared[place] += self._weights[stem] ** 2
        return shared, weight

    def _nearest(self, stem: str) -> str:
        """A word that was never asked with is taken for the one that it is a slip of."""
        if stem in self._weights or len(stem) <= SLIPS_FROM:
            return stem
        close = process.extractOne(stem, self._known, scorer=fuzz.ratio, score_cutoff=STEM_ALIKE)
        return str(close[0]) if close else stem


def _best_first(alike: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(alike, key=lambda found: -found[1])


def suggest(
    stems: Iterable[str],
    *,
    past: Questions,
    own: Questions,
    offered: frozenset[int],
    limit: int = MOST_SUGGESTED,
) -> list[int]:
    """The keys of the replies that fit a question, best first; none where none does.

    Several like questions make a reply surer than one: each takes away part of the doubt.
    """
    stems = tuple(stems)
    doubt: dict[int, float] = {}
    counted: Counter[int] = Counter()
    of_itself = ((key, OWN_WORDS_WEIGH * share) for key, share in own.covered(stems))
    for key, alike in (*past.like(stems), *of_itself):
        if key in offered and counted[key] < MOST_LIKE:
            counted[key] += 1
            doubt[key] = doubt.get(key, 1.0) * (1.0 - min(alike, 0.95))
    ranked = sorted(doubt.items(), key=lambda found: (found[1], found[0]))
    return [key for key, left in ranked[:limit] if 1.0 - left >= SUGGESTED_FROM]
