"""What becomes of invitations: shown, answered, taken back, run out."""

from datetime import timedelta

import pytest

from tests.factories import make_visitor
from tests.watched import Agreed, make_watched_site
from wagtail_livechat import clock, errors
from wagtail_livechat.agents.models import HeldPlace
from wagtail_livechat.agents.queries import held_places
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.conversations.presentation import open_cards
from wagtail_livechat.engagement import actions, queries
from wagtail_livechat.engagement.models import Invitation, Trigger, TriggerCount

from .conftest import answers, invites, latest, make_trigger

pytestmark = pytest.mark.django_db


def sees(visitor: Agreed) -> None:
    actions.see(
        site_id=visitor.site.pk,
        visit_key_hash=visitor.key_hash,
        invitation_id=str(latest().public_id),
    )


def later(monkeypatch, **by) -> None:
    moment = clock.now() + timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def person(site):
    """The key that the visitor's browser has, or is given when it accepts."""
    return make_visitor(site)


@pytest.fixture
def trigger(site, visitor, alice) -> Trigger:
    """A trigger that has just invited the visitor."""
    made = make_trigger(site, name="Lost at home")
    assert actions.consider(worker_id=visitor.visit.worker_id) == 1
    return made


# Shown.


def test_it_is_known_when_it_was_shown(alice, visitor):
    invites(alice, visitor)
    sees(visitor)
    invitation = latest()
    assert invitation.state == "shown"
    assert invitation.shown_at is not None
    assert visitor.visit.invitation == "shown"


def test_shown_in_a_second_tab_it_is_shown_once(trigger, visitor):
    sees(visitor)
    first = latest().shown_at
    sees(visitor)
    assert latest().shown_at == first
    assert queries.counts_of([trigger.pk])[trigger.pk]["shown"] == 1


def test_nobody_sees_or_answers_for_somebody_else(alice, visitor, site):
    invites(alice, visitor)
    stranger = Agreed(site)
    stranger.is_seen_on(site.root_page)
    with pytest.raises(errors.NotInvited):
        sees(stranger)
    with pytest.raises(errors.NotInvited):
        answers(stranger, "decline", latest())
    assert latest().state == "queued"


def test_a_key_answers_nothing_on_another_site(alice, visitor):
    invites(alice, visitor)
    with pytest.raises(errors.NotInvited):
        actions.see(
            site_id=make_watched_site("b.test").pk,
            visit_key_hash=visitor.key_hash,
            invitation_id=str(latest().public_id),
        )


# Accepted.


def test_an_accepted_invitation_is_a_conversation_that_knows_who_began_it(alice, visitor, person):
    invites(alice, visitor, "Can I help?")
    sees(visitor)
    answered = answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    conversation = person.conversation
    assert answered.conversation_id == str(conversation.public_id)
    assert (conversation.state, conversation.agent_id) == ("active", alice.profile.pk)
    assert (conversation.initiator, conversation.began_by) == ("agent", "")
    first = conversation.messages.get()
    assert (first.seq, first.kind, first.text, first.alias) == (1, "agent", "Can I help?", "Alice")
    assert latest().conversation == conversation
    assert visitor.visit.visitor_id == conversation.visitor_id
    assert visitor.visit.invitation == "accepted"


def test_what_a_trigger_began_says_so(trigger, visitor, person, alice):
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    [card], _ = open_cards(alice.rights)
    assert (card.initiator.value, card.began_by) == ("trigger", "Lost at home")
    assert queries.counts_of([trigger.pk])[trigger.pk]["accepted"] == 1


def test_accepting_gives_the_held_place_to_the_conversation(alice, visitor, person):
    alice.chooses("available", 1)
    invites(alice, visitor)
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    assert held_places([alice.profile.pk]) == {}
    assert Conversation.objects.filter(agent=alice.profile, state="active").count() == 1


def test_accepted_twice_it_begins_once(trigger, visitor, person):
    first = answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    second = answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    assert first.conversation_id == second.conversation_id
    assert person.conversation.messages.count() == 1
    assert queries.counts_of([trigger.pk])[trigger.pk]["accepted"] == 1


