"""What the signpost of the bookshop says, and how well it finds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from wagtail.models import Page, Site

from example_site.bookshop.loading import load_bookshop
from tests.answers.labelled import (
    OUT_OF_SCOPE,
    Figures,
    Labelled,
    by_any_word,
    by_plain_search,
    by_signpost,
    labelled,
    measure,
    shop,
)
from tests.example_site.conftest import PORT
from wagtail_livechat.answers.answerers import Answer, Question
from wagtail_livechat.answers.asking import answer
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
from wagtail_livechat.answers.ranking import THRESHOLD
from wagtail_livechat.answers.scripts import problems
from wagtail_livechat.answers.telling import script_in
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.queries import signpost_mode
from wagtail_livechat.site_settings.rules import Signpost

pytestmark = [pytest.mark.urls("example_site.urls"), pytest.mark.usefixtures("bookshop")]


def asked(text: str, language: str) -> Answer:
    return answer(Question(text=text, site_id=shop().pk, language=language))


# What it says.


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Are you open on sundays?", "Opening hours"),
        ("en", "delivrey cost", "What delivery costs"),
        ("en", "Is this book in stock?", "Is it in stock?"),
        ("fr", "Êtes-vous ouvert dimanche ?", "Horaires"),
        ("fr", "combien coute la livraizon", "Prix de la livraison"),
        ("fr", "je veux être remboursée", "Retours"),
    ],
)
def test_what_is_often_asked_has_an_answer_in_its_language(
    language: str, text: str, name: str
) -> None:
    found = asked(text, language)
    row = CuratedAnswer.objects.get(name=name)
    assert found.source == f"curated:{row.pk}"
    assert row.locale.language_code == language
    assert found.text and found.cards


@pytest.mark.parametrize(
    ("language", "text", "choice"),
    [
        ("en", "Help me choose a book", "A child"),
        ("fr", "aidez moi à choisir un livre", "Un enfant"),
    ],
)
def test_a_script_leads_to_a_shelf(language: str, text: str, choice: str) -> None:
    begun = asked(text, language)
    assert begun.is_step and begun.choices
    led = answer(Question(text=choice, site_id=shop().pk, language=language, place=begun.place))
    page = Page.objects.get(pk=led.cards[0].page_id)
    assert page.locale.language_code == language


def test_the_scripts_of_the_demo_have_no_problems() -> None:
    scripts = SignpostScript.objects.filter(live=True)
    assert len(scripts) == 2
    assert [problems(script_in(script.steps)) for script in scripts] == [[], []]


def test_answers_are_translations_of_each_other() -> None:
    for model in (CuratedAnswer, SignpostScript):
        for row in model.objects.filter(locale__language_code="en"):
            assert row.get_translations().get().locale.language_code == "fr"


def test_the_signpost_answers_first_on_the_page_of_questions() -> None:
    forget()
    for language, slug in (("en", "questions"), ("fr", "questions")):
        page = Page.objects.get(slug=slug, locale__language_code=language)
        there = signpost_mode(shop().pk, language=language, page_path=page.path)
        above = signpost_mode(shop().pk, language=language, page_path=page.get_parent().path)
        assert (there, above) == (Signpost.ALWAYS, Signpost.NEVER)


def test_loading_again_adds_nothing() -> None:
    before = CuratedAnswer.objects.count(), SignpostScript.objects.count()
    assert load_bookshop(PORT) == []
    assert (CuratedAnswer.objects.count(), SignpostScript.objects.count()) == before


def test_the_second_site_knows_nothing_of_it(quay: Client) -> None:
    other = Site.objects.exclude(pk=shop().pk).get()
    found = answer(Question(text="Quels sont vos horaires ?", site_id=other.pk, language="fr"))
    assert not found.source.startswith(("curated", "script"))
    mine = set(Page.objects.descendant_of(other.root_page).values_list("pk", flat=True))
    assert {card.page_id for card in found.cards} <= mine


# How well it finds. The figures are in docs/concepts/signpost.md and in `make bench`.


@dataclass(frozen=True)
class Measured:
    signpost: Figures
    plain: Figures
    any_word: Figures
    asked: list[Labelled]


@pytest.fixture(params=["en", "fr"])
def measured(request: pytest.FixtureRequest) -> Measured:
    """On the questions that nobody looked at while numbers were chosen."""
    judges = [one for one in labelled() if one.judges and one.language == request.param]
    return Measured(
        *(measure(by, judges) for by in (by_signpost, by_plain_search, by_any_word)), judges
    )


def test_the_signpost_finds_far_more_than_plain_search(measured: Measured) -> None:
    ours, plain, kinder = measured.signpost, measured.plain, measured.any_word
    assert ours.questions == len(measured.asked) >= 60
    assert ours.recall_at_3 >= 0.9
    assert ours.mean_reciprocal_rank >= 0.85
    assert ours.recall_at_3 >= plain.recall_at_3 + 0.6
    assert ours.mean_reciprocal_rank >= plain.mean_reciprocal_rank + 0.6
    # Where any word will do, PostgreSQL knows the endings of English words: there it does best.
    assert ours.recall_at_3 >= kinder.recall_at_3 + 0.08
    assert ours.mean_reciprocal_rank >= kinder.mean_reciprocal_rank + 0.1


def test_what_is_out_of_scope_is_seldom_answered(measured: Measured) -> None:
    assert measured.signpost.answered_falsely <= 0.2
    assert measured.signpost.answered_falsely <= measured.any_word.answered_falsely - 0.5
    assert measured.signpost.kept_silent <= 0.1
    assert measured.signpost.wrong <= 0.05


def test_confidence_means_what_it_says() -> None:
    """Of those answered with so much confidence, about so many are right."""
    judged = [(one, by_signpost(one)) for one in labelled() if one.judges]
    sure = [(one, found) for one, found in judged if found.confidence >= 0.8]
    unsure = [(one, found) for one, found in judged if 0.0 < found.confidence < THRESHOLD]

    def right(pairs: list) -> float:
        hits = [bool(one.pages & set(found.pages[:3])) for one, found in pairs]
        return sum(hits) / len(hits)

    assert len(sure) >= 60 and len(unsure) >= 10
    assert right(sure) >= 0.9
    assert right(unsure) <= 0.5
    told = sum(found.confidence for _one, found in sure) / len(sure)
    assert abs(told - right(sure)) <= 0.08


def test_curated_answers_are_given_to_nobody_who_asks_something_else() -> None:
    outside = [one for one in labelled() if one.kind == OUT_OF_SCOPE]
    assert len(outside) == 40
    given = [asked(one.text, one.language) for one in outside]
    assert [found.source for found in given if found.source.startswith(("curated", "script"))] == []
    assert sum(found.knows for found in given) <= 6
