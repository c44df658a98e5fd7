"""Putting together what says the same, without knowing beforehand what there is.

A text is a bag of weighted words: the rarer a word is among all texts, the more it weighs; a
typing error counts as the word that was meant; and a word that nobody else uses (a title, a
town) weighs half, since it cannot be what recurs. Texts that are much alike are gathered
first, in one pass; then the two gatherings that are most alike are joined, again and again,
until no two are alike enough; what stayed alone is given to the group that it is nearest to.

Nothing is compared with everything: who shares a word is found by that word. What is held in
memory is one small bag for each text and the words of the gatherings, both bounded.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from wagtail_livechat.conversations.words import SMALL_TALK, folded, stem_of, words_of

from .masking import MASK

LEAST: Final = 3
"""So many texts make a group: what two say does not recur, and would say who they are."""

ALIKE: Final = 0.55
"""From here on a text joins a gathering in the first pass."""
JOINED: Final = 0.27
"""Down to here two gatherings are joined."""
NEAR: Final = 0.25
"""Down to here what stayed alone is given to a group ..."""
CLEARLY: Final = 1.25
"""... if it is so much nearer than the next one."""

WEIGHT_OF_LONELY: Final = 0.5
MOST_KEYWORDS: Final = 24
MOST_GATHERINGS: Final = 4_000
MOST_SHARING: Final = 400
"""A word that more gatherings have than this finds nothing: the rarer words of a text do."""
MOST_OFTEN: Final = 5
"""A wording that so many use is not more typical for being used by more."""
EVERY: Final = 500

Bag = Mapping[str, float]
Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A group: its texts by their number, the most typical first, and the words they share."""

    members: tuple[int, ...]
    keywords: dict[str, float]


def group(
    texts: Sequence[str],
    *,
    language: str,
    by: Sequence[int] | None = None,
    tell: Tell | None = None,
) -> list[Found]:
    """The groups among these texts, the largest first.

    ``by`` says of each text whose it is (without it, each is somebody else's): what one person
    says three times does not recur. ``tell`` hears how far it is, up to 1.
    """
    said = tell or _nobody
    authors = range(len(texts)) if by is None else by
    bags = bags_of(texts, language=language)
    said(0.1)
    gathered = _gather(bags, said)
    said(0.5)
    joined = _join(gathered, said)
    said(0.9)
    whole = _give(bags, joined, authors)
    found = [_found(members, bags, texts, authors, language) for members in whole]
    said(1.0)
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def most_typical(texts: Sequence[str], *, language: str) -> list[int]:
    """The numbers of these texts, the one that is nearest to all others first."""
    bags = bags_of(texts, language=language)
    numbers = range(len(texts))
    return list(_found(numbers, bags, texts, numbers, language).members)


def likeness(one: Bag, other: Bag) -> float:
    """How alike two bags are: 0 for nothing in common, 1 for the same."""
    if len(one) > len(other):
        one, other = other, one
    common = sum(weight * other[word] for word, weight in one.items() if word in other)
    return common / (_length(one) * _length(other)) if common else 0.0


def bags_of(texts: Sequence[str], *, language: str) -> list[Bag]:
    """Each text as its weighted words."""
    listed = [{stem_of(word, language) for word in words_of(text)} for text in texts]
    meant = _meant(Counter(word for words in listed for word in words))
    corrected = [{meant.get(word, word) for word in words} for words in listed]
    spread = Counter(word for words in corrected for word in words)
    weights = {
        word: math.log(1 + len(texts) / count) * (WEIGHT_OF_LONELY if count == 1 else 1)
        for word, count in spread.items()
    }
    return [{word: weights[word] for word in sorted(words)} for words in corrected]


def _meant(spread: Counter[str]) -> dict[str, str]:
    """Which word was meant by one that hardly anybody writes: a common one, a slip away."""
    common: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word, count in sorted(spread.items(), key=lambda item: (-item[1], item[0])):
        if count >= 2 and len(word) >= 4:
            common[word[0], len(word)].append(word)
    meant: dict[str, str] = {}
    for word, count in spread.items():
        slips = _slips(word)
        if not slips:
            continue
        candidates = [
            other
            for length in range(len(word) - slips, len(word) + slips + 1)
            for other in common.get((word[0], length), ())
            if spread[other] > 1 and spread[other] >= 4 * (count - 1) + 2 and other != word
        ]
        best = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        if best is not None and _slips(best[0]) >= best[1]:
            meant[word] = best[0]
    # Where the common word is itself taken for another one, follow it once.
    return {word: meant.get(other, other) for word, other in meant.items()}


