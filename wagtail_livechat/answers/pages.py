"""Answers from the site's own pages: at most three of them, each with the passage that fits."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from wagtail_livechat.wagtail_versions import page_model

from .answerers import MOST_CARDS, UNKNOWN, Answer, Answerer, Card, Question
from .page_index import Kept, index_of
from .page_texts import ReadPage, locales_for, open_pages, read_pages, read_texts
from .passages import LONG, one_line
from .ranking import THRESHOLD, Index, Match, Wanted, look_closely, ranked
from .words import content_words

LOOKED_AT: Final = 12
"""How many pages are looked at closely."""
ASIDE: Final = 30
"""How many of Wagtail's finds are looked at while the pages are still being read."""
LEAST_OF_OTHERS: Final = 0.4
"""How sure one must be of a second and a third page."""


class PageAnswerer(Answerer):
    """Points to live pages that everybody may view, of the question's site and language."""

    name: ClassVar[str] = "pages"

    def answer(self, question: Question) -> Answer:
        """The best pages, if one may be sure of the first."""
        found = best_pages(question)
        if not found or found[0][0].confidence < THRESHOLD:
            return UNKNOWN
        shown = [one for one in found[:MOST_CARDS] if one[0].confidence >= LEAST_OF_OTHERS]
        return Answer(
            knows=True,
            confidence=found[0][0].confidence,
            cards=tuple(card_of(page, match.passage) for match, page in shown),
            source=self.name,
        )


def best_pages(question: Question) -> list[tuple[Match, ReadPage]]:
    """The pages that fit best, the best first, read from the database now."""
    locale_ids = locales_for(question.language)
    kept = index_of(question.site_id, question.language)
    if kept.is_ready:
        index, wanted, scores = _first_look(kept, question)
    else:
        index = _index_of_finds(question, locale_ids)
        wanted = index.wanted(question.text)
        scores = dict(index.best(wanted, LOOKED_AT))
    pages = read_pages(question.site_id, scores, locale_ids)
    looked = [look_closely(index, wanted, page.text, scores[pk]) for pk, page in pages.items()]
    return [(match, pages[match.page_id]) for match in ranked(looked)]


def _first_look(kept: Kept, question: Question) -> tuple[Index, list[Wanted], dict[int, float]]:
    with kept.lock:
        index = kept.index
        wanted = index.wanted(question.text)
        return index, wanted, dict(index.best(wanted, LOOKED_AT))


def _index_of_finds(question: Question, locale_ids: list[int]) -> Index:
    """The words of what Wagtail's search finds, while the site is read for the first time."""
    words = " ".join(content_words(question.text, question.language))
    index = Index(question.language)
    if not words:
        return index
    pages: Any = open_pages(question.site_id, locale_ids)
    finds = [page.pk for page in pages.search(words, operator="or")[:ASIDE]]
    index.others = max(0, pages.count() - len(finds))
    for text in read_texts(page_model()._default_manager.filter(pk__in=finds)):
        index.put(text)
    return index


def card_of(page: ReadPage, passage: str) -> Card:
    """What a visitor is shown of a page."""
    return Card(
        page_id=page.text.page_id,
        title=page.text.title or "–",
        passage=one_line(passage)[: LONG + 40],
        url=page.url,
    )
