"""What a server process does by the clock: it forgets visits, too."""

from __future__ import annotations

import uuid
from datetime import timedelta
from itertools import pairwise
from time import monotonic

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


class Sitter:
    """A connection that is open and counts how often it is looked at."""

    turn = -1

    def __init__(self) -> None:
        self.looks: list[float] = []
        self.beats: list[float] = []
        self.heard_at = self.beat_at = 0.0

    def is_stuck(self, now: float) -> bool:
        self.heard_at = now
        return False

    def look_again(self, now: float) -> None:
        self.looks.append(now)

    def heads_wanted(self) -> list[str]:
        return []

    def beat(self, heads: dict[str, int]) -> None:
        self.beats.append(self.beat_at)

    def say_goodbye(self, retry_ms: int) -> None:
        pass


async def sit_down(site) -> tuple[upkeep.Upkeep, list[Sitter], int]:
    """In a process that runs: its upkeep, many who sit there, and a second long after they came."""
    await VisitorBrowser(site).says_hello()
    keep = process.running().upkeep
    sitters = [Sitter() for _ in range(50)]
    for sitter in sitters:
        keep.add(sitter)
    return keep, sitters, int(monotonic()) + 100


@story
async def test_each_connection_has_its_turn_in_every_round_and_a_beat_in_every_heartbeat(site):
    keep, sitters, began = await sit_down(site)
    await keep.tick_once(began)  # whoever has not been looked at for long is looked at now
    for sitter in sitters:
        sitter.looks.clear()
    for second in range(began + 1, began + 101):
        await keep.tick_once(second)
    for sitter in sitters:
        assert len(sitter.looks) == 100 / upkeep.TURNS
        between = {later - before for before, later in pairwise(sitter.beats[1:])}
        assert between == {25}
    # They do not all have it at once.
    assert len({sitter.looks[0] for sitter in sitters}) == upkeep.TURNS


@story
async def test_a_late_tick_leaves_nobody_out(site):
    keep, sitters, began = await sit_down(site)
    for late in (0, 3, 7, 60):
        await keep.tick_once(began + late)
    assert all(len(sitter.looks) >= 2 for sitter in sitters)
    assert all(sitter.looks[-1] == began + 60 for sitter in sitters)


@story
async def test_with_short_heartbeats_everybody_has_a_turn_in_each_tick(site, settings):
    settings.WAGTAIL_LIVECHAT = {
        **settings.WAGTAIL_LIVECHAT,
        "HEARTBEAT_SECONDS": 1.0,
        "SILENCE_SECONDS": 5.0,
    }
    keep, sitters, began = await sit_down(site)
    for second in range(began, began + 5):
        await keep.tick_once(second)
    assert all(sitter.looks == list(range(began, began + 5)) for sitter in sitters)