def test_accepted_again_with_a_fresh_key_it_is_the_same_conversation(alice, visitor, person, site):
    """The answer that brought the first key was lost."""
    invites(alice, visitor)
    first = answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    again = make_visitor(site)
    second = answers(visitor, "accept", latest(), chat_key_hash=again.key_hash)
    assert first.conversation_id == second.conversation_id
    assert Conversation.objects.count() == 1
    again.says("The northern coast")
    assert again.conversation == Conversation.objects.get()


def test_a_conversation_in_which_somebody_wrote_keeps_its_key(alice, visitor, person, site):
    invites(alice, visitor)
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    person.says("Yes, please")
    first = person.conversation
    answers(visitor, "accept", latest(), chat_key_hash=make_visitor(site).key_hash)
    assert person.conversation == first


def test_without_a_key_nothing_begins_and_the_invitation_still_stands(alice, visitor):
    invites(alice, visitor)
    with pytest.raises(errors.KeyMissing):
        answers(visitor, "accept", latest())
    assert latest().state == "queued"


def test_accepted_too_late_it_begins_nothing(alice, visitor, person, monkeypatch):
    invites(alice, visitor)
    later(monkeypatch, seconds=60)
    with pytest.raises(errors.NotInvited):
        answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    assert not Conversation.objects.exists()


def test_who_has_a_conversation_waiting_goes_on_in_it(alice, visitor, person):
    invites(alice, visitor)
    person.says("Hello?")
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    conversation = person.conversation
    assert Conversation.objects.count() == 1
    assert (conversation.state, conversation.agent_id) == ("active", alice.profile.pk)
    assert conversation.initiator == "visitor"
    assert [m.text for m in conversation.messages.order_by("seq")] == ["Hello?", "", "Can I help?"]


def test_who_is_talking_with_a_colleague_stays_with_them(alice, bruno, visitor, person):
    invites(alice, visitor)
    person.says("Hello?")
    bruno.picks_up(person.conversation)
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    conversation = person.conversation
    assert conversation.agent_id == bruno.profile.pk
    assert "Can I help?" not in [m.text for m in conversation.messages.all()]
    assert held_places([alice.profile.pk]) == {}


def test_who_had_a_conversation_before_begins_another(alice, visitor, person):
    person.says("Hello?")
    alice.picks_up(person.conversation)
    alice.closes(person.conversation)
    invites(alice, visitor)
    answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    assert Conversation.objects.count() == 2
    assert person.conversation.initiator == "agent"


# Declined.


@pytest.mark.parametrize("answer", ["decline", "never"])
def test_no_thanks_gives_the_place_back_and_silences_the_visit(alice, visitor, answer):
    invites(alice, visitor)
    answered = answers(visitor, answer, latest())
    assert answered.state == "declined"
    assert latest().decided_at is not None
    assert visitor.visit.silenced
    assert not HeldPlace.objects.exists()


def test_declined_twice_it_is_counted_once(trigger, visitor):
    answers(visitor, "decline", latest())
    answers(visitor, "decline", latest())
    assert queries.counts_of([trigger.pk])[trigger.pk]["declined"] == 1
    trigger.refresh_from_db()
    assert (trigger.recent_answers, trigger.recent_dismissals) == (1, 1)


def test_never_again_is_heard_even_if_it_comes_too_late(alice, visitor):
    invites(alice, visitor)
    actions.cancel(rights=alice.rights, invitation_id=str(latest().public_id))
    answers(visitor, "never", latest())
    assert latest().state == "cancelled"
    assert visitor.visit.silenced


def test_what_was_declined_cannot_be_accepted(alice, visitor, person):
    invites(alice, visitor)
    answers(visitor, "decline", latest())
    with pytest.raises(errors.NotInvited):
        answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)


# Without an answer.


