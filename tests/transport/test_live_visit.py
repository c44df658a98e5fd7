"""One visit in memory: several tabs, turning away, and what waits to be written."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from wagtail_livechat.consent.gate import Consent
from wagtail_livechat.protocol.values import StuckReason
from wagtail_livechat.transport.live_visit import (
    MOST_PENDING,
    MOST_STEPS,
    LiveVisit,
    Polled,
    Refs,
)
from wagtail_livechat.visitors.stuck import Assessment
from wagtail_livechat.visitors.table import StepFacts, VisitFacts
from wagtail_livechat.visitors.visits import Step

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = "ab" * 32


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def step(page_id, seconds=0):
    return Step(kind="page", page_id=page_id, results=None, at=after(seconds))


@pytest.fixture
def live():
    return LiveVisit(
        site_id=1,
        key_hash=KEY,
        consent=Consent(assistance=True, receipt_id=uuid.uuid4()),
        language="en",
        device="phone",
        origin="",
        now=NOON,
    )


def pages(live):
    return [each.page_id for each in live.trail]


def test_nobody_makes_a_visit_without_a_receipt():
    with pytest.raises(ValueError, match="receipt"):
        LiveVisit(
            site_id=1,
            key_hash=KEY,
            consent=Consent(),
            language="en",
            device="phone",
            origin="",
            now=NOON,
        )


def test_a_view_that_is_told_again_counts_once(live):
    assert live.view(step(1), "a")
    assert not live.view(step(1), "a")
    assert live.view(step(2), "b")
    assert live.view(step(1), "c")
    assert pages(live) == [1, 2, 1]


def test_a_tab_that_greets_with_the_open_page_has_only_come_back(live):
    assert live.view(step(1), "a", greeted=True)
    assert not live.view(step(1), "b", greeted=True)
    assert live.view(step(2), "c", greeted=True)
    assert live.view(step(2), "d")  # said to be another view, it is one
    assert pages(live) == [1, 2, 2]


def test_the_time_with_the_page_in_the_background_is_put_down_as_such(live):
    live.view(step(1), "a")
    assert live.set_active(False, after(10))
    assert not live.set_active(False, after(20))
    assert live.set_active(True, after(40))
    live.set_active(False, after(50))
    live.view(step(2, 60), "b")  # back, on another page
    assert live.trail[0].away == timedelta(seconds=40)
    assert live.idle_since is None


def test_what_was_acknowledged_is_never_less(live):
    assert live.see(3)
    assert not live.see(2)
    assert live.acknowledged == 3


def test_what_is_handed_over_is_handed_over_once(live):
    assert live.sighting() is None  # nothing is known yet
    live.view(step(1), "a")
    live.view(step(2), "b")
    sighting = live.sighting()
    assert [each.page_id for each in sighting.steps] == [1, 2]
    assert sighting.here.page_id == 2
    assert live.sighting().steps == []
    live.was_not_written(sighting.steps)
    live.view(step(3), "c")
    assert [each.page_id for each in live.sighting().steps] == [1, 2, 3]


def test_too_much_does_not_pile_up_and_the_newest_stays(live):
    for number in range(200):
        live.view(step(number), f"view {number}")
    assert len(live.pending) == MOST_PENDING
    assert len(live.trail) == MOST_STEPS
    assert not any(live.refs.add(f"view {number}") for number in range(180, 200))
    assert all(live.refs.add(f"view {number}") for number in range(160))
    assert live.sighting().here.page_id == 199
    live.was_not_written([step(1)] * 50)
    assert len(live.pending) == MOST_PENDING


def test_reasons_that_come_to_nothing_are_nobodys_business(live):
    live.view(step(1), "a")
    live.assessment = Assessment(score=1, reasons=(StuckReason.EMPTY_SEARCH,), stuck=False)
    assert (live.sighting().score, live.sighting().reasons) == (1, [])
    live.assessment = Assessment(score=2, reasons=(StuckReason.SAME_PAGE,), stuck=True)
    assert live.sighting().reasons == ["same_page"]


def row(**more):
    fields = dict.fromkeys(VisitFacts._fields) | {
        "pk": 7,
        "public_id": uuid.uuid4(),
        "began_at": after(-60),
        "origin": "https://search.example",
        "page_kind": "page",
        "page_id": 5,
        "page_since": after(-10),
        "pages": 4,
        "acknowledged": 2,
    }
    return VisitFacts(**(fields | more))


def test_what_another_process_wrote_is_taken_over(live):
    written = [
        StepFacts(4, "page", 5, None, after(-10)),
        StepFacts(3, "search", None, 0, after(-30)),
    ]
    live.is_written_as(row(), written)
    assert (live.pk, live.pages, live.acknowledged) == (7, 4, 2)
    assert (live.here.page_id, pages(live)) == (5, [None, 5])
    assert live.began_at == after(-60)
    # The page that it came with is the one that is written: nothing has moved.
    assert not live.view(step(5), "a", greeted=True)


def test_what_waits_here_is_newer_than_what_is_written(live):
    live.view(step(9, 5), "a")
    live.is_written_as(row(), [StepFacts(4, "page", 5, None, after(-10))])
    assert live.here.page_id == 9
    assert [each.page_id for each in live.pending] == [9]


def test_a_record_that_closes_leaves_the_open_page(live):
    live.view(step(1), "a")
    live.view(step(2), "b")
    live.is_written_as(row(page_id=2, page_since=after(0)), [])
    live.starts_over()
    assert (live.pk, live.acknowledged, live.pending, live.pages) == (None, 0, [], 1)
    assert (live.here.page_id, pages(live)) == (2, [])
    live.is_kept_from_now_on()
    assert pages(live) == [2]


def test_a_visit_that_polls_remembers_what_stands():
    polled = Polled()
    invitation = {
        "id": "x",
        "text": "Can I help?",
        "sender": None,
        "automatic": True,
        "expires_at": 1,
    }
    polled.tell_invitation(json.dumps({"type": "invitation.made", "invitation": invitation}))
    assert polled.invitation is not None and polled.invitation.text == "Can I help?"
    polled.tell_invitation(
        json.dumps({"type": "invitation.ended", "invitation": "x", "accepted": False})
    )
    assert polled.invitation is None


def test_a_tab_that_stays_open_is_remembered_however_many_others_come():
    refs = Refs()
    assert refs.add("mine")
    for number in range(1_000):
        assert refs.add(f"other {number}")
        assert not refs.add("mine")


def test_without_leave_nothing_stays_but_the_open_page(live):
    for number in range(3):
        assert live.view(step(number), f"view {number}", is_kept=False)
    assert (live.here.page_id, live.pages, live.pending, live.trail) == (2, 1, [], [])
    assert not live.view(step(2), "view 2", is_kept=False)
    live.is_kept_from_now_on()
    live.view(step(3), "view 3")
    assert pages(live) == [2, 3] and [each.page_id for each in live.pending] == [3]
