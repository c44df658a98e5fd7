"""The one statement says what the ORM says."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from tests.consent.conftest import NOON
from tests.factories import choose, publish
from wagtail_livechat.consent import hot_path
from wagtail_livechat.consent.gate import consent_in, receipts_that_hold, which_hold

pytestmark = pytest.mark.django_db


def receipt_of(site, **answers):
    return consent_in(site.pk, choose(site, **answers).cookie, NOON).receipt_id


@pytest.fixture
def receipts(site, banner, today):
    """One of last month, one of a version that means something else now, a withdrawn one,
    one that nobody has, two of today, and one of those again."""
    today(NOON - timedelta(days=30))
    old = receipt_of(site)
    today(NOON)
    gone = choose(site)
    withdrawn = consent_in(site.pk, gone.cookie, NOON).receipt_id
    choose(site, assistance=False, cookie=gone.cookie)
    counted = receipt_of(site, assistance=False, statistics=True)
    watched = receipt_of(site)
    return [old, withdrawn, uuid.uuid4(), counted, watched, old]


def test_each_is_judged_by_itself(site, receipts):
    held = [True, False, False, False, True, True]
    assert which_hold(site.pk, receipts, NOON) == held
    assert receipts_that_hold(site.pk, receipts, NOON) == {receipts[0], receipts[4]}
    assert which_hold(site.pk + 1, receipts, NOON) == [False] * 6
    assert which_hold(site.pk, [], NOON) == []


def test_what_means_something_else_now_is_told_apart_from_what_does_not(site, banner, receipts):
    banner.body = "<p>Now also your taste in books.</p>"
    publish(banner)
    anew = receipt_of(site)
    assert which_hold(site.pk, [*receipts, anew], NOON) == [False] * 6 + [True]


@pytest.mark.parametrize("change", ["nothing", "major", "unpublish", "delete"])
def test_both_ways_come_to_the_same(site, banner, receipts, change):
    if change == "major":
        banner.body = "<p>Now also your taste in books.</p>"
        publish(banner)
        receipts.append(receipt_of(site))
    elif change != "nothing":
        getattr(banner, change)()
    asked, plain = (
        {
            place: row._replace(places=[], newest_purposes=sorted(row.newest_purposes))
            for row in rows
            for place in row.places
        }
        for rows in (
            hot_path._ask(connection, site.pk, receipts),
            hot_path._plainly(site.pk, receipts),
        )
    )
    assert asked == plain
    assert set(plain) >= {0, 3, 4, 5}


def test_most_that_say_the_same_are_one_answer(site, banner, today):
    receipts = [receipt_of(site) for _ in range(5)]
    [(receipt, places)] = hot_path.standing_receipts(site.pk, receipts)
    assert sorted(places) == [0, 1, 2, 3, 4]
    assert (receipt.day, receipt.assistance, receipt.is_live) == (NOON.date(), True, True)
