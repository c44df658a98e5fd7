"""Scripts as visitors walk them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from wagtail.models import Page, Site

from tests.answers.said import ask, make_page, make_script, step
from wagtail_livechat.answers.answerers import UNKNOWN, Answer, Choice, Expects
from wagtail_livechat.answers.models import SignpostScript
from wagtail_livechat.answers.telling import ScriptAnswerer, go_on, once_more, script_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(site: Site) -> Page:
    return make_page(site.root_page, "Delivery", "By post, four days.")


@pytest.fixture
def script(site: Site, page: Page) -> SignpostScript:
    return make_script(
        site,
        "Where is my order?\norder late",
        step("say", "sorry", "Sorry to hear it.", next="when"),
        step("ask", "when", "When was it?", choices={"This week": "wait", "Before": "mail"}),
        step("page", "wait", "It takes a while.", page=page.pk),
        step("email", "mail", "Your address?", next="human"),
        step("hand_over", "human", "Somebody looks it up."),
    )


def begun(site: Site) -> Answer:
    return ScriptAnswerer().answer(ask(site, "where is my order"))


def then(site: Site, before: Answer, text: str, **more: Any) -> Answer | None:
    """What follows, after the place has been kept as JSON."""
    place = json.loads(json.dumps(before.place))
    return go_on(ask(site, text, place=place, **more))


def test_a_script_begins_when_a_question_is_like_its_own(
    site: Site, script: SignpostScript
) -> None:
    found = begun(site)
    assert found.knows and found.is_step
    assert found.text == "Sorry to hear it.\n\nWhen was it?"
    assert found.choices == (Choice(key="1", label="This week"), Choice(key="2", label="Before"))
    assert found.expects is Expects.CHOICE
    assert found.source == f"script:{script.pk}"
    assert ScriptAnswerer().answer(ask(site, "gift cards")) is UNKNOWN


def test_a_choice_leads_to_a_page(site: Site, script: SignpostScript, page: Page) -> None:
    found = then(site, begun(site), "This week", choice="1")
    assert found is not None
    assert [card.page_id for card in found.cards] == [page.pk]
    assert (found.text, found.place) == ("It takes a while.", None)
    page.unpublish()
    gone = then(site, begun(site), "this week")
    assert gone is not None
    assert (gone.cards, gone.text) == ((), "It takes a while.")


def test_a_wrong_address_is_asked_for_again_in_the_visitors_language(
    site: Site, script: SignpostScript
) -> None:
    asked = then(site, begun(site), "Before")
    assert asked is not None and asked.expects is Expects.EMAIL
    first = then(site, asked, "not mine")
    assert first is not None
    assert "does not look like an e-mail address" in first.text
    assert (first.expects, first.choices) == (Expects.EMAIL, ())
    second = then(site, first, "no!")
    assert second is not None
    assert [choice.label for choice in second.choices] == ["Go on without"]
    french = go_on(replace(ask(site, "non"), place=first.place, language="fr"))
    assert french is not None
    assert french.choices[0].label != "Go on without"
    for words, choice in (("Go on without", "skip"), ("go on WITHOUT!", None)):
        skipped = then(site, second, words, choice=choice)
        assert skipped is not None
        assert (skipped.hands_over, skipped.email) == (True, None)


def test_an_address_is_told_to_whoever_keeps_the_conversation(
    site: Site, script: SignpostScript
) -> None:
    asked = then(site, begun(site), "Before")
    assert asked is not None
    found = then(site, asked, "ada@example.org")
    assert found is not None
    assert (found.email, found.hands_over) == ("ada@example.org", True)
    assert found.text == "Somebody looks it up."
    assert "ada@example.org" not in repr(found)


def test_other_words_leave_the_step_which_comes_once_more(
    site: Site, script: SignpostScript
) -> None:
    before = begun(site)
    assert then(site, before, "do you like cats") is None
    once = once_more(ask(site, "do you like cats", place=before.place))
    assert once.text == "Please choose one of these.\n\nWhen was it?"
    assert once.choices == before.choices
    assert once_more(ask(site, "or dogs", place=once.place)) is UNKNOWN


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"script": "1", "step": "when"},
        {"script": True, "step": "when"},
        {"script": 0, "step": "when", "tries": 0},
        {"script": None, "step": None},
        {"script": 10**30, "step": "when"},
    ],
)
def test_a_place_that_means_nothing_leads_nowhere(
    site: Site, script: SignpostScript, place: dict[str, Any]
) -> None:
    assert go_on(ask(site, "Before", place=place)) is None
    assert once_more(ask(site, "Before", place=place)) is UNKNOWN


def test_a_script_that_is_unpublished_or_of_another_site_goes_no_further(
    site: Site, other: Site, script: SignpostScript
) -> None:
    before = begun(site)
    assert go_on(ask(other, "Before", place=before.place)) is None
    script.unpublish()
    assert then(site, before, "Before") is None
    assert begun(site) is UNKNOWN


def test_a_step_that_is_gone_from_the_published_script_leads_nowhere(
    site: Site, script: SignpostScript
) -> None:
    before = begun(site)
    script.steps = [("hand_over", {"name": "human", "text": "Hello."})]
    script.save_revision().publish()
    assert then(site, before, "Before") is None


def test_what_cannot_be_read_in_a_column_is_left_out() -> None:
    class Stream:
        raw_data = (
            {"type": "say", "value": {"name": " a ", "text": None, "next": 3}},
            {"type": "ask", "value": {"name": "b", "choices": [{"label": "L", "next": "a"}, 7]}},
            {"type": "page", "value": {"name": "c", "page": "x"}},
            {"type": "unknown", "value": {}},
            {"type": "say", "value": "text"},
        )

    steps = script_in(Stream()).steps
    assert [(each.name, each.text, each.next) for each in steps][:1] == [("a", "", "")]
    assert steps[1].choices == (("L", "a"),)
    assert steps[2].page_id is None
    assert len(steps) == 3
