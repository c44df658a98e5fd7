"""The demo's canned replies: they answer what is asked most, and it takes few keys."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import median

import pytest
from wagtail.models import Site

from example_site.bookshop.loading.replies import replies_told
from example_site.bookshop.loading.shops import SHOP_HOST
from tests.factories import Agent, VisitorInBrowser, make_agent, make_visitor
from wagtail_livechat.canned_replies import queries
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.conversations.models import Conversation

LABELLED = Path(__file__).parents[1] / "study" / "exchanges"
MOST_ASKED = 10
KEYS_AT_MOST = 6
LANGUAGES = ("en", "fr")


def most_asked(language: str) -> list[tuple[str, list[str]]]:
    """The questions that visitors ask most, each with its wordings."""
    topics = tomllib.loads((LABELLED / f"questions.{language}.toml").read_text("utf-8"))
    asked = [
        (topic, told["asked"])
        for topic, told in topics.items()
        if topic != "chat" and "asked" in told
    ]
    asked.sort(key=lambda found: (-len(found[1]), found[0]))
    return asked[:MOST_ASKED]


@pytest.fixture
def site(bookshop: None) -> Site:
    return Site.objects.get(hostname=SHOP_HOST)


@pytest.fixture
def agent(site: Site) -> Agent:
    return make_agent("robin", site, alias="Robin")


def visitor_who_asks(site: Site, language: str, text: str) -> VisitorInBrowser:
    visitor = make_visitor(site)
    visitor.says(text)
    Conversation.objects.filter(pk=visitor.conversation.pk).update(language=language)
    return visitor


def answering(topic: str, language: str) -> str:
    """The title of the reply that is for this question."""
    (title,) = (
        told[language]["title"] for told in replies_told() if topic in told.get("answers", ())
    )
    return title


def first_found(agent: Agent, visitor: VisitorInBrowser, query: str) -> str | None:
    found = queries.found(
        rights=agent.rights,
        alias="Robin",
        conversation_id=str(visitor.conversation.public_id),
        query=query,
    )
    return found[0].title if found and not found[0].missing else None


def keys_for(agent: Agent, visitor: VisitorInBrowser, shortcut: str, title: str) -> int:
    """The slash, as many letters as bring the reply to the top, Enter, and Enter again."""
    for letters in range(1, len(shortcut) + 1):
        if first_found(agent, visitor, shortcut[:letters]) == title:
            return 1 + letters + 2
    raise AssertionError(f"“{title}” is not found by “{shortcut}”.")


def test_every_reply_is_published_in_both_languages_as_a_translation(bookshop: None) -> None:
    told = replies_told()
    for language in LANGUAGES:
        there = CannedReply.objects.filter(live=True, locale__language_code=language)
        assert there.count() == len(told)
    keys = CannedReply.objects.values_list("translation_key", flat=True)
    assert len(set(keys)) == len(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ten_most_frequent_questions_are_answered_with_six_keys_or_fewer(
    site: Site, agent: Agent, language: str
) -> None:
    shortcuts = {told[language]["title"]: told["shortcut"] for told in replies_told()}
    visitor = visitor_who_asks(site, language, "?")
    keys = {}
    for topic, _wordings in most_asked(language):
        title = answering(topic, language)
        keys[topic] = keys_for(agent, visitor, shortcuts[title], title)
    assert len(keys) == MOST_ASKED
    assert median(keys.values()) <= KEYS_AT_MOST, keys
    assert max(keys.values()) <= KEYS_AT_MOST, keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_library_already_suggests_most_of_what_is_asked(
    site: Site, agent: Agent, language: str
) -> None:
    """Before anything was ever used, a reply's own words suggest it; use only adds to that."""
    right = 0
    wordings = [(topic, asked[0]) for topic, asked in most_asked(language)]
    for topic, asked in wordings:
        visitor = visitor_who_asks(site, language, asked)
        _seq, suggested = queries.suggested(
            rights=agent.rights,
            alias="Robin",
            conversation_id=str(visitor.conversation.public_id),
        )
        right += answering(topic, language) in [each.title for each in suggested]
    assert right >= 7, f"{right} of {len(wordings)}"


def test_a_reply_of_the_demo_comes_with_its_page(site: Site, agent: Agent) -> None:
    visitor = visitor_who_asks(site, "fr", "Vos horaires ?")
    (told, *_others) = queries.found(
        rights=agent.rights,
        alias="Robin",
        conversation_id=str(visitor.conversation.public_id),
        query="hours",
    )
    assert told.title == "Horaires d’ouverture" and told.language == "fr"
    assert [card.title for card in told.cards] == ["Horaires"]
    assert told.text.startswith("Bonjour à vous !")
