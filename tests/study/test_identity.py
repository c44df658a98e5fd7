"""A group is known again by its words."""

from __future__ import annotations

from wagtail_livechat.study.identity import Known, recognise

HOURS = {"open": 0.8, "hour": 0.6}
HOURS_AGAIN = {"open": 0.7, "hour": 0.6, "sunday": 0.3}
SUNDAYS = {"open": 0.8, "sunday": 0.6}
DELIVERY = {"deliveri": 0.9, "day": 0.3}


def known(pk: int, keywords: dict[str, float], *, dealt: bool = False) -> Known:
    return Known(pk=pk, keywords=keywords, is_dealt_with=dealt)


def test_a_group_with_much_the_same_words_is_the_same_one() -> None:
    before = [known(1, DELIVERY), known(2, HOURS)]
    assert recognise([HOURS_AGAIN, DELIVERY], before) == {0: 2, 1: 1}


def test_a_group_with_other_words_is_new() -> None:
    assert recognise([DELIVERY], [known(1, HOURS)]) == {}
    assert recognise([], [known(1, HOURS)]) == {}
    assert recognise([HOURS], []) == {}


def test_of_two_that_are_alike_the_nearer_one_is_it() -> None:
    assert recognise([SUNDAYS, HOURS], [known(1, HOURS)]) == {1: 1}


def test_what_was_dealt_with_takes_up_all_that_is_alike() -> None:
    assert recognise([SUNDAYS, HOURS], [known(1, HOURS, dealt=True)]) == {0: 1, 1: 1}


def test_nothing_is_known_by_no_words() -> None:
    assert recognise([{}], [known(1, {})]) == {}
