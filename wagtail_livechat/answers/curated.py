"""Answers that editors wrote, and the pages that they point to."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from .answerers import MOST_CARDS, UNKNOWN, Answer, Answerer, Card, Question
from .models import CuratedAnswer
from .page_index import index_of
from .page_texts import ReadPage, locales_for, read_pages, translations_of
from .pages import card_of
from .ranking import look_closely
from .rich_answers import pieces_without_dead_links, words_of
from .wordings import most_alike

TRIED: Final = 3


class CuratedAnswerer(Answerer):
    """Gives the published answer whose wordings are most like the question."""

    name: ClassVar[str] = "curated"

    def answer(self, question: Question) -> Answer:
        """The answer that is most like it and still has something to say."""
        alike = most_alike(
            CuratedAnswer,
            text=question.text,
            site_id=question.site_id,
            language=question.language,
        )
        for one in alike[:TRIED]:
            row = CuratedAnswer.objects.filter(pk=one.pk, live=True).first()
            if row is not None:
                made = made_of(row, question, one.confidence)
                if made.text or made.cards:
                    return made
        return UNKNOWN


def made_of(row: CuratedAnswer, question: Question, confidence: float) -> Answer:
    """An answer as a visitor gets it now."""
    pieces = pieces_without_dead_links(row.text, question.site_id)
    return Answer(
        knows=True,
        confidence=confidence,
        text=words_of(pieces),
        pieces=tuple(pieces),
        cards=cards_for(question, page_ids_in(row.pages)),
        source=f"{CuratedAnswerer.name}:{row.pk}",
    )


def page_ids_in(stream: Any) -> list[int]:
    """The pages of a stream in order, dead or alive, without a query."""
    return [
        block["value"]
        for block in (stream.raw_data if stream else ())
        if block["type"] == "page" and isinstance(block["value"], int)
    ]


def cards_for(question: Question, page_ids: Iterable[int]) -> tuple[Card, ...]:
    """Cards of these pages in the visitor's language, with the passage that fits the question.

    What is not published, not for everybody, of another site or in no language of theirs has
    none.
    """
    asked = list(dict.fromkeys(page_ids))
    if not asked:
        return ()
    pages = pages_in_language(question.site_id, question.language, asked)
    index = index_of(question.site_id, question.language).index
    wanted = index.wanted(question.text)
    return tuple(
        card_of(page, look_closely(index, wanted, page.text, 0.0)[0].passage) for page in pages
    )[:MOST_CARDS]


def pages_in_language(site_id: int, language: str, page_ids: list[int]) -> list[ReadPage]:
    """These pages, or else their translations, in order."""
    locale_ids = locales_for(language)
    translated = translations_of(page_ids, locale_ids)
    own = [translated.get(pk, pk) for pk in page_ids]
    found = read_pages(site_id, own, locale_ids)
    return [found[pk] for pk in dict.fromkeys(own) if pk in found]
