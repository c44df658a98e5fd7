"""What counts as a question, what came of it, and when a study is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wagtail_livechat.study.rules import (
    MOST_QUESTIONS,
    STALE_AFTER,
    Line,
    is_stale,
    questions_in,
    replies_in,
)

BEGAN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def thread(*said: tuple[str, str] | tuple[str, str, int]) -> list[Line]:
    """Who said what, one every ten seconds; a third value is the page."""
    return [
        Line(
            seq=number,
            kind=each[0],
            text=each[1],
            at=BEGAN + timedelta(seconds=10 * number),
            page_id=each[2] if len(each) > 2 else None,
        )
        for number, each in enumerate(said, start=1)
    ]


def test_what_a_visitor_writes_in_one_go_is_one_question() -> None:
    (asked,) = questions_in(
        thread(
            ("visitor", "Bonjour"),
            ("visitor", "vous livrez en Belgique ?"),
            ("visitor", "pour deux livres"),
            ("notice", ""),
            ("agent", "Bonjour !"),
            ("agent", "Oui, en trois jours ouvrés."),
            ("agent", "Les frais sont de quatre euros."),
        )
    )

    assert asked.text == "Bonjour\nvous livrez en Belgique ?\npour deux livres"
    assert (asked.seq, asked.answered_by, asked.seconds) == (1, "agent", 40)
    assert asked.reply == "Oui, en trois jours ouvrés.\nLes frais sont de quatre euros."


def test_each_turn_is_a_question_of_its_own() -> None:
    first, second = questions_in(
        thread(
            ("visitor", "Do you gift wrap?"),
            ("agent", "Yes, we wrap every book."),
            ("visitor", "thanks!"),
            ("agent", "You are welcome."),
            ("visitor", "and is delivery quick"),
        )
    )

    assert first.reply == "Yes, we wrap every book."
    assert (second.text, second.answered_by, second.seconds) == ("and is delivery quick", "", None)
    assert second.reply == ""


def test_what_answers_by_itself_is_told_from_an_agent() -> None:
    """Whatever is neither the visitor nor staff, by its kind."""
    (asked,) = questions_in(
        thread(
            ("visitor", "Opening hours?"),
            ("signpost", "Open from ten to seven."),
            ("agent", "On Sundays from eleven."),
        )
    )

    assert (asked.answered_by, asked.seconds) == ("signpost", 10)
    assert asked.reply == "On Sundays from eleven."


def test_what_did_not_help_is_no_answer() -> None:
    lines = thread(
        ("visitor", "Opening hours?"),
        ("signpost", "Gift cards are at the till."),
        ("agent", "On Sundays from eleven."),
    )
    lines[1] = replace(lines[1], helped=False)

    (asked,) = questions_in(lines)
    assert (asked.answered_by, asked.seconds) == ("agent", 20)
    (asked,) = questions_in(lines[:2])
    assert (asked.answered_by, asked.seconds) == ("", None)


def test_the_page_is_the_last_one_on_which_it_was_written() -> None:
    (asked,) = questions_in(
        thread(("visitor", "gift", 3), ("visitor", "vouchers?", 4), ("visitor", "please"))
    )
    assert asked.page_id == 4


def test_what_was_said_before_the_visitor_wrote_answers_nothing() -> None:
    (asked,) = questions_in(thread(("agent", "Can I help you?"), ("visitor", "parking nearby?")))
    assert asked.answered_by == ""


def test_small_talk_is_neither_a_question_nor_a_reply() -> None:
    lines = thread(("visitor", "Bonjour"), ("agent", "Bonjour !"), ("visitor", "merci"))
    assert questions_in(lines) == []
    assert replies_in(lines) == []


def test_a_card_is_no_reply_in_words() -> None:
    card = Line(seq=2, kind="agent", text="Delivery", at=BEGAN, is_card=True)
    lines = [*thread(("visitor", "delivery times?")), card]

    assert replies_in(lines) == []
    (asked,) = questions_in(lines)
    assert (asked.answered_by, asked.reply) == ("agent", "")


def test_nobody_fills_the_study_alone() -> None:
    said = [("visitor", "where is the atlas"), ("agent", "upstairs on the left")] * 50
    assert len(questions_in(thread(*said))) == MOST_QUESTIONS


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    late = Line(seq=1, kind="visitor", text="atlas?", at=BEGAN + timedelta(seconds=5))
    early = Line(seq=2, kind="agent", text="upstairs", at=BEGAN)
    assert questions_in([late, early])[0].seconds == 0


def test_a_study_of_which_nothing_is_heard_is_lost_after_a_while() -> None:
    assert not is_stale(BEGAN, BEGAN + STALE_AFTER)
    assert is_stale(BEGAN, BEGAN + STALE_AFTER + timedelta(seconds=1))
