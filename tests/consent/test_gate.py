"""The gate: closed, unless everything says yes."""

from datetime import UTC, datetime

import pytest

from tests.consent.conftest import NOON
from tests.factories import choose, let_assist, make_banner, make_site, publish
from wagtail_livechat.consent.gate import NONE, consent_in, consents_in, receipts_that_hold
from wagtail_livechat.consent.models import Change
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db


def asked(site, cookie, moment=NOON):
    return consent_in(site.pk, cookie, moment)


def setting(site, **values) -> None:
    LiveChatSettings.objects.filter(site=site).update(**values)
    forget()


def test_nobody_has_agreed_to_anything_without_a_choice(site, banner):
    for cookie in ("", "x", "1.1.yy.20270301.-.-.AAAA"):
        assert asked(site, cookie) == NONE


def test_who_agreed_has_agreed_to_just_that(site, banner):
    watched = asked(site, choose(site).cookie)
    assert (watched.assistance, watched.statistics) == (True, False)
    counted = asked(site, choose(site, assistance=False, statistics=True).cookie)
    assert (counted.assistance, counted.statistics) == (False, True)
    assert watched.receipt_id and watched.since == NOON.date()


def test_a_refusal_is_a_refusal(site, banner):
    found = asked(site, choose(site, assistance=False).cookie)
    assert (found.assistance, found.statistics, found.receipt_id) == (False, False, None)


def test_a_choice_of_another_site_says_nothing_here(site, banner):
    other = let_assist(make_site("b.test"))
    make_banner(other)
    assert asked(other, choose(site).cookie) == NONE


def test_a_forged_yes_says_nothing(site, banner):
    cookie = choose(site, assistance=False).cookie
    assert asked(site, cookie.replace(".nn.", ".yn.")) == NONE


def test_it_holds_for_six_months_and_not_a_day_more(site, banner):
    cookie = choose(site).cookie
    receipt = asked(site, cookie).receipt_id
    last = datetime(2027, 9, 1, 23, 59, tzinfo=UTC)
    over = datetime(2027, 9, 2, 0, 1, tzinfo=UTC)
    assert asked(site, cookie, last).assistance
    assert receipts_that_hold(site.pk, [receipt], last) == {receipt}
    assert asked(site, cookie, over) == NONE
    assert receipts_that_hold(site.pk, [receipt], over) == frozenset()


def test_a_major_change_ends_what_was_agreed_to(site, banner):
    cookie = choose(site).cookie
    banner.body = "<p>Now also your taste in books.</p>"
    publish(banner)
    found = asked(site, cookie)
    assert (found.assistance, found.receipt_id) == (False, None)


def test_a_minor_change_does_not(site, banner):
    cookie = choose(site).cookie
    banner.heading, banner.change = "May we see your pages, please?", Change.MINOR
    publish(banner)
    assert asked(site, cookie).assistance


def test_a_banner_that_is_taken_down_takes_the_consents_along(site, banner):
    cookie = choose(site).cookie
    banner.unpublish()
    assert not asked(site, cookie).assistance
    publish(banner)
    assert asked(site, cookie).assistance


def test_a_banner_that_is_deleted_does_too(site, banner):
    cookie = choose(site).cookie
    banner.delete()
    assert not asked(site, cookie).assistance


@pytest.mark.parametrize(
    ("values", "statistics"),
    [
        ({"mode": "reactive"}, True),
        ({"child_directed": True}, False),
        ({"enabled": False}, False),
        ({"external_consent": True}, False),
    ],
)
def test_the_site_decides_what_is_possible(site, banner, values, statistics):
    cookie = choose(site, statistics=True).cookie
    setting(site, **values)
    found = asked(site, cookie)
    assert (found.assistance, found.statistics) == (False, statistics)
    if found.receipt_id:
        assert receipts_that_hold(site.pk, [found.receipt_id], NOON) == frozenset()


def test_the_answers_of_the_sites_own_tool_count_where_it_is_used(site, banner):
    setting(site, external_consent=True)
    cookie = choose(site, interface="external", version=None, reference="cmp-1").cookie
    assert asked(site, cookie).assistance
    setting(site, external_consent=False)
    assert not asked(site, cookie).assistance


def test_many_visitors_are_asked_about_at_once(site, banner, django_assert_num_queries):
    cookies = [choose(site).cookie for _ in range(20)] + ["", "nonsense"]
    asked(site, "")  # the settings are kept from here on
    with django_assert_num_queries(1):
        found = consents_in(site.pk, cookies, NOON)
    assert [consent.assistance for consent in found] == [True] * 20 + [False] * 2
    with django_assert_num_queries(0):
        consents_in(site.pk, ["", "nonsense"], NOON)
