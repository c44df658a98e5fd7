"""Whether the house is kept, and whose looks somebody sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder

from tests.factories import make_site
from wagtail_livechat import clock
from wagtail_livechat.privacy.actions import keep_house, record_access
from wagtail_livechat.privacy.models import HousekeepingRun, Look
from wagtail_livechat.privacy.queries import entries_of, house_kept_at, is_house_neglected

pytestmark = pytest.mark.django_db


def installed(hours_ago: float) -> None:
    MigrationRecorder.Migration.objects.filter(app="wagtail_livechat").update(
        applied=clock.now() - timedelta(hours=hours_ago)
    )


def test_a_house_that_was_just_moved_into_is_not_neglected() -> None:
    installed(47)
    assert house_kept_at() is None
    assert not is_house_neglected()


def test_a_house_that_is_never_kept_is_neglected() -> None:
    installed(49)
    assert is_house_neglected()


@pytest.mark.parametrize(("hours", "neglected"), [(47, False), (49, True)])
def test_after_two_days_somebody_is_told(hours: int, neglected: bool) -> None:
    installed(1_000)
    keep_house()
    assert not is_house_neglected()

    HousekeepingRun.objects.filter(task="visitors").update(
        finished_at=clock.now() - timedelta(hours=hours)
    )

    assert is_house_neglected() is neglected


def test_a_part_that_never_comes_to_its_end_is_noticed() -> None:
    installed(1_000)
    keep_house()
    HousekeepingRun.objects.filter(task="visitors").update(finished_at=None)

    assert is_house_neglected()


def test_somebody_sees_the_looks_of_their_sites_and_the_newest_first() -> None:
    here, there = make_site("a.test"), make_site("b.test")
    for site in (here, there, here):
        record_access(user_id=None, site_id=site.pk, look=Look.WATCHED)
    record_access(user_id=None, site_id=None, look=Look.WATCHED)

    mine = list(entries_of([here.pk]))

    assert [entry.site_id for entry in mine] == [here.pk] * 2
    assert mine[0].pk > mine[1].pk
    assert entries_of([here.pk, there.pk], homeless=True).count() == 4
