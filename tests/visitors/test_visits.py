"""Visits are written only for who agreed, together, and leave nothing behind."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import make_visitor
from tests.watched import Agreed, make_page, make_watched_site
from wagtail_livechat import clock
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.visitors import queries, visits
from wagtail_livechat.visitors.actions import forget_key
from wagtail_livechat.visitors.events import VisitChanged, VisitEnded
from wagtail_livechat.visitors.models import PageCount, PageView, Visit
from wagtail_livechat.visitors.visits import PageViewed
from wagtail_livechat.workers.actions import enlist, retire
from wagtail_livechat.workers.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_watched_site()


@pytest.fixture
def heard(monkeypatch):
    events: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", events.append)
    monkeypatch.setattr("wagtail_livechat.bus.publish_all", events.extend)
    return events


@pytest.fixture
def worker():
    made = uuid.uuid4()
    enlist(made)
    return made


def trail(visit):
    return list(visit.steps.order_by("number").values_list("number", "page_id"))


def test_the_pages_of_a_visit_are_numbered_in_order(site):
    first, second = make_page(site), make_page(site)
    visitor = Agreed(site)
    visit = visitor.is_seen_on(first, second)
    assert trail(visit) == [(1, first.pk), (2, second.pk)]
    visit = visitor.is_seen_on(first)
    assert trail(visit) == [(1, first.pk), (2, second.pk), (3, first.pk)]
    assert (visit.pages, visit.page_id, visit.page_kind) == (3, first.pk, "page")


def test_a_visit_that_begins_to_be_written_begins_with_the_page_that_is_open(site):
    page = make_page(site)
    visitor = Agreed(site)
    sighting = visitor.sighting(page)
    visits.write_visits([visits.Sighting(**{**_fields(sighting), "steps": []})], worker_id=None)
    assert trail(visitor.visit) == [(1, page.pk)]


def _fields(sighting):
    return {name: getattr(sighting, name) for name in sighting.__dataclass_fields__}


def test_nothing_of_the_key_but_its_hash_is_stored(site):
    visitor = Agreed(site)
    visitor.is_seen_on(make_page(site))
    assert visitor.key not in str(Visit.objects.values().get())


def test_many_visits_are_written_together(site, worker, django_assert_max_num_queries):
    page = make_page(site)
    crowd = [Agreed(site) for _ in range(50)]
    visits.write_visits([each.sighting(page) for each in crowd], worker_id=worker)
    forget()
    with django_assert_max_num_queries(15):
        written = visits.write_visits([each.sighting(page) for each in crowd], worker_id=worker)
    assert [each.pages for each in written] == [2] * 50
    assert PageView.objects.count() == 100


def test_who_took_the_permission_back_is_not_written(site, worker):
    page = make_page(site)
    stays, goes = Agreed(site), Agreed(site)
    goes.changes_their_mind()
    written = visits.write_visits([goes.sighting(page), stays.sighting(page)], worker_id=worker)
    assert written[0] is None and written[1] is not None
    assert [visit.key_hash for visit in Visit.objects.all()] == [stays.key_hash]


@pytest.mark.parametrize("change", [{"mode": "reactive"}, {"child_directed": True}])
def test_a_site_that_watches_nobody_writes_nothing(site, worker, change):
    visitor = Agreed(site)
    LiveChatSettings.objects.filter(site=site).update(**change)
    forget()
    assert visits.write_visits([visitor.sighting(None)], worker_id=worker) == [None]
    assert not Visit.objects.exists()


def test_a_receipt_of_another_site_opens_nothing(site, worker):
    elsewhere = Agreed(make_watched_site("b.test"))
    here = Agreed(site)
    forged = here.sighting(None, receipt_id=elsewhere.receipt.pk)
    assert visits.write_visits([forged], worker_id=worker) == [None]


def test_what_another_process_wrote_is_not_taken_back(site):
    visitor = Agreed(site)
    visitor.is_seen_on(None, acknowledged=7, silenced=True)
    visit = visitor.is_seen_on(None, acknowledged=3)
    assert visit.acknowledged == 7 and visit.silenced


def test_the_process_that_a_tab_has_left_does_not_take_it_back(site):
    page, visitor = make_page(site), Agreed(site)
    left = visitor.sighting(None, at=clock.now() - timedelta(seconds=3))
    visitor.is_seen_on(page)
    visits.write_visits([left], worker_id=None)
    assert visitor.visit.page_id == page.pk


def test_everybody_hears_of_what_changed(site, heard):
    visit = Agreed(site).is_seen_on(None)
    assert heard == [
        VisitChanged(site_id=site.pk, visit_pk=visit.pk, visit_id=str(visit.public_id))
    ]


def test_a_page_change_is_no_departure(site, worker):
    visitor = Agreed(site)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    visits.linger(key_hashes=[visitor.key_hash], worker_id=worker)
    visits.end_expired()
    assert visitor.visit.ended_at is None
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    assert visitor.visit.expires_at is None


def test_who_does_not_come_back_has_left(site, worker, heard, monkeypatch):
    visitor = Agreed(site)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    visits.linger(key_hashes=[visitor.key_hash], worker_id=worker)
    later = clock.now() + timedelta(seconds=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    visits.end_expired()
    visits.end_expired()
    assert visitor.visit.ended_at == later
    assert [type(event) for event in heard] == [VisitChanged, VisitEnded]
    assert not heard[-1].withdrawn


def test_a_tab_that_another_process_holds_keeps_the_visit_alive(site, worker):
    visitor = Agreed(site)
    other = uuid.uuid4()
    enlist(other)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    visits.write_visits([visitor.sighting(None)], worker_id=other)
    visits.linger(key_hashes=[visitor.key_hash], worker_id=worker)
    assert visitor.visit.worker_id == other


def test_a_process_that_dies_leaves_no_ghost(site, worker):
    visitor = Agreed(site)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    Worker.objects.filter(pk=worker).update(seen_at=clock.now() - timedelta(minutes=1))
    assert not Visit.objects.live(clock.now()).exists()
    Worker.objects.filter(pk=worker).delete()
    visits.end_expired()
    assert visitor.visit.ended_at is not None


def test_a_process_that_leaves_in_good_order_leaves_no_ghost_either(site, worker):
    visitor = Agreed(site)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    retire(worker)
    visits.end_expired()
    assert visitor.visit.ended_at is not None


def test_who_returns_within_the_half_hour_goes_on(site):
    visitor = Agreed(site)
    visit = visitor.is_seen_on(make_page(site))
    visits.end_visits(key_hashes=[visitor.key_hash])
    again = visitor.is_seen_on(make_page(site))
    assert (again.pk, again.pages, again.ended_at) == (visit.pk, 2, None)


def test_who_returns_later_begins_anew(site, monkeypatch):
    visitor = Agreed(site)
    visit = visitor.is_seen_on(make_page(site))
    visits.end_visits(key_hashes=[visitor.key_hash])
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = visitor.is_seen_on(make_page(site))
    assert again.pk != visit.pk and again.pages == 1


def test_a_withdrawal_leaves_nothing_and_is_told_everywhere(site, heard):
    visitor = Agreed(site)
    visit = visitor.is_seen_on(make_page(site))
    heard.clear()
    visits.withdraw(site_id=site.pk, key_hash=visitor.key_hash, receipt_id=visitor.receipt.pk)
    assert not Visit.objects.exists() and not PageView.objects.exists()
    assert heard == [
        VisitEnded(
            site_id=site.pk,
            visit_pk=visit.pk,
            visit_id=str(visit.public_id),
            key_hash=visitor.key_hash,
            withdrawn=True,
        )
    ]


def test_a_withdrawal_finds_the_visit_by_its_receipt_too(site):
    visitor = Agreed(site)
    visitor.is_seen_on(None)
    visits.withdraw(site_id=site.pk, key_hash=None, receipt_id=visitor.receipt.pk)
    assert not Visit.objects.exists()


def test_a_withdrawal_of_what_was_never_written_is_told_all_the_same(site, heard):
    visitor = Agreed(site)
    visits.withdraw(site_id=site.pk, key_hash=visitor.key_hash)
    assert [event.key_hash for event in heard] == [visitor.key_hash]


def test_a_withdrawal_leaves_the_visits_of_others_alone(site):
    mine, theirs = Agreed(site), Agreed(site)
    mine.is_seen_on(None)
    theirs.is_seen_on(None)
    visits.withdraw(site_id=site.pk, key_hash=mine.key_hash, receipt_id=mine.receipt.pk)
    assert [visit.key_hash for visit in Visit.objects.all()] == [theirs.key_hash]


def test_a_visit_is_recognised_once_and_forgotten_with_the_key(site, heard):
    person = make_visitor(site)
    person.says("Hello")
    row = queries.visitor_by_key(site.pk, person.key_hash)
    agreed = Agreed(site)
    agreed.is_seen_on(None)
    link = {"site_id": site.pk, "key_hash": agreed.key_hash, "visitor_id": row.pk}
    assert visits.recognise(**link)
    assert not visits.recognise(**link)
    assert agreed.visit.visitor_id == row.pk
    visits.forget_visitor(visitor_id=row.pk)
    assert agreed.visit.visitor_id is None


def test_a_view_of_a_visit_that_another_receipt_allows_now_is_kept_with_that(site, worker):
    visitor = Agreed(site)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    anew = Agreed(site)
    [written] = visits.write_visits(
        [visitor.sighting(None, receipt_id=anew.receipt.pk)], worker_id=worker
    )
    assert written.pages == 2
    assert (visitor.visit.receipt_id, visitor.visit.worker_id) == (anew.receipt.pk, worker)
    visits.withdraw(site_id=site.pk, key_hash=None, receipt_id=anew.receipt.pk)
    assert not Visit.objects.exists()


def test_who_falls_back_to_polling_and_returns_is_held_accordingly(site, worker):
    visitor = Agreed(site)
    for minute in (1, 2):
        until = clock.now() + timedelta(minutes=minute)
        visits.write_visits([visitor.sighting(None, expires_at=until)], worker_id=worker)
        assert (visitor.visit.expires_at, visitor.visit.worker_id) == (until, None)
    visits.write_visits([visitor.sighting(None)], worker_id=worker)
    assert (visitor.visit.expires_at, visitor.visit.worker_id) == (None, worker)


def test_a_view_takes_no_link_to_a_conversation_away(site, worker):
    person, agreed = make_visitor(site), Agreed(site)
    person.says("Hello")
    row = queries.visitor_by_key(site.pk, person.key_hash)
    visits.write_visits([agreed.sighting(None)], worker_id=worker)
    visits.recognise(site_id=site.pk, key_hash=agreed.key_hash, visitor_id=row.pk)
    visits.write_visits([agreed.sighting(None)], worker_id=worker)
    visits.write_visits([agreed.sighting(None, visitor_id=row.pk)], worker_id=worker)
    assert (agreed.visit.visitor_id, agreed.visit.pages) == (row.pk, 3)


def test_a_yes_that_is_taken_back_between_two_views_leaves_the_second_unwritten(site, worker):
    crowd = [Agreed(site) for _ in range(3)]
    visits.write_visits([each.sighting(None) for each in crowd], worker_id=worker)
    crowd[1].changes_their_mind()
    written = visits.write_visits([each.sighting(None) for each in crowd], worker_id=worker)
    assert [found and found.pages for found in written] == [2, None, 2]
    assert (crowd[1].visit.pages, crowd[1].visit.steps.count()) == (1, 1)


def test_the_visits_of_many_sites_are_judged_each_by_its_own(site, worker):
    closed = make_watched_site("b.test")
    here, there = Agreed(site), Agreed(closed)
    LiveChatSettings.objects.filter(site=closed).update(mode="reactive")
    forget()
    seen = [there.sighting(None), here.sighting(None), there.sighting(None)]
    written = visits.write_visits(seen, worker_id=worker)
    assert [found and found.pk for found in written] == [None, here.visit.pk, None]


def test_what_a_process_remembers_of_who_left_links_no_visit_anew(site):
    """Another process writes the visit after the visitor has left for good."""
    person, agreed = make_visitor(site), Agreed(site)
    person.says("Hello")
    row = queries.visitor_by_key(site.pk, person.key_hash)
    sighting = replace(agreed.sighting(make_page(site)), visitor_id=row.pk)
    visits.write_visits([sighting], worker_id=None)
    assert agreed.visit.visitor_id == row.pk
    forget_key(site_id=site.pk, key_hash=person.key_hash)
    visits.forget_visitor(visitor_id=row.pk)
    visits.write_visits([sighting], worker_id=None)
    assert not visits.recognise(site_id=site.pk, key_hash=agreed.key_hash, visitor_id=row.pk)
    assert agreed.visit.visitor_id is None


def test_who_left_and_came_back_is_linked_as_who_came_back(site):
    person, agreed, later = make_visitor(site), Agreed(site), make_visitor(site)
    person.says("Hello")
    later.says("Hello again")
    old, new = (queries.visitor_by_key(site.pk, each.key_hash) for each in (person, later))
    sighting = agreed.sighting(make_page(site))
    visits.write_visits([replace(sighting, visitor_id=new.pk)], worker_id=None)
    forget_key(site_id=site.pk, key_hash=person.key_hash)
    visits.write_visits([replace(sighting, visitor_id=old.pk)], worker_id=None)
    assert agreed.visit.visitor_id == new.pk


def test_pages_are_counted_by_day_and_nothing_else_is_kept(site):
    today = clock.now().date()
    one, other = Agreed(site, statistics=True), Agreed(site, statistics=True)

    def viewed(agreed, page_id):
        return PageViewed(site.pk, agreed.receipt.pk, today, page_id)

    visits.count_pages([viewed(one, 5), viewed(other, 5), viewed(one, 0)])
    visits.count_pages([viewed(other, 5)])
    counts = PageCount.objects.order_by("page_id").values_list("day", "page_id", "views")
    assert list(counts) == [(today, 0, 1), (today, 5, 3)]


def test_nobody_is_counted_who_did_not_agree_or_does_not_any_more(site):
    today = clock.now().date()
    watched, changed = Agreed(site), Agreed(site, statistics=True)
    elsewhere = Agreed(make_watched_site("b.test"), statistics=True)
    changed.changes_their_mind()
    visits.count_pages(
        [PageViewed(site.pk, each.receipt.pk, today, 5) for each in (watched, changed, elsewhere)]
    )
    assert not PageCount.objects.exists()


def test_what_is_erased_late_is_told_like_a_withdrawal(site, heard):
    visitor = Agreed(site)
    visits.erase(site_id=site.pk, key_hash=visitor.key_hash)
    assert heard == []
    visitor.is_seen_on(None)
    heard.clear()
    visits.erase(site_id=site.pk, key_hash=visitor.key_hash)
    assert [event.withdrawn for event in heard] == [True]
    assert not Visit.objects.exists()
