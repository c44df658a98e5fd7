"""When a visitor seems stuck, reason by reason."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from tests.visitors.journeys.handwritten import FINE, STUCK
from tests.visitors.journeys.journey import BEGAN, LIMITS, Journey, journey
from tests.visitors.journeys.shop import PAGES, PLACES
from wagtail_livechat.protocol.values import PageKind, StuckReason
from wagtail_livechat.site_settings.rules import Limit, StuckLimits
from wagtail_livechat.visitors.stuck import Step, assess


def reasons(text: str, limits: StuckLimits = LIMITS) -> set[StuckReason]:
    return set(journey("", text).assessed(limits).reasons)


def test_nobody_who_has_just_come_is_stuck() -> None:
    found = assess([], PLACES, LIMITS, BEGAN)
    assert (found.score, found.reasons, found.stuck) == (0, (), False)
    assert not reasons("home:0")


def test_to_and_fro_between_two_pages_is_a_reason_with_its_name() -> None:
    found = journey("", "delivery:20 questions:20 delivery:20 questions:20").assessed()

    assert found.reasons == (StuckReason.BACK_AND_FORTH,)
    assert (found.score, found.stuck) == (2, True)


def test_two_turns_are_not_enough_and_slow_ones_neither() -> None:
    assert not reasons("delivery:20 questions:20 delivery:20")
    assert StuckReason.BACK_AND_FORTH not in reasons(
        "delivery:100 questions:100 delivery:100 questions:10"
    )


def test_a_page_that_is_loaded_again_is_no_turn() -> None:
    assert not reasons("delivery:9 questions:9 questions:9 delivery:9 delivery:9")


def test_the_list_between_two_books_is_looked_through() -> None:
    text = "pride:9 novels:2 persuasion:9 novels:2 pride:9 novels:2 persuasion:9"
    assert StuckReason.BACK_AND_FORTH in reasons(text)


def test_twice_round_three_neighbours_is_a_loop_and_going_deeper_ends_it() -> None:
    assert StuckReason.SIBLING_LOOP in reasons(
        "novels:6 mystery:6 ideas:6 novels:6 mystery:6 ideas:6"
    )
    assert StuckReason.SIBLING_LOOP not in reasons(
        "novels:6 mystery:6 ideas:6 essays:40 novels:6 mystery:6 ideas:6"
    )


def test_a_search_long_after_a_missing_page_is_another_matter() -> None:
    assert reasons("404:10 search(2):9") == {StuckReason.NOT_FOUND_SEARCH}
    assert not reasons("404:61 search(2):9")


def test_whoever_reads_what_the_search_found_has_found_it() -> None:
    assert reasons("404:5 search(2):9 pride:20") == {StuckReason.NOT_FOUND_SEARCH}
    assert not reasons("404:5 search(2):9 pride:31")


def test_one_empty_search_is_a_weak_reason_and_two_are_a_strong_one() -> None:
    once = journey("", "search(0):9").assessed()
    twice = journey("", "search(0):9 search(0):9").assessed()

    assert (once.score, once.stuck) == (1, False)
    assert (twice.score, twice.stuck) == (2, True)


def test_two_weak_reasons_make_a_strong_one() -> None:
    found = journey("", "contact:40 search(0):9").assessed()

    assert set(found.reasons) == {StuckReason.FORM_LEFT, StuckReason.EMPTY_SEARCH}
    assert found.stuck


@pytest.mark.parametrize(
    "fine",
    [
        "contact:80 contact:5 about:9",  # sent: it was loaded again
        "contact:80 other:9",  # sent, perhaps: what followed is no page of the tree
        "contact:80 about:9 contact:20",  # on it again
        "contact:20 about:9",  # hardly begun
        "contact:80",  # being filled in
    ],
)
def test_a_form_that_may_be_done_was_not_left(fine: str) -> None:
    assert StuckReason.FORM_LEFT not in reasons(fine)


def test_the_way_through_the_order_leaves_no_form() -> None:
    forms = {key: replace(page, is_form=page.in_funnel) for key, page in PAGES.items()}
    places = {page.page_id: page for page in forms.values()}
    steps = [
        Step(kind=PageKind.PAGE, at=BEGAN + timedelta(seconds=80 * n), page_id=forms[key].page_id)
        for n, key in enumerate(["basket", "address", "payment", "thank-you"])
    ]

    assert not assess(steps, places, LIMITS, steps[-1].at + timedelta(seconds=5)).reasons


def test_a_long_stay_counts_in_the_order_and_nowhere_else() -> None:
    assert reasons("payment:95") == {StuckReason.ORDER_DWELL}
    assert not reasons("payment:85")
    assert not reasons("thank-you:200")
    assert not reasons("pride:600")


def test_the_time_away_does_not_count() -> None:
    assert not reasons("payment:200~150")
    assert reasons("payment:200~100") == {StuckReason.ORDER_DWELL}
    assert not reasons("contact:300~280 about:9")


def test_whoever_turned_away_minutes_ago_is_not_waiting_for_help() -> None:
    assert not reasons("payment:500~390")


def test_a_page_left_open_without_a_word_is_not_read_for_an_hour() -> None:
    assert not reasons("payment:3600")


def test_coming_back_with_nothing_new_in_between_counts_and_a_list_does_not() -> None:
    text = "hours:20 about:9 hours:15 delivery:9 hours:15 questions:9 hours:15"
    assert StuckReason.SAME_PAGE in reasons(text)
    assert not reasons("novels:15 pride:9 novels:15 persuasion:9 novels:15 eyre:9 novels:15")
    assert not reasons("basket:15 pride:9 basket:15 persuasion:9 basket:15 eyre:9 basket:15")


def test_a_page_that_is_only_passed_is_not_come_back_to() -> None:
    assert not reasons("austen:20 pride:9 austen:4 women:9 austen:4 eyre:9 austen:4")


def test_three_new_pages_and_all_is_forgiven() -> None:
    lost = "delivery:9 questions:9 delivery:9 questions:9"
    assert reasons(f"{lost} pride:9 eyre:9")
    assert not reasons(f"{lost} pride:9 eyre:9 women:9")


def test_what_happened_minutes_ago_says_nothing_of_now() -> None:
    assert not reasons("delivery:9 questions:9 delivery:9 questions:9 pride:301")


def test_pages_that_are_not_known_are_passed_over() -> None:
    steps = [
        Step(kind=kind, at=BEGAN + timedelta(seconds=n), page_id=page_id)
        for n, (kind, page_id) in enumerate(
            [(PageKind.PAGE, 9_999), (PageKind.HIDDEN, None), (PageKind.PAGE, 8_888)] * 5
        )
    ]
    assert not assess(steps, PLACES, LIMITS, steps[-1].at).reasons


@pytest.mark.parametrize("reason", StuckReason)
def test_each_reason_has_a_switch(reason: StuckReason) -> None:
    off = replace(LIMITS, **{reason.value: replace(getattr(LIMITS, reason.value), on=False)})
    having = [one for one in STUCK if reason in one.assessed().reasons]

    assert having
    assert not [one.name for one in having if reason in one.assessed(off).reasons]


@pytest.mark.parametrize("reason", StuckReason)
def test_each_reason_has_a_threshold(reason: StuckReason) -> None:
    high = replace(LIMITS, **{reason.value: Limit(on=True, least=1_000)})
    if reason is StuckReason.NOT_FOUND_SEARCH:  # the seconds within which it happens
        high = replace(LIMITS, not_found_search=Limit(on=True, least=1))

    assert not [one.name for one in STUCK if reason in one.assessed(high).reasons]


def test_every_reason_has_its_limit() -> None:
    names = {field.name for field in fields(StuckLimits)}
    assert {reason.value for reason in StuckReason} <= names


@pytest.mark.parametrize("one", [*STUCK, *FINE], ids=lambda one: one.name)
def test_the_score_decides(one: Journey) -> None:
    eager, patient = replace(LIMITS, score=1), replace(LIMITS, score=99)

    assert one.assessed(eager).stuck == bool(one.assessed().reasons)
    assert not one.assessed(patient).stuck
