"""Asking one answerer after the other, whatever they do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from wagtail.models import Site

from tests.answers.said import ask, make_answer, make_page, make_script, step
from wagtail_livechat.answers import asking
from wagtail_livechat.answers.answerers import (
    FAILED,
    UNKNOWN,
    Answer,
    Answerer,
    Card,
    Choice,
    Question,
)
from wagtail_livechat.answers.asking import answer, answerers

pytestmark = pytest.mark.django_db

HERE = __name__
SECRET = "my card is 4111 1111 1111 1111"


class Knows(Answerer):
    def answer(self, question: Question) -> Answer:
        return Answer(knows=True, text=f"I know: {question.text}", source=self.name)


class KnowsNot(Answerer):
    name = "ignorant"

    def answer(self, question: Question) -> Answer:
        return UNKNOWN


class Breaks(Answerer):
    def answer(self, question: Question) -> Answer:
        raise ValueError(f"cannot read {question.text}")


class ReturnsText(Answerer):
    def answer(self, question: Question) -> Answer:
        return "yes"  # type: ignore[return-value]


class Hangs(Answerer):
    let_go = Event()

    def answer(self, question: Question) -> Answer:
        self.let_go.wait(60)
        return UNKNOWN


class SaysTooMuch(Answerer):
    def answer(self, question: Question) -> Answer:
        card = Card(page_id=1, title="t", passage="p", url="https://a.test/")
        return Answer(
            knows=True,
            confidence=7.0,
            text="\x00" + "x" * 9000,
            cards=(card,) * 9,
            choices=tuple(Choice(key=str(n), label="l") for n in range(20)),
        )


Use = Callable[..., None]


@pytest.fixture
def use(settings: Any) -> Use:
    def choose(*classes: type[Answerer], **more: Any) -> None:
        paths = [f"{each.__module__}.{each.__qualname__}" for each in classes]
        settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "ANSWERERS": paths, **more}

    return choose


def test_ours_are_asked_unless_a_project_says_otherwise() -> None:
    assert [one.name for one in answerers()] == ["script", "curated", "pages"]


def test_the_first_that_knows_has_answered(site: Site, use: Use) -> None:
    use(KnowsNot, Knows)
    assert [one.name for one in answerers()] == ["ignorant", "Knows"]
    assert answer(ask(site, "why")).text == "I know: why"


def test_nobody_knows(site: Site, use: Use) -> None:
    use(KnowsNot)
    assert answer(ask(site, "why")) is UNKNOWN


@pytest.mark.parametrize("broken", [Breaks, ReturnsText])
def test_one_that_breaks_opens_the_way_to_a_human_and_is_logged_without_the_question(
    site: Site, use: Use, broken: type[Answerer], caplog: pytest.LogCaptureFixture
) -> None:
    use(broken)
    with caplog.at_level(logging.ERROR):
        assert answer(ask(site, SECRET)) is FAILED
    assert broken.name in caplog.text
    assert "4111" not in caplog.text


def test_after_one_that_breaks_the_next_one_may_know(site: Site, use: Use) -> None:
    use(Breaks, Knows)
    assert answer(ask(site, "why")).text == "I know: why"


def test_one_that_hangs_is_left_behind(
    site: Site, use: Use, caplog: pytest.LogCaptureFixture
) -> None:
    use(Hangs, Knows, INLINE_DATABASE=False, ANSWER_SECONDS=0.1)
    try:
        with caplog.at_level(logging.ERROR):
            assert answer(ask(site, "why")) is FAILED
    finally:
        Hangs.let_go.set()
    assert "Hangs did not answer: it took more than" in caplog.text
    # Its time was everybody's.
    assert "Knows did not answer: there was no time left" in caplog.text


def test_what_an_answerer_says_is_cut_to_what_is_shown(site: Site, use: Use) -> None:
    use(SaysTooMuch)
    found = answer(ask(site, "why"))
    assert found.text == "x" * asking.LONGEST_ANSWER
    assert (len(found.cards), len(found.choices), found.confidence) == (3, 8, 1.0)


def test_an_answerer_is_asked_no_more_than_four_thousand_characters(site: Site, use: Use) -> None:
    use(Knows)
    assert answer(ask(site, "\x00" + "y" * 9000)).text == "I know: " + (" " + "y" * 3999)[:3992]


def test_curated_answers_come_before_pages_and_scripts_before_both(site: Site) -> None:
    make_page(site.root_page, "Parking", "The car park is behind the shop.")
    assert answer(ask(site, "where is the car park")).source == "pages"
    make_answer(site, "Where is the car park?", "<p>Behind.</p>")
    assert answer(ask(site, "where is the car park")).text == "Behind."
    make_script(site, "Where is the car park?", step("say", "a", "Do you come by car?"))
    assert answer(ask(site, "where is the car park")).text == "Do you come by car?"


def test_in_a_script_other_questions_are_answered_and_it_is_left(site: Site) -> None:
    make_answer(site, "Do you sell tea?", "<p>Yes.</p>")
    make_script(
        site,
        "my order",
        step("ask", "when", "When?", choices={"Now": "end", "Later": "end"}),
        step("say", "end", "Good."),
    )
    begun = answer(ask(site, "my order"))
    assert begun.place is not None
    assert answer(ask(site, "Now", place=begun.place)).text == "Good."
    aside = answer(ask(site, "do you sell tea", place=begun.place))
    assert (aside.text, aside.place) == ("Yes.", None)
    once = answer(ask(site, "xyzzy", place=begun.place))
    assert once.is_step and "When?" in once.text
    assert answer(ask(site, "xyzzy", place=once.place)) is UNKNOWN


def test_a_visitor_in_a_script_goes_on_in_it_whatever_the_setting(site: Site, use: Use) -> None:
    make_script(
        site,
        "my order",
        step("ask", "when", "When?", choices={"Now": "end", "Later": "end"}),
        step("say", "end", "Good."),
    )
    begun = answer(ask(site, "my order"))
    use(KnowsNot)
    assert answer(ask(site, "Later", place=begun.place)).text == "Good."