def _slips(word: str) -> int:
    """How many slips a word of this length may have before it is another word."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


class _Gathering:
    """Texts that belong together, and the sum of their bags."""

    __slots__ = ("bag", "members")

    def __init__(self, members: list[int], bag: dict[str, float]) -> None:
        self.members = members
        self.bag = bag

    def with_(self, members: Iterable[int], bag: Bag) -> _Gathering:
        total = dict(self.bag)
        for word, weight in bag.items():
            total[word] = total.get(word, 0.0) + weight
        return _Gathering([*self.members, *members], _heaviest(total))


class _Index:
    """Which gatherings have which word."""

    def __init__(self) -> None:
        self._having: dict[str, set[int]] = defaultdict(set)

    def add(self, number: int, bag: Bag) -> None:
        for word in bag:
            self._having[word].add(number)

    def remove(self, number: int, bag: Bag) -> None:
        for word in bag:
            self._having[word].discard(number)

    def sharing(self, bag: Bag) -> list[int]:
        """Those that share a telling word with this bag, in the order of their making."""
        lists = sorted((self._having.get(word, set()) for word in bag), key=len)
        found: set[int] = set()
        for having in lists:
            if found and len(having) > MOST_SHARING:
                break
            found |= having
        return sorted(found)


def _gather(bags: Sequence[Bag], tell: Tell) -> list[_Gathering]:
    """One pass, the shortest texts first: they are the purest of their kind."""
    gathered: dict[int, _Gathering] = {}
    index = _Index()
    order = sorted((number for number, bag in enumerate(bags) if bag), key=lambda n: len(bags[n]))
    for place, number in enumerate(order):
        bag = bags[number]
        best, how = None, ALIKE
        for candidate in index.sharing(bag):
            alike = likeness(bag, gathered[candidate].bag)
            if alike >= how and (best is None or alike > how):
                best, how = candidate, alike
        if best is None:
            gathered[number] = _Gathering([number], dict(bag))
            index.add(number, bag)
        else:
            before = gathered[best]
            gathered[best] = before.with_([number], bag)
            index.remove(best, before.bag)
            index.add(best, gathered[best].bag)
        if place % EVERY == 0:
            tell(0.1 + 0.4 * place / len(order))
    return sorted(gathered.values(), key=lambda one: (-len(one.members), one.members))


def _join(gathered: Sequence[_Gathering], tell: Tell) -> list[_Gathering]:
    """Join the two that are most alike, until no two are. What comes last in the list beyond
    :data:`MOST_GATHERINGS` stays alone."""
    standing = dict(enumerate(gathered[:MOST_GATHERINGS]))
    index = _Index()
    heap: list[tuple[float, int, int]] = []

    def compare(number: int) -> None:
        bag = standing[number].bag
        for other in index.sharing(bag):
            alike = likeness(bag, standing[other].bag)
            if alike >= JOINED:
                heapq.heappush(heap, (-alike, other, number))
        index.add(number, bag)

    for number in list(standing):
        compare(number)
        if number % EVERY == 0:
            tell(0.5 + 0.2 * number / len(standing))
    first_of_joined = following = len(standing)
    while heap:
        _alike, one, other = heapq.heappop(heap)
        if one not in standing or other not in standing:
            continue
        first, second = standing.pop(one), standing.pop(other)
        index.remove(one, first.bag)
        index.remove(other, second.bag)
        standing[following] = first.with_(second.members, second.bag)
        compare(following)
        following += 1
        if following % EVERY == 0:
            tell(0.7 + 0.2 * (following - first_of_joined) / first_of_joined)
    return [*standing.values(), *gathered[MOST_GATHERINGS:]]


def _give(
    bags: Sequence[Bag], joined: Sequence[_Gathering], authors: Sequence[int]
) -> list[list[int]]:
    """The groups, with what stayed alone and is clearly nearest to one of them."""
    groups: list[_Gathering] = []
    lonely: list[_Gathering] = []
    for one in joined:
        recurs = len({authors[number] for number in one.members}) >= LEAST
        (groups if recurs else lonely).append(one)
    index = _Index()
    for number, one in enumerate(groups):
        index.add(number, one.bag)
    members = [list(one.members) for one in groups]
    for number in (number for one in lonely for number in one.members):
        bag = bags[number]
        near = ((likeness(bag, groups[at].bag), at) for at in index.sharing(bag))
        ranked = sorted(near, reverse=True)
        if not ranked or ranked[0][0] < NEAR:
            continue
        if len(ranked) == 1 or ranked[0][0] >= CLEARLY * ranked[1][0]:
            members[ranked[0][1]].append(number)
    return members


def _found(
    members: Iterable[int],
    bags: Sequence[Bag],
    texts: Sequence[str],
    authors: Sequence[int],
    language: str,
) -> Found:
    """A group in its order. Its keywords are words of several people: those of one are nobody
    else's business."""
    numbers = list(members)
    spread = Counter(
        word for _author, word in {(authors[n], word) for n in numbers for word in bags[n]}
    )
    total: dict[str, float] = {}
    for number in numbers:
        for word, weight in bags[number].items():
            if spread[word] > 1:
                total[word] = total.get(word, 0.0) + weight
    centre = _heaviest(total)

    same = Counter(folded(texts[number]) for number in numbers)

    def place(number: int) -> tuple[float, int, str, int]:
        text, bag = texts[number], bags[number]
        often = min(same[folded(text)], MOST_OFTEN)
        far = _flaws(text, bag, language) - likeness(bag, centre) - 0.05 * (often - 1)
        return round(far, 6), len(text), text, number

    length = _length(centre) or 1.0
    return Found(
        members=tuple(sorted(numbers, key=place)),
        keywords={word: round(weight / length, 4) for word, weight in centre.items()},
    )


def _flaws(text: str, bag: Bag, language: str) -> float:
    """What speaks against a wording as the name of a group: slips, masks, a greeting, and what
    is no sentence of a usual length."""
    words = text.split()
    slips = sum(stem_of(word, language) not in bag for word in set(words_of(text)))
    greets = not SMALL_TALK.isdisjoint(re.findall(r"\w+", folded(text)))
    is_sentence = 4 <= len(words) <= 20 and text[:1].isupper() and text[-1:] in ".?!…"
    return 0.2 * slips + 0.05 * greets + 0.1 * ((MASK in text) + (not is_sentence))


def _heaviest(bag: Mapping[str, float]) -> dict[str, float]:
    if len(bag) <= MOST_KEYWORDS:
        return dict(bag)
    kept = sorted(bag.items(), key=lambda item: (-item[1], item[0]))[:MOST_KEYWORDS]
    return dict(kept)


def _length(bag: Bag) -> float:
    return math.sqrt(sum(weight * weight for weight in bag.values()))


def _nobody(share: float) -> None:
    return None
