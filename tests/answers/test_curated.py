"""Answers that editors wrote."""

from __future__ import annotations

import pytest
from wagtail.models import Page, Site

from tests.answers.said import ask, make_answer, make_page, make_private
from tests.factories import make_locale
from wagtail_livechat.answers.answerers import UNKNOWN, Answer
from wagtail_livechat.answers.curated import CuratedAnswerer, page_ids_in

pytestmark = pytest.mark.django_db


def answer(site: Site, text: str, language: str = "en") -> Answer:
    return CuratedAnswerer().answer(ask(site, text, language))


def test_an_answer_has_its_words_its_pieces_and_its_pages(site: Site) -> None:
    page = make_page(site.root_page, "Getting here", "By tram. The car park is behind the shop.")
    row = make_answer(site, "Where can I park?", "<p>Behind the <b>shop</b>.</p>", page)
    found = answer(site, "where may I park")
    assert found.knows
    assert found.text == "Behind the shop."
    assert found.pieces == ({"t": "p", "c": ["Behind the ", {"t": "b", "c": ["shop"]}, "."]},)
    assert [(card.page_id, card.url) for card in found.cards] == [(page.pk, page.full_url)]
    assert found.source == f"curated:{row.pk}"


def test_the_passage_of_a_page_is_the_one_that_fits_the_question(site: Site) -> None:
    lines = "It is a long way. " * 8 + "Trams stop in front of the shop. " + "And so on. " * 20
    page = make_page(site.root_page, "Getting here", lines)
    make_answer(site, "Which tram do I take?", "", page)
    assert "Trams stop" in answer(site, "which trams can I take").cards[0].passage


@pytest.mark.parametrize("how", ["unpublished", "private", "deleted"])
def test_a_page_that_is_gone_is_left_out_and_an_answer_without_anything_is_none(
    site: Site, how: str
) -> None:
    page = make_page(site.root_page, "Getting here")
    make_answer(site, "Where can I park?", "", page)
    assert answer(site, "park").cards
    match how:
        case "unpublished":
            page.unpublish()
        case "private":
            make_private(page)
        case "deleted":
            Page.objects.get(pk=page.pk).delete()
    assert answer(site, "park") is UNKNOWN


def test_where_the_best_has_nothing_to_say_the_next_one_answers(site: Site) -> None:
    gone = make_page(site.root_page, "Getting here", live=False)
    make_answer(site, "car park", "", gone)
    make_answer(site, "car park please behind", "<p>Behind.</p>")
    assert answer(site, "car park").text == "Behind."


def test_pages_are_shown_in_the_language_of_the_answer(site: Site) -> None:
    page = make_page(site.root_page, "Hours")
    french = page.copy_for_translation(make_locale("fr"), copy_parents=True)
    french.title, french.live = "Horaires", True
    french.save()
    make_answer(site, "horaires", "", page, language="fr")
    assert [card.title for card in answer(site, "vos horaires", "fr").cards] == ["Horaires"]
    french.unpublish()
    assert answer(site, "vos horaires", "fr") is UNKNOWN


def test_a_draft_of_a_published_answer_is_not_said(site: Site) -> None:
    row = make_answer(site, "Where can I park?", "<p>Behind.</p>")
    row.text = "<p>Nowhere any more.</p>"
    row.save_revision()
    assert answer(site, "park").text == "Behind."
    row.unpublish()
    assert answer(site, "park") is UNKNOWN


def test_pages_are_known_without_a_query(site: Site, django_assert_num_queries) -> None:
    page = make_page(site.root_page, "Hours")
    row = make_answer(site, "hours", "", page)
    with django_assert_num_queries(0):
        assert page_ids_in(row.pages) == [page.pk]
    assert page_ids_in(None) == []
