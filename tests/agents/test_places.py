"""Places of agents are held for invitations, under their locks."""

import uuid
from datetime import timedelta

import pytest

from tests.factories import make_agent, make_site
from wagtail_livechat import clock
from wagtail_livechat.agents import actions, queries
from wagtail_livechat.agents.events import AgentChanged
from wagtail_livechat.agents.models import HeldPlace

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


def ready(username, site, capacity=1):
    agent = make_agent(username, site, capacity=capacity)
    agent.chooses("available")
    agent.arrives()
    return agent


def hold(*agents, key=None, seconds=60, active=None):
    return actions.hold_place(
        profile_ids=[agent.profile.pk for agent in agents],
        key=key or uuid.uuid4(),
        until=clock.now() + timedelta(seconds=seconds),
        active=lambda ids: active or {},
    )


def test_a_place_is_held_once_for_each_free_one(site):
    alice = ready("alice", site, capacity=2)
    assert [hold(alice), hold(alice), hold(alice)] == [alice.profile.pk, alice.profile.pk, None]
    assert queries.held_places([alice.profile.pk]) == {alice.profile.pk: 2}


def test_conversations_take_places_too(site):
    alice = ready("alice", site, capacity=2)
    assert hold(alice, active={alice.profile.pk: 1}) == alice.profile.pk
    assert hold(alice, active={alice.profile.pk: 1}) is None


def test_whoever_has_most_room_is_chosen(site):
    alice, bruno = ready("alice", site, capacity=1), ready("bruno", site, capacity=3)
    assert hold(alice, bruno) == bruno.profile.pk
    assert hold(alice, bruno, active={bruno.profile.pk: 2}) == alice.profile.pk


def test_nobody_who_is_absent_or_not_available_is_chosen(site):
    absent = make_agent("absent", site)
    absent.chooses("available")
    busy = ready("busy", site)
    busy.chooses("busy")
    assert hold(absent, busy) is None
    assert queries.ready_profile_ids([absent.profile.pk, busy.profile.pk]) == frozenset()


def test_held_twice_under_one_key_it_is_held_once(site):
    alice = ready("alice", site, capacity=3)
    key = uuid.uuid4()
    assert hold(alice, key=key) == hold(alice, key=key) == alice.profile.pk
    assert HeldPlace.objects.count() == 1
    assert queries.holder_of(key) == alice.profile.pk


def test_a_place_that_is_given_back_is_free(site, monkeypatch):
    alice = ready("alice", site)
    key = uuid.uuid4()
    hold(alice, key=key)
    told: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", told.append)
    actions.release_place(key=key)
    assert [event.profile_id for event in told if isinstance(event, AgentChanged)] == [
        alice.profile.pk
    ]
    actions.release_place(key=key)
    assert len(told) == 1
    assert hold(alice) == alice.profile.pk


def test_a_place_whose_time_is_over_is_free_even_before_it_is_tidied_up(site):
    alice = ready("alice", site)
    key = uuid.uuid4()
    hold(alice, key=key, seconds=-1)
    assert queries.holder_of(key) is None
    assert queries.held_places([alice.profile.pk]) == {}
    assert hold(alice) == alice.profile.pk
    assert actions.expire_places() == 1
    assert actions.expire_places() == 0
