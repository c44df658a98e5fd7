"""Numbers of triggers, their pause, and what an editor's revision cannot change of it."""

import pytest
from wagtail.models import ModelLogEntry, ReferenceIndex

from tests.factories import make_user
from tests.watched import make_page
from wagtail_livechat import clock
from wagtail_livechat.engagement import counting, queries
from wagtail_livechat.engagement.events import TriggerPaused, TriggerResumed
from wagtail_livechat.engagement.models import TriggerCount

from .conftest import make_trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    events: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", events.append)
    return events


def test_a_day_has_one_row_for_each_trigger(site):
    trigger = make_trigger(site)
    counting.count(trigger.pk, shown=1)
    counting.count(trigger.pk, shown=1, ignored=1)
    row = TriggerCount.objects.get()
    assert (row.shown, row.ignored, row.day) == (2, 1, clock.now().date())
    assert queries.counts_of([trigger.pk, 0]) == {
        trigger.pk: {"shown": 2, "accepted": 0, "declined": 0, "ignored": 1}
    }


def test_where_an_agent_invited_or_the_trigger_is_gone_there_is_nothing_to_count(site):
    trigger = make_trigger(site)
    pk = trigger.pk
    trigger.delete()
    counting.count(None, shown=1)
    counting.count_answer(None, dismissed=True)
    counting.count_answer(pk, dismissed=True)
    assert not TriggerCount.objects.exists()


def test_a_pause_is_told_and_written_down(site, heard):
    trigger = make_trigger(site, pause_after=5, pause_percent=60)
    for dismissed in (True, True, True, False, False):
        counting.count_answer(trigger.pk, dismissed=dismissed)
    trigger.refresh_from_db()
    assert trigger.paused_at is not None
    assert [event.trigger_pk for event in heard if isinstance(event, TriggerPaused)] == [trigger.pk]
    entry = ModelLogEntry.objects.get(action=counting.PAUSED)
    assert entry.data == {"dismissed": 3, "answered": 5}


def test_a_trigger_that_is_resumed_begins_to_count_anew(site, heard):
    trigger = make_trigger(
        site, paused_at=clock.now(), pause_reason="20/20", recent_answers=20, recent_dismissals=20
    )
    user = make_user("edith")
    assert counting.resume(trigger_pk=trigger.pk, user_id=user.pk)
    trigger.refresh_from_db()
    assert (trigger.paused_at, trigger.pause_reason, trigger.recent_answers) == (None, "", 0)
    assert isinstance(heard[-1], TriggerResumed)
    assert ModelLogEntry.objects.get(action=counting.RESUMED).user == user
    assert not counting.resume(trigger_pk=trigger.pk, user_id=user.pk)


def test_a_revision_says_nothing_about_the_pause_or_the_place_in_the_list(site):
    trigger = make_trigger(site, sort_order=3)
    revision = trigger.save_revision()
    type(trigger).objects.filter(pk=trigger.pk).update(
        paused_at=clock.now(), pause_reason="9/9", recent_answers=9, sort_order=1
    )
    trigger.refresh_from_db()
    revision.refresh_from_db()
    revision.publish()
    trigger.refresh_from_db()
    assert trigger.paused_at is not None
    assert (trigger.pause_reason, trigger.recent_answers, trigger.sort_order) == ("9/9", 9, 1)


def test_a_translation_is_not_paused_because_its_source_is(site):
    from tests.factories import make_locale

    trigger = make_trigger(site, paused_at=clock.now(), recent_answers=9)
    copy = trigger.copy_for_translation(make_locale("fr"))
    assert (copy.paused_at, copy.recent_answers) == (None, 0)
    assert copy.conditions == trigger.conditions


def test_a_page_knows_that_a_trigger_uses_it(site):
    page, unused = make_page(site), make_page(site)
    trigger = make_trigger(
        site, {"any": [{"is": "page", "page": page.pk, "below": True}, {"is": "returning"}]}
    )
    ReferenceIndex.create_or_update_for_object(trigger)
    (reference,) = ReferenceIndex.get_references_to(page)
    assert reference.object_id == str(trigger.pk)
    assert reference.describe_source_field() == "Conditions"
    assert not ReferenceIndex.get_references_to(unused).exists()


def test_conditions_that_cannot_be_read_use_nothing(site):
    trigger = make_trigger(site, {"is": "mood"})
    ReferenceIndex.create_or_update_for_object(trigger)
    assert (
        not ReferenceIndex.get_references_to(site.root_page)
        .filter(object_id=str(trigger.pk))
        .exists()
    )
