"""Whoever watches has a row with a number, and a lease that must be renewed."""

import uuid
from datetime import timedelta

import pytest

from tests.watched import make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.visitors import queries, watches
from wagtail_livechat.visitors.events import WatchersChanged
from wagtail_livechat.visitors.models import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_watcher("alice", site, alias="Alice")


@pytest.fixture
def heard(monkeypatch):
    events: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", events.append)
    return events


def begins(agent, site, key=None, alias="Alice"):
    return watches.begin_watch(
        site_id=site.pk,
        key=key or uuid.uuid4(),
        user_id=agent.user.pk,
        profile_id=agent.profile.pk,
        alias=alias,
    )


def passes(monkeypatch, seconds):
    later = clock.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: later)


def watchers_of(site):
    return [(watch.number, watch.alias) for watch in queries.current_watches([site.pk])[site.pk]]


def test_numbers_grow_with_each_watch_of_a_site(site, alice, heard):
    other = make_watched_site("b.test")
    assert [begins(alice, site)[0], begins(alice, site)[0]] == [1, 2]
    assert begins(alice, other)[0] == 1
    assert heard == [
        WatchersChanged(site_id=site.pk, number=1),
        WatchersChanged(site_id=site.pk, number=2),
        WatchersChanged(site_id=other.pk, number=1),
    ]


def test_who_asks_again_goes_on_with_the_same_watch(site, alice):
    key = uuid.uuid4()
    assert begins(alice, site, key) == (1, True)
    assert begins(alice, site, key) == (1, False)


def test_a_watch_that_lapsed_is_a_new_one(site, alice, monkeypatch):
    key = uuid.uuid4()
    begins(alice, site, key)
    passes(monkeypatch, 7)
    assert watchers_of(site) == []
    assert begins(alice, site, key) == (2, True)


def test_who_changes_the_alias_is_announced_anew(site, alice):
    key = uuid.uuid4()
    begins(alice, site, key)
    assert begins(alice, site, key, alias="Al") == (2, True)
    assert watchers_of(site) == [(2, "Al")]


def test_a_watch_lasts_as_long_as_it_is_renewed(site, alice, monkeypatch):
    key = uuid.uuid4()
    begins(alice, site, key)
    for _ in range(3):
        passes(monkeypatch, 4)
        assert watches.renew_watches(keys=[key]) == {key}
    assert watchers_of(site) == [(1, "Alice")]


def test_what_has_lapsed_is_not_renewed(site, alice, monkeypatch):
    key = uuid.uuid4()
    begins(alice, site, key)
    passes(monkeypatch, 7)
    assert watches.renew_watches(keys=[key]) == frozenset()
    assert watchers_of(site) == []


def test_who_stops_is_gone_at_once(site, alice, heard):
    key = uuid.uuid4()
    begins(alice, site, key)
    heard.clear()
    watches.end_watches(keys=[key])
    watches.end_watches(keys=[key])
    assert watchers_of(site) == []
    assert heard == [WatchersChanged(site_id=site.pk, number=1)]
    assert watches.renew_watches(keys=[key]) == frozenset()


def test_a_console_that_died_is_found_by_its_lease(site, alice, heard, monkeypatch):
    key = uuid.uuid4()
    begins(alice, site, key)
    expired = Watch.objects.get().expires_at
    heard.clear()
    assert watches.end_lapsed_watches() == []
    passes(monkeypatch, 7)
    assert watches.end_lapsed_watches() == [key]
    assert watches.end_lapsed_watches() == []
    assert Watch.objects.get().ended_at == expired
    assert heard == [WatchersChanged(site_id=site.pk, number=1)]


def test_who_watches_another_site_is_not_named_here(site, alice):
    other = make_watched_site("b.test")
    begins(alice, other)
    assert watchers_of(site) == []
