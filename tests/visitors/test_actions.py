"""Visitors connect, leave, are forgotten, and get fresh keys."""

import uuid
from datetime import timedelta

import pytest

from tests.factories import make_site, make_visitor
from wagtail_livechat import clock, tokens
from wagtail_livechat.visitors import actions, queries
from wagtail_livechat.visitors.events import VisitorForgotten, VisitorPresenceChanged
from wagtail_livechat.visitors.models import Visitor, VisitorConnection
from wagtail_livechat.workers.actions import enlist
from wagtail_livechat.workers.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def visitor(site):
    someone = make_visitor(site)
    someone.says("Hello")
    return someone


@pytest.fixture
def row(visitor):
    return queries.visitor_by_key(visitor.site.pk, visitor.key_hash)


@pytest.fixture
def heard(monkeypatch):
    events: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus._deliver", events.append)
    return events


def opens_a_socket(row) -> uuid.UUID:
    worker, key = uuid.uuid4(), uuid.uuid4()
    enlist(worker)
    actions.connect(visitor_id=row.pk, key=key, worker_id=worker)
    return key


def test_only_a_hash_of_the_key_is_stored(visitor, row):
    assert visitor.key not in str(Visitor.objects.values().get())


def test_a_key_is_nobody_on_another_site(visitor):
    assert queries.visitor_by_key(make_site("b.test").pk, visitor.key_hash) is None


def test_the_socket_is_the_presence(row):
    assert queries.present_visitor_ids([row.pk]) == frozenset()
    opens_a_socket(row)
    assert queries.present_visitor_ids([row.pk]) == {row.pk}


def test_a_dead_process_leaves_no_ghost(row):
    opens_a_socket(row)
    Worker.objects.update(seen_at=clock.now() - timedelta(seconds=16))
    assert queries.present_visitor_ids([row.pk]) == frozenset()


def test_between_two_pages_a_visitor_has_not_left(row, heard, django_capture_on_commit_callbacks):
    key = opens_a_socket(row)
    actions.disconnect_all(departures={key: row.pk})
    actions.leave_expired()
    assert queries.present_visitor_ids([row.pk]) == {row.pk}
    VisitorConnection.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        actions.leave_expired()
    assert queries.present_visitor_ids([row.pk]) == frozenset()
    assert heard == [VisitorPresenceChanged(visitor_id=row.pk)]


def test_many_who_come_back_at_once_are_written_down_together(
    row, heard, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    worker_id = uuid.uuid4()
    enlist(worker_id)
    first = opens_a_socket(row)
    arrivals = {uuid.uuid4(): row.pk for _ in range(20)} | {first: row.pk}
    with (
        django_capture_on_commit_callbacks(execute=True),
        django_assert_max_num_queries(6),
    ):
        actions.connect_all(arrivals=arrivals, worker_id=worker_id)
    assert VisitorConnection.objects.filter(worker_id=worker_id).count() == 21
    # A connection that was known is no news.
    assert heard == [VisitorPresenceChanged(visitor_id=row.pk)] * 20


def test_a_visitor_who_was_erased_meanwhile_is_not_written_down(row):
    worker_id = uuid.uuid4()
    enlist(worker_id)
    actions.connect_all(arrivals={uuid.uuid4(): row.pk + 1}, worker_id=worker_id)
    assert not VisitorConnection.objects.exists()


def test_keys_are_recognised_many_at_once(site, visitor, row):
    stranger = make_visitor(site)
    found = queries.holders_of([visitor.key_hash, stranger.key_hash])
    assert found == {(site.pk, visitor.key_hash): row.pk}
    actions.forget_key(site_id=site.pk, key_hash=visitor.key_hash)
    assert queries.holders_of([visitor.key_hash]) == {(site.pk, visitor.key_hash): None}


def test_a_forgotten_key_opens_nothing(
    site, visitor, row, heard, django_capture_on_commit_callbacks
):
    opens_a_socket(row)
    with django_capture_on_commit_callbacks(execute=True):
        actions.forget_key(site_id=site.pk, key_hash=visitor.key_hash)
    assert queries.visitor_by_key(site.pk, visitor.key_hash) is None
    assert not VisitorConnection.objects.exists()
    assert [type(event) for event in heard] == [VisitorForgotten]


def test_forgetting_again_is_told_again(site, monkeypatch):
    """The process that was asked first may have died before it told anybody."""
    visitor = make_visitor(site)
    visitor.says("Hello")
    told: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", told.append)
    for _ in range(2):
        actions.forget_key(site_id=site.pk, key_hash=visitor.key_hash)
    assert len(told) == 2 and told[0] == told[1]


def test_forgetting_a_key_that_nobody_has_changes_nothing(site):
    actions.forget_key(site_id=site.pk, key_hash="0" * 64)


def test_a_rotated_key_keeps_the_conversation(site, visitor, row):
    actions.ask_for_rotation(key_hash=visitor.key_hash)
    row.refresh_from_db()
    assert row.rotate_key
    fresh = tokens.hash_visitor_key(site.pk, tokens.new_visitor_key(site.pk))
    assert fresh is not None
    actions.rotate_key(site_id=site.pk, old_hash=visitor.key_hash, new_hash=fresh)
    assert queries.visitor_by_key(site.pk, visitor.key_hash) is None
    renewed = queries.visitor_by_key(site.pk, fresh)
    assert renewed is not None
    assert (renewed.pk, renewed.rotate_key) == (row.pk, False)
