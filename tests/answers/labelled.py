"""Questions to the demo bookshop with the pages that answer them, and what a ranking makes of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wagtail.models import Locale, Page, Site

from example_site.bookshop.loading.shops import SHOP_HOST
from example_site.bookshop.loading.signpost import LANGUAGES, pages_by_key
from example_site.bookshop.loading.tree import titles_of
from wagtail_livechat.answers.answerers import Question
from wagtail_livechat.answers.page_texts import open_pages
from wagtail_livechat.answers.pages import best_pages
from wagtail_livechat.answers.ranking import THRESHOLD

QUESTIONS = Path(__file__).with_name("questions.toml")
OUT_OF_SCOPE = "out of scope"
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A question and the pages that answer it; none: it is out of scope."""

    language: str
    kind: str
    text: str
    pages: frozenset[int]
    judges: bool
    """Not looked at while numbers were chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a ranking makes of a question: pages, the best first, and how sure it is."""

    pages: Sequence[int]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a ranking did."""

    questions: int
    recall_at_3: float
    mean_reciprocal_rank: float
    answered_falsely: float
    """Of the questions out of scope: the share that got an answer."""
    kept_silent: float
    """Of the others: the share that got none."""
    wrong: float
    """Of the others: the share whose answer has no right page."""


def labelled() -> Iterator[Labelled]:
    """The set, with the pages as they are in the database."""
    content = tomllib.loads(QUESTIONS.read_text("utf-8"))
    number = 0
    for language, groups in content.items():
        page_of = _pages_by_key(language)
        for group in groups:
            for text in group["asks"]:
                yield Labelled(
                    language=language,
                    kind=group["kind"],
                    text=text,
                    pages=frozenset(page_of[key] for key in group["pages"]),
                    judges=bool(number % 2),
                )
                number += 1


def _pages_by_key(language: str) -> dict[str, int]:
    locale = Locale.objects.get(language_code=language)
    pages = pages_by_key(shop(), locale, titles_of(*LANGUAGES[language]))
    return {key: page.pk for key, page in pages.items()}


def shop() -> Site:
    """The first site of the demo."""
    return Site.objects.get(hostname=SHOP_HOST)


def by_signpost(asked: Labelled) -> Found:
    """What the signpost finds among the pages."""
    question = Question(text=asked.text, site_id=shop().pk, language=asked.language)
    found = best_pages(question)
    return Found(
        pages=[match.page_id for match, _page in found],
        confidence=found[0][0].confidence if found else 0.0,
    )


def by_plain_search(asked: Labelled, operator: str | None = None) -> Found:
    """What Wagtail's search finds, asked as a search page asks it."""
    pages: Any = open_pages(shop().pk, [Locale.objects.get(language_code=asked.language).pk])
    words = asked.text.replace('"', " ").strip()
    hits: Iterable[Page] = pages.search(words, operator=operator)[:10]
    return Found(pages=[hit.pk for hit in hits])


def by_any_word(asked: Labelled) -> Found:
    """What Wagtail's search finds where any word will do: kinder to whole sentences."""
    return by_plain_search(asked, "or")


def measure(
    ranking: Callable[[Labelled], Found], questions: Iterable[Labelled], least: float = THRESHOLD
) -> Figures:
    """How a ranking does on these questions; it keeps silent below ``least``."""
    asked = [(one, ranking(one)) for one in questions]
    inside = [(one, found) for one, found in asked if one.pages]
    outside = [found for one, found in asked if not one.pages]
    spoken = [(one, found) for one, found in inside if found.pages and found.confidence >= least]

    def is_hit(one: Labelled, found: Found) -> bool:
        return bool(one.pages & set(found.pages[:MOST_SHOWN]))

    return Figures(
        questions=len(asked),
        recall_at_3=sum(is_hit(*pair) for pair in inside) / len(inside),
        mean_reciprocal_rank=sum(_reciprocal_rank(*pair) for pair in inside) / len(inside),
        answered_falsely=sum(bool(f.pages) and f.confidence >= least for f in outside)
        / max(1, len(outside)),
        kept_silent=1 - len(spoken) / len(inside),
        wrong=sum(not is_hit(*pair) for pair in spoken) / len(inside),
    )


def _reciprocal_rank(one: Labelled, found: Found) -> float:
    places = (place for place, pk in enumerate(found.pages, 1) if pk in one.pages)
    return 1 / next(places, float("inf"))
