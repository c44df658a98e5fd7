"""Agents choose, come, go, and prove themselves with a ticket."""

import uuid
from datetime import timedelta

import pytest

from tests.factories import make_agent, make_site, make_user
from wagtail_livechat import clock
from wagtail_livechat.agents import actions, queries
from wagtail_livechat.agents.events import AgentChanged, StaffRevoked
from wagtail_livechat.agents.models import AgentConnection, StaffTicket
from wagtail_livechat.errors import TicketInvalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return make_agent("alice", make_site(), alias="Alice")


@pytest.fixture
def heard(monkeypatch):
    events: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus._deliver", events.append)
    return events


def test_a_new_agent_gets_a_free_alias_and_keeps_it():
    first, second = make_user("one"), make_user("two")
    assert actions.ensure_profile(first.pk).alias == "Agent 1"
    assert actions.ensure_profile(second.pk).alias == "Agent 2"
    assert actions.ensure_profile(first.pk) == actions.ensure_profile(first.pk)


def test_nobody_is_called_by_a_real_name_unasked():
    user = make_user("camille.martin")
    user.first_name, user.last_name = "Camille", "Martin"
    user.save()
    alias = actions.ensure_profile(user.pk).alias
    assert "camille" not in alias.casefold() and "martin" not in alias.casefold()


def test_an_alias_that_looks_taken_is_taken(alice):
    assert not queries.is_alias_free("аlice")  # the first letter is Cyrillic
    assert queries.is_alias_free("Alice", besides=alice.profile.pk)
    assert not queries.is_alias_free("\u200b")


def test_a_choice_is_kept_and_announced(alice, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        alice.chooses("busy", capacity=7)
    alice.profile.refresh_from_db()
    assert (alice.profile.availability, alice.profile.capacity) == ("busy", 7)
    assert heard == [AgentChanged(profile_id=alice.profile.pk, user_id=alice.user.pk)]


def test_an_agent_is_present_while_a_connection_lives(alice):
    assert alice.profile.pk not in queries.present_profile_ids()
    alice.arrives()
    assert alice.profile.pk in queries.present_profile_ids()


def test_who_left_is_taken_away_once_the_grace_is_over(
    alice, heard, django_capture_on_commit_callbacks
):
    alice.arrives()
    key = AgentConnection.objects.get().key
    actions.disconnect(key=key)
    actions.leave_expired()
    assert AgentConnection.objects.exists()
    AgentConnection.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        actions.leave_expired()
    assert not AgentConnection.objects.exists()
    assert [type(event) for event in heard] == [AgentChanged]


def test_logging_out_takes_presence_away_at_once(alice, heard, django_capture_on_commit_callbacks):
    alice.arrives()
    with django_capture_on_commit_callbacks(execute=True):
        actions.leave(key=AgentConnection.objects.get().key)
        actions.leave(key=uuid.uuid4())
    assert alice.profile.pk not in queries.present_profile_ids()
    assert heard == [AgentChanged(profile_id=alice.profile.pk, user_id=alice.user.pk)]


def test_a_session_that_went_is_announced(alice, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.revoke(user_id=alice.user.pk, session_hash="abc")
    assert heard == [StaffRevoked(user_id=alice.user.pk, session_hash="abc")]


def test_polling_keeps_an_agent_present(alice):
    actions.connect(profile_id=alice.profile.pk, key=uuid.uuid4(), worker_id=None, session_hash="")
    assert alice.profile.pk in queries.present_profile_ids()


class TestTicket:
    def test_it_opens_one_socket_of_its_session(self, alice):
        ticket = actions.issue_ticket(user_id=alice.user.pk, session_key="s1")
        actions.spend_ticket(ticket=ticket, user_id=alice.user.pk, session_key="s1")
        with pytest.raises(TicketInvalid):
            actions.spend_ticket(ticket=ticket, user_id=alice.user.pk, session_key="s1")

    def test_nobody_else_and_no_other_session_can_use_it(self, alice):
        other = make_user("other")
        ticket = actions.issue_ticket(user_id=alice.user.pk, session_key="s1")
        for user_id, session in ((other.pk, "s1"), (alice.user.pk, "s2")):
            with pytest.raises(TicketInvalid):
                actions.spend_ticket(ticket=ticket, user_id=user_id, session_key=session)

    def test_it_expires(self, alice):
        ticket = actions.issue_ticket(user_id=alice.user.pk, session_key="s1")
        StaffTicket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        with pytest.raises(TicketInvalid):
            actions.spend_ticket(ticket=ticket, user_id=alice.user.pk, session_key="s1")

    def test_neither_ticket_nor_session_key_is_stored(self, alice):
        ticket = actions.issue_ticket(user_id=alice.user.pk, session_key="secret-session")
        row = StaffTicket.objects.values().get()
        assert ticket not in str(row)
        assert "secret-session" not in str(row)

    def test_old_ones_are_swept_when_a_new_one_is_issued(self, alice):
        actions.issue_ticket(user_id=alice.user.pk, session_key="s1")
        StaffTicket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        actions.issue_ticket(user_id=alice.user.pk, session_key="s1")
        assert StaffTicket.objects.count() == 1
