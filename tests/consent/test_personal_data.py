"""What is proved is kept for as long as it must be, and then goes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.consent.conftest import NOON
from tests.factories import choose
from wagtail_livechat.consent import personal_data
from wagtail_livechat.consent.models import Receipt, RefusalCount
from wagtail_livechat.consent.personal_data import expire

pytestmark = pytest.mark.django_db

WITHDRAWN = datetime(2027, 4, 1, 12, tzinfo=UTC)
KEPT = datetime(2029, 4, 1, 12, tzinfo=UTC)


@pytest.fixture
def withdrawn(site, banner, today):
    cookie = choose(site).cookie
    today(WITHDRAWN)
    choose(site, assistance=False, cookie=cookie)
    return cookie


def test_proof_is_kept_for_two_years_after_it_was_relied_on(withdrawn, today):
    today(KEPT)
    assert expire() == 0
    assert Receipt.objects.count() == 2
    today(KEPT + timedelta(seconds=1))
    assert expire() == 2
    assert not Receipt.objects.exists()


def test_a_yes_that_lapsed_gets_its_end_and_two_years_more(site, banner, today):
    choose(site)
    today(datetime(2027, 9, 1, 23, tzinfo=UTC))
    expire()
    assert Receipt.objects.count() == 1
    over = datetime(2027, 9, 2, 3, tzinfo=UTC)
    today(over)
    assert expire() == 0
    end = Receipt.objects.get(action="expired")
    assert (end.previous.action, end.at, end.assistance) == ("given", over, False)
    assert expire() == 0
    assert Receipt.objects.count() == 2
    today(datetime(2029, 9, 2, 4, tzinfo=UTC))
    assert expire() == 2


def test_what_still_stands_stays_though_what_it_changed_goes(site, banner, today):
    first = choose(site)
    today(datetime(2027, 8, 30, tzinfo=UTC))
    second = choose(site, statistics=True, cookie=first.cookie)
    today(datetime(2027, 8, 30, tzinfo=UTC) + timedelta(days=1))
    rows = Receipt.objects.filter(previous__isnull=False)
    assert rows.get().pk == second.choice.receipt
    assert expire() == 0


def test_a_dry_run_only_counts(withdrawn, today):
    today(KEPT + timedelta(seconds=1))
    assert expire(dry_run=True) == 2
    assert Receipt.objects.count() == 2


def test_it_goes_batch_by_batch_and_on_where_it_stopped(site, banner, today, monkeypatch):
    monkeypatch.setattr(personal_data, "BATCH", 3)
    for _ in range(5):
        choose(site, assistance=False, cookie=choose(site).cookie)
    today(NOON.replace(year=2029) + timedelta(days=1))
    assert expire(seconds=0) == 0
    assert Receipt.objects.count() == 10
    assert expire() == 10
    assert expire() == 0


def test_numbers_of_refusals_go_too(site, banner, today):
    choose(site, assistance=False)
    today(NOON.replace(year=2029))
    assert expire() == 0
    today(NOON.replace(year=2029) + timedelta(days=1))
    assert expire() == 1
    assert not RefusalCount.objects.exists()
