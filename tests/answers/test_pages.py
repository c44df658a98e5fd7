"""Answers from pages: found well, and never what a visitor may not see."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page, Site

from tests.answers.said import ask, make_page, make_private
from wagtail_livechat.answers import page_index, pages
from wagtail_livechat.answers.answerers import MOST_CARDS, UNKNOWN, Answer
from wagtail_livechat.answers.pages import PageAnswerer

pytestmark = pytest.mark.django_db

HOURS = "Monday closed. Sunday from 11:00 to 17:00."


@pytest.fixture
def hours(site: Site) -> Page:
    make_page(site.root_page, "About us", "Five people who read what they sell.")
    make_page(site.root_page, "Gift cards", "For any amount, valid for five years.")
    return make_page(site.root_page, "Opening hours", HOURS)


def answer(site: Site, text: str, language: str = "en") -> Answer:
    return PageAnswerer().answer(ask(site, text, language))


def shown(site: Site, text: str, language: str = "en") -> list[int]:
    return [card.page_id for card in answer(site, text, language).cards]


def test_an_answer_is_a_card_with_title_passage_and_address(site: Site, hours: Page) -> None:
    found = answer(site, "Are you open on Sunday?")
    assert found.knows
    card = found.cards[0]
    assert (card.page_id, card.title, card.passage) == (hours.pk, "Opening hours", HOURS)
    assert card.url == hours.full_url
    assert found.source == "pages"


def test_what_no_page_knows_is_not_known(site: Site, hours: Page) -> None:
    assert answer(site, "Who won the world cup?") is UNKNOWN


def test_at_most_three_pages_are_shown(site: Site) -> None:
    for number in range(6):
        make_page(site.root_page, f"Umbrella {number}", "An umbrella for the rain.")
    assert len(answer(site, "umbrella for rain").cards) == MOST_CARDS


def test_a_page_is_gone_from_the_next_answer_once_it_is_unpublished(
    site: Site, hours: Page
) -> None:
    assert shown(site, "opening hours") == [hours.pk]
    hours.unpublish()
    assert shown(site, "opening hours") == []


@pytest.mark.parametrize("how", ["unpublished", "private", "private above", "deleted"])
def test_an_index_that_has_not_noticed_shows_nothing_that_is_gone(
    site: Site, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = make_page(site.root_page, "Section")
    page = make_page(section, "Umbrella", "For the rain.")
    kept = page_index.index_of(site.pk, "en")
    monkeypatch.setattr(pages, "index_of", lambda *args: kept)  # it never notices anything
    assert shown(site, "umbrella") == [page.pk]
    match how:
        case "unpublished":
            Page.objects.filter(pk=page.pk).update(live=False)
        case "private":
            make_private(page)
        case "private above":
            make_private(section)
        case "deleted":
            Page.objects.get(pk=page.pk).delete()
    assert shown(site, "umbrella") == []


def test_a_passage_is_what_the_page_says_now(
    site: Site, hours: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = page_index.index_of(site.pk, "en")
    monkeypatch.setattr(pages, "index_of", lambda *args: kept)
    hours.introduction = "Sunday closed for good."
    hours.save()
    assert answer(site, "opening hours on sunday").cards[0].passage == "Sunday closed for good."


def test_drafts_of_a_live_page_are_not_quoted(site: Site, hours: Page) -> None:
    hours.introduction = "Secret plans for Sunday."
    hours.save_revision()
    assert answer(site, "opening hours on sunday").cards[0].passage == HOURS


def test_another_site_and_another_language_are_not_shown(
    site: Site, other: Site, hours: Page
) -> None:
    assert shown(other, "opening hours") == []
    assert shown(site, "opening hours", "fr") == []


def test_while_a_large_site_is_being_read_wagtails_search_stands_in(
    site: Site, hours: Page, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": False}
    monkeypatch.setattr(page_index, "READ_AT_ONCE", 1)
    monkeypatch.setattr(page_index.Thread, "start", lambda self: None)
    assert shown(site, "What are your opening hours on Sunday?") == [hours.pk]
    assert not page_index.index_of(site.pk, "en").is_ready
    make_private(hours)
    assert shown(site, "What are your opening hours on Sunday?") == []
    assert answer(site, "Who won the world cup?") is UNKNOWN


STRANGE = [
    "",
    " ",
    "?!?!…———",
    "🙂" * 2000,
    "a" * 4000,
    "word " * 800,
    "'; DROP TABLE wagtailcore_page; --",
    '" OR "1"="1',
    "%_%_%",
    "\x00\x01\x02",
    "{{ settings.SECRET_KEY }} {% load %}",
    "<script>alert(1)</script>",
    "привет 你好 مرحبا שלום γειά",
    "﷽" * 300,
    "e" + "\u0301" * 3999,
    "\u202eopening hours",
    "٣٤٥ 1/0 -1e309 NaN",
]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("is_ready", [True, False])
def test_strange_questions_get_an_answer_or_an_honest_no(
    site: Site,
    hours: Page,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    is_ready: bool,
) -> None:
    if not is_ready:
        settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": False}
        monkeypatch.setattr(page_index, "READ_AT_ONCE", 0)
        monkeypatch.setattr(page_index.Thread, "start", lambda self: None)
    found = answer(site, text)
    assert found.knows == bool(found.cards)
