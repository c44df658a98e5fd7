"""To whom a reply is offered, and when."""

from datetime import date

import pytest

from wagtail_livechat.canned_replies.rules import (
    Asking,
    Reach,
    is_in_period,
    is_offered,
    is_shortcut,
    tag_list,
)

TODAY = date(2026, 3, 10)
ASKING = Asking(site_id=1, user_id=7, group_ids=frozenset({4}), today=TODAY)


@pytest.mark.parametrize(
    ("reach", "offered"),
    [
        (Reach(), True),
        (Reach(site_id=1), True),
        (Reach(site_id=2), False),
        (Reach(owner_id=7), True),
        (Reach(owner_id=8), False),
        (Reach(group_id=4), True),
        (Reach(group_id=5), False),
        (Reach(site_id=2, owner_id=7), False),
        (Reach(valid_until=date(2026, 3, 9)), False),
        (Reach(valid_from=date(2026, 3, 11)), False),
        (Reach(valid_from=TODAY, valid_until=TODAY), True),
    ],
)
def test_a_reply_is_offered_to_whom_it_is_for(reach, offered):
    assert is_offered(reach, ASKING) is offered


def test_a_period_includes_its_first_and_its_last_day():
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    days = [date(2026, 2, 28), first, last, date(2026, 4, 1)]
    assert [is_in_period(first, last, day) for day in days] == [False, True, True, False]
    assert is_in_period(None, None, TODAY)


@pytest.mark.parametrize("shortcut", ["hours", "opening-hours", "été", "a_1", "ساعات"])
def test_a_shortcut_is_typed_in_one_go(shortcut):
    assert is_shortcut(shortcut)


@pytest.mark.parametrize("shortcut", ["", "two words", "/hours", "-a", "a--b", "x" * 31, "=1"])
def test_what_cannot_be_typed_in_one_go_is_no_shortcut(shortcut):
    assert not is_shortcut(shortcut)


def test_a_tag_is_one_line_and_not_there_twice():
    assert tag_list([" Opening \n hours", "opening hours", "", "Gift"]) == ["Opening hours", "Gift"]
