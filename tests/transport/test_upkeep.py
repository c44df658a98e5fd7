"""What a server process does by the clock: it forgets visits, too."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.transport.browsers import VisitorBrowser, in_database, story
from wagtail_livechat import clock
from wagtail_livechat.transport import process, upkeep
from wagtail_livechat.visitors.models import PageView, Visit


def visit_that_ended(site, minutes_ago: float) -> Visit:
    then = clock.now() - timedelta(minutes=minutes_ago)
    visit = Visit.objects.create(
        site=site,
        key_hash=uuid.uuid4().hex,
        began_at=then,
        seen_at=then,
        page_since=then,
        ended_at=then,
        language="en",
        device="desktop",
    )
    PageView.objects.create(visit=visit, number=1, page_id=1, at=then)
    return visit


def visits() -> set[int]:
    return set(Visit.objects.values_list("pk", flat=True))


@story
async def test_a_trail_outlives_its_visit_by_half_an_hour_also_where_nobody_keeps_the_house(
    site, monkeypatch
):
    await VisitorBrowser(site).says_hello()  # a process that runs
    kept = await in_database(visit_that_ended, site, 20)
    await in_database(visit_that_ended, site, 29)

    await process.running().upkeep.renew_once()

    assert await in_database(visits) == {kept.pk}
    assert await in_database(PageView.objects.count) == 1


@story
async def test_it_does_not_look_for_such_visits_all_the_time(site, monkeypatch):
    await VisitorBrowser(site).says_hello()
    await process.running().upkeep.renew_once()
    over = await in_database(visit_that_ended, site, 29)

    await process.running().upkeep.renew_once()
    assert await in_database(visits) == {over.pk}

    monkeypatch.setattr(upkeep, "FORGET_EVERY", 0.0)
    await process.running().upkeep.renew_once()
    assert await in_database(visits) == set()
