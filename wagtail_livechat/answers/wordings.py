"""Which of the wordings that editors wrote a question is like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from .page_texts import locales_for
from .ranking import Index, PageText, Wanted
from .words import stems_in

LIKE_ENOUGH: Final = 0.7
"""Below this a question is another one."""
MET_ENOUGH: Final = 0.65
"""Of the question itself so much must be met: a name that nobody wrote is what it is about."""
STRANGERS: Final = 20
"""So many wordings that nobody wrote keep a word from counting for nothing where there are few."""
MOST_KEPT: Final = 128


@dataclass(frozen=True, slots=True)
class Alike:
    """What was written for a question like this one, and how like it is."""

    pk: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Kept:
    rows: list[tuple[int, str]]
    index: Index
    owners: list[int]
    stems: list[frozenset[str]]


_kept: dict[tuple[type, int, str], _Kept] = {}
_guard: Final = Lock()


def most_alike(model: Any, *, text: str, site_id: int, language: str) -> list[Alike]:
    """The published answers or scripts whose wordings are like this question, best first.

    The wordings are read from the database each time, and written down anew when they differ.
    """
    rows = list(
        model.objects.filter(live=True, site_id=site_id, locale_id__in=locales_for(language))
        .order_by("pk")
        .values_list("pk", "wordings")
    )
    if not rows:
        return []
    kept = _written_down(model, site_id, language, rows)
    wanted = kept.index.wanted(text)
    best: dict[int, float] = {}
    for number, _score in kept.index.best(wanted, most=40):
        owner = kept.owners[number - 1]
        like = _likeness(kept.index, wanted, kept.stems[number - 1])
        best[owner] = max(like, best.get(owner, 0.0))
    found = [Alike(pk, like) for pk, like in best.items() if like >= LIKE_ENOUGH]
    return sorted(found, key=lambda one: (-one.confidence, one.pk))


def _written_down(model: type, site_id: int, language: str, rows: list[tuple[int, str]]) -> _Kept:
    key = (model, site_id, language)
    with _guard:
        kept = _kept.get(key)
    if kept is not None and kept.rows == rows:
        return kept
    index = Index(language)
    index.others = STRANGERS
    owners: list[int] = []
    stems: list[frozenset[str]] = []
    for pk, wordings in rows:
        for wording in _lines(wordings):
            owners.append(pk)
            stems.append(frozenset(stems_in(wording, language)))
            # Numbered from 1 on.
            index.put(PageText(page_id=len(owners), title="", passages=[wording]))
    kept = _Kept(rows, index, owners, stems)
    with _guard:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = kept
    return kept


def _lines(text: str) -> Iterable[str]:
    return (line for line in text.splitlines() if line.strip())


def _likeness(index: Index, wanted: list[Wanted], wording: frozenset[str]) -> float:
    """How much the two have in common, as seen from both."""
    asked = sum(word.weight for word in wanted)
    written = sum(index.weight(one) for one in wording)
    if not asked or not written:
        return 0.0
    met = sum(
        word.weight * max((w for one, w in word.stems.items() if one in wording), default=0.0)
        for word in wanted
    )
    said = sum(
        index.weight(one) * max((word.stems.get(one, 0.0) for word in wanted), default=0.0)
        for one in wording
    )
    one, other = met / asked, said / written
    return 2 * one * other / (one + other) if one >= MET_ENOUGH and other else 0.0