def test_what_nobody_saw_in_time_has_expired(alice, visitor, monkeypatch):
    invites(alice, visitor)
    later(monkeypatch, seconds=61)
    assert queries.is_anything_over()
    actions.run_out()
    assert latest().state == "expired"
    assert not HeldPlace.objects.exists()


def test_what_was_shown_and_not_answered_was_ignored(trigger, visitor, monkeypatch):
    sees(visitor)
    later(monkeypatch, seconds=61)
    actions.run_out()
    assert latest().state == "ignored"
    assert queries.counts_of([trigger.pk])[trigger.pk] == {
        "shown": 1,
        "accepted": 0,
        "declined": 0,
        "ignored": 1,
    }
    assert not visitor.visit.silenced


def test_what_stands_does_not_run_out(alice, visitor):
    invites(alice, visitor)
    assert not queries.is_anything_over()
    actions.run_out()
    assert latest().state == "queued"


def test_an_agent_takes_an_invitation_back(alice, bruno, visitor):
    invites(alice, visitor)
    actions.cancel(rights=bruno.rights, invitation_id=str(latest().public_id))
    assert latest().state == "cancelled"
    actions.cancel(rights=bruno.rights, invitation_id=str(latest().public_id))
    assert isinstance(invites(bruno, visitor), actions.Made)


def test_nobody_takes_back_what_another_site_asked(alice, visitor):
    invites(alice, visitor)
    other = make_watched_site("b.test")
    from .conftest import make_ready

    bob = make_ready("bob", other, "Bob")
    with pytest.raises(errors.NotFound):
        actions.cancel(rights=bob.rights, invitation_id=str(latest().public_id))


@pytest.mark.parametrize("choice", ["busy", "away"])
def test_a_place_that_is_lost_takes_the_invitation_back(alice, visitor, choice):
    invites(alice, visitor)
    alice.chooses(choice)
    actions.retract_lost(alice.profile.pk)
    assert latest().state == "cancelled"


def test_an_agent_who_is_gone_takes_back_what_only_they_could_answer(alice, bruno, visitor, site):
    invites(alice, visitor)
    other = Agreed(site)
    other.is_seen_on(site.root_page)
    invites(bruno, other)
    alice.profile.connections.all().delete()
    assert queries.is_anything_over()
    actions.retract_lost()
    assert [row.state for row in Invitation.objects.order_by("pk")] == ["cancelled", "queued"]


def test_an_agent_whose_profile_is_gone_leaves_nothing_standing(alice, visitor, person):
    invites(alice, visitor)
    alice.profile.delete()
    with pytest.raises(errors.NotInvited):
        answers(visitor, "accept", latest(), chat_key_hash=person.key_hash)
    actions.retract_lost()
    assert latest().state == "cancelled"


def test_a_visit_that_ends_takes_its_invitation_along(alice, visitor):
    invites(alice, visitor)
    actions.cancel_of_visit(visitor.visit.pk)
    assert latest().state == "cancelled"


def test_a_visit_that_withdrew_leaves_nothing_standing(alice, visitor, site):
    invites(alice, visitor)
    visitor.visit.delete()
    actions.cancel_orphans(site.pk)
    invitation = latest()
    assert (invitation.state, invitation.visit_id) == ("cancelled", None)
    assert invitation.page_id is None
    assert not HeldPlace.objects.exists()


# Pausing.


def dismissed(site, alice, trigger, times: int) -> None:
    for _ in range(times):
        visitor = Agreed(site)
        visitor.is_seen_on(site.root_page)
        actions.consider(worker_id=visitor.visit.worker_id)
        answers(visitor, "decline", Invitation.objects.get(visit=visitor.visit))


def test_a_trigger_that_is_dismissed_too_often_stops_by_itself(site, alice):
    trigger = make_trigger(site, pause_after=5, pause_percent=80)
    dismissed(site, alice, trigger, 4)
    trigger.refresh_from_db()
    assert trigger.paused_at is None
    dismissed(site, alice, trigger, 1)
    trigger.refresh_from_db()
    assert trigger.paused_at is not None
    assert trigger.pause_reason == "5/5"
    assert TriggerCount.objects.get().declined == 5
