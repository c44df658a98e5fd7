"""How good a grouping is, beside what needs no understanding of language.

*Purity*: of all messages that were put into a group, the share whose group is mostly about
what they ask; small talk in a group is always wrong. *Recall*: of all messages that ask
something, the share that is in the one group which has most of their kind; so a question
that is torn into two groups loses the smaller half.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from wagtail_livechat.conversations.words import folded
from wagtail_livechat.study.grouping import LEAST, group

from .labelled import CHAT, Labelled

Groups = list[list[int]]
THRESHOLDS: Final = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How pure the groups are, and how much of what belongs together is together."""

    purity: float
    recall: float

    @property
    def f1(self) -> float:
        """Both in one number."""
        return 2 * self.purity * self.recall / max(self.purity + self.recall, 1e-9)


def quality(messages: Sequence[Labelled], groups: Groups, *, held: bool | None = None) -> Quality:
    """Of these groups of message numbers; recall of the ``held`` labels alone, if wanted."""
    real = [members for members in groups if len(members) >= LEAST]
    counted = [Counter(messages[number].label for number in members) for members in real]
    right = sum(max((n for label, n in one.items() if label != CHAT), default=0) for one in counted)
    asked = Counter(one.label for one in messages if one.label != CHAT and held in (None, one.held))
    together = sum(max((one[label] for one in counted), default=0) for label in asked)
    return Quality(
        purity=right / max(sum(map(len, real)), 1), recall=together / max(asked.total(), 1)
    )


def ours(messages: Sequence[Labelled], language: str) -> Groups:
    """The groups that the product makes."""
    texts = [message.text for message in messages]
    return [list(found.members) for found in group(texts, language=language)]


def exact(messages: Sequence[Labelled]) -> Groups:
    """Together is what is the same but for capitals, accents and punctuation."""
    same: dict[str, list[int]] = defaultdict(list)
    for number, message in enumerate(messages):
        same[" ".join(sorted(_tokens(message.text)))].append(number)
    return list(same.values())


def overlap(threshold: float) -> Callable[[Sequence[Labelled]], Groups]:
    """Together is what shares so many of its words with the first of a group."""

    def grouped(messages: Sequence[Labelled]) -> Groups:
        groups: Groups = []
        tokens = [_tokens(message.text) for message in messages]
        for number, mine in enumerate(tokens):
            for members in groups:
                first = tokens[members[0]]
                if mine and len(mine & first) / len(mine | first) >= threshold:
                    members.append(number)
                    break
            else:
                groups.append([number])
        return groups

    return grouped


def best_naive(messages: Sequence[Labelled]) -> Quality:
    """The best that the naive ways can do on these messages, each with what suits it best."""
    ways = [exact, *(overlap(threshold) for threshold in THRESHOLDS)]
    return max((quality(messages, way(messages)) for way in ways), key=lambda one: one.f1)


def _tokens(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in folded(text)).split())
