"""Invitations are made by agents and by triggers, through one door."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.factories import allow, make_agent, make_user, make_visitor, new_ref
from tests.watched import Agreed, make_page, make_watched_site
from wagtail_livechat import clock, errors
from wagtail_livechat.agents.models import HeldPlace
from wagtail_livechat.agents.permissions import REPLY, WATCH, rights_of
from wagtail_livechat.conversations.queries import is_site_answering
from wagtail_livechat.engagement import actions, inviting, queries
from wagtail_livechat.engagement.actions import Made, NotMade
from wagtail_livechat.engagement.events import InvitationMade
from wagtail_livechat.engagement.models import Invitation, InvitationRefusal
from wagtail_livechat.engagement.rules import Refusal
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

from .conftest import answers, invites, latest, make_ready, make_trigger

pytestmark = pytest.mark.django_db


def refused(outcome) -> Refusal:
    assert isinstance(outcome, NotMade)
    return outcome.refusal


def codes(visitor: Agreed) -> list[str]:
    return [row.code for row in reversed(queries.refusals_of(visitor.visit.pk))]


# By an agent.


def test_an_agent_invites_a_visitor_who_has_not_written(alice, visitor, monkeypatch):
    told: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", told.append)
    made = invites(alice, visitor, "Are you looking for a book?")
    assert isinstance(made, Made)
    invitation = latest()
    assert (invitation.text, invitation.alias, invitation.state) == (
        "Are you looking for a book?",
        "Alice",
        "queued",
    )
    assert invitation.page_id == visitor.visit.page_id
    assert visitor.visit.invitation == "queued"
    assert [event.invitation_id for event in told if isinstance(event, InvitationMade)] == [
        str(invitation.public_id)
    ]


def test_asked_twice_it_is_done_once(alice, visitor):
    ref = new_ref()
    first, second = invites(alice, visitor, ref=ref), invites(alice, visitor, ref=ref)
    assert isinstance(first, Made)
    assert isinstance(second, Made)
    assert (first.repeated, second.repeated) == (False, True)
    assert first.invitation_id == second.invitation_id
    assert Invitation.objects.count() == HeldPlace.objects.count() == 1


def test_the_same_ref_with_another_text_is_refused(alice, visitor):
    ref = new_ref()
    invites(alice, visitor, ref=ref)
    with pytest.raises(errors.Conflict):
        invites(alice, visitor, "Something else", ref=ref)


def test_nothing_is_no_question(alice, visitor):
    with pytest.raises(errors.EmptyMessage):
        invites(alice, visitor, " \n ")


def test_two_agents_invite_and_only_one_wins(alice, bruno, visitor):
    assert isinstance(invites(alice, visitor), Made)
    assert refused(invites(bruno, visitor)) is Refusal.STANDING
    assert latest().agent_id == alice.profile.pk
    row = InvitationRefusal.objects.get()
    assert (row.agent_id, row.code) == (bruno.profile.pk, "standing")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_agents_invite_at_the_same_moment_and_only_one_wins():
    site = make_watched_site()
    agents = [make_ready(name.lower(), site, name) for name in ("Alice", "Bruno")]
    visitor = Agreed(site)
    visitor.is_seen_on(site.root_page)
    begin = threading.Barrier(2)
    outcomes: list[object] = []

    def invite(agent) -> None:
        begin.wait()
        try:
            outcomes.append(invites(agent, visitor))
        finally:
            connection.close()

    threads = [threading.Thread(target=invite, args=[agent]) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Made", "NotMade"]
    assert Invitation.objects.filter(state="queued").count() == 1
    assert HeldPlace.objects.count() == 1


def test_who_may_only_watch_may_not_invite(site, visitor):
    user = allow(make_user("carla"), site, WATCH, REPLY)
    agent = make_agent("carla2", site)
    with pytest.raises(errors.Forbidden):
        actions.invite(
            rights=rights_of(user),
            profile_id=agent.profile.pk,
            visit_id=str(visitor.visit.public_id),
            text="Hello?",
            ref=new_ref(),
        )


def test_a_visit_of_another_site_does_not_exist(alice):
    other = make_watched_site("b.test")
    stranger = Agreed(other)
    stranger.is_seen_on(other.root_page)
    with pytest.raises(errors.NotFound):
        invites(alice, stranger)


def test_a_visit_that_is_over_does_not_exist(alice, visitor):
    visit = visitor.visit
    visit.ended_at = clock.now()
    visit.save()
    with pytest.raises(errors.NotFound):
        invites(alice, visitor)


# What forbids it.


def test_who_has_changed_their_mind_is_not_invited_even_if_nobody_has_heard(alice, visitor):
    visitor.changes_their_mind()
    assert refused(invites(alice, visitor)) is Refusal.NO_CONSENT
    assert not Invitation.objects.exists()


def test_a_page_where_nobody_shall_be_watched_lets_nobody_be_invited(alice, visitor, site):
    set_page_policy(page_id=site.root_page_id, word=_word(mode="reactive"))
    forget()
    assert refused(invites(alice, visitor)) is Refusal.POLICY


def test_a_page_without_triggers_still_lets_agents_invite(alice, visitor, site):
    set_page_policy(page_id=site.root_page_id, word=_word(triggers_allowed=False))
    forget()
    rule = queries.rule_of(make_trigger(site))
    assert refused(inviting.offer(visit_pk=visitor.visit.pk, rule=rule)) is Refusal.POLICY
    assert isinstance(invites(alice, visitor), Made)


def _word(**said):
    from wagtail_livechat.site_settings.rules import Word

    return Word(**said)


def test_who_is_talking_with_us_is_not_invited(alice, visitor, site):
    browser = make_visitor(site)
    browser.says("Hello")
    visit = visitor.visit
    visit.visitor_id = browser.conversation.visitor_id
    visit.save()
    assert refused(invites(alice, visitor)) is Refusal.IN_CONVERSATION


def test_after_no_thanks_agents_and_triggers_are_refused_for_the_rest_of_the_visit(
    alice, bruno, visitor, site
):
    invites(alice, visitor)
    answers(visitor, "decline", latest())
    rule = queries.rule_of(make_trigger(site))
    assert refused(invites(alice, visitor)) is Refusal.DECLINED
    assert refused(invites(bruno, visitor)) is Refusal.DECLINED
    assert refused(inviting.offer(visit_pk=visitor.visit.pk, rule=rule)) is Refusal.DECLINED
    assert codes(visitor) == ["declined"] * 3


def test_who_said_never_on_another_day_is_not_invited(alice, site):
    visitor = Agreed(site, never=True)
    visitor.is_seen_on(site.root_page)
    assert refused(invites(alice, visitor)) is Refusal.NEVER


def test_one_invitation_more_than_the_site_allows_is_refused_whoever_asks(
    alice, bruno, visitor, site
):
    for agent in (alice, bruno):
        assert isinstance(invites(agent, visitor), Made)
        actions.cancel(rights=agent.rights, invitation_id=str(latest().public_id))
    rule = queries.rule_of(make_trigger(site))
    assert refused(invites(alice, visitor)) is Refusal.CAP
    assert refused(inviting.offer(visit_pk=visitor.visit.pk, rule=rule)) is Refusal.CAP
    assert codes(visitor) == ["cap", "cap"]


# Only if somebody can answer.


def test_an_invitation_keeps_a_place_of_its_agent(alice, visitor, site):
    alice.chooses("available", 1)
    assert is_site_answering(site.pk)
    invites(alice, visitor)
    assert not is_site_answering(site.pk)
    browser = make_visitor(site)
    browser.says("Hello")
    with pytest.raises(errors.AtCapacity):
        alice.picks_up(browser.conversation)


def test_who_has_no_free_place_may_not_invite(alice, visitor, site):
    alice.chooses("available", 1)
    browser = make_visitor(site)
    browser.says("Hello")
    alice.picks_up(browser.conversation)
    assert refused(invites(alice, visitor)) is Refusal.NO_PLACE


def test_who_is_away_may_not_invite(alice, visitor):
    alice.chooses("away")
    assert refused(invites(alice, visitor)) is Refusal.NO_PLACE


def test_two_visitors_cannot_be_promised_the_same_place(alice, visitor, site):
    alice.chooses("available", 1)
    second = Agreed(site)
    second.is_seen_on(site.root_page)
    assert isinstance(invites(alice, visitor), Made)
    assert refused(invites(alice, second)) is Refusal.NO_PLACE


# By a trigger.


def considered(visitor: Agreed) -> int:
    """The process that looks after this visit lets triggers speak."""
    return actions.consider(worker_id=visitor.visit.worker_id)


def dwells(visitor: Agreed, seconds: int) -> None:
    visit = visitor.visit
    visit.page_since = clock.now() - timedelta(seconds=seconds)
    visit.save()


def test_a_trigger_with_a_delay_invites_once_without_any_agents_doing(alice, visitor, site):
    make_trigger(
        site,
        {"all": [{"is": "page", "page": site.root_page_id}, {"is": "dwell", "least": 5}]},
        name="Lost at home",
    )
    assert considered(visitor) == 0
    dwells(visitor, 5)
    assert considered(visitor) == 1
    invitation = latest()
    assert (invitation.trigger.name, invitation.agent_id) == ("Lost at home", alice.profile.pk)
    actions.cancel(rights=alice.rights, invitation_id=str(invitation.public_id))
    assert considered(visitor) == 0
    assert Invitation.objects.count() == 1


def test_a_trigger_invites_only_if_a_place_is_free(alice, visitor, site):
    alice.chooses("busy")
    make_trigger(site)
    assert considered(visitor) == 0
    assert codes(visitor) == ["no_place"]
    considered(visitor)
    assert codes(visitor) == ["no_place"]  # said once
    alice.chooses("available")
    assert considered(visitor) == 1


def test_the_first_trigger_that_holds_speaks(alice, visitor, site):
    make_trigger(site, name="Second", sort_order=2)
    make_trigger(site, name="First", sort_order=1)
    make_trigger(site, {"is": "pages", "least": 99}, name="Never", sort_order=0)
    assert considered(visitor) == 1
    assert latest().trigger.name == "First"


def test_behaviour_moves_nothing_without_consent(alice, visitor, site):
    make_trigger(site, {"is": "pages", "least": 1})
    visitor.changes_their_mind()
    assert considered(visitor) == 0
    assert codes(visitor) == ["no_consent"]


def test_a_trigger_that_was_refused_for_good_is_not_tried_again(alice, visitor, site):
    make_trigger(site, name="One")
    make_trigger(site, name="Two")
    invites(alice, visitor)
    answers(visitor, "decline", latest())
    considered(visitor)
    assert codes(visitor) == ["declined", "declined"]
    considered(visitor)
    assert codes(visitor) == ["declined", "declined"]


def test_who_has_turned_away_is_not_asked(alice, visitor, site):
    make_trigger(site)
    visit = visitor.visit
    visit.idle_since = clock.now()
    visit.save()
    assert considered(visitor) == 0


def test_drafts_paused_and_broken_triggers_do_not_speak(alice, visitor, site):
    make_trigger(site, live=False)
    make_trigger(site, paused_at=clock.now())
    make_trigger(site, {"is": "mood"})
    assert considered(visitor) == 0


def test_a_trigger_that_was_paused_a_moment_ago_elsewhere_does_not_speak(alice, visitor, site):
    trigger = make_trigger(site)
    rule = queries.rule_of(trigger)
    type(trigger).objects.filter(pk=trigger.pk).update(paused_at=clock.now())
    assert inviting.offer(visit_pk=visitor.visit.pk, rule=rule) is None


def test_a_trigger_of_another_site_does_not_speak_here(alice, visitor, site):
    other = make_watched_site("b.test")
    make_trigger(other, {"is": "pages", "least": 1})
    assert considered(visitor) == 0


def test_a_trigger_speaks_to_pages_below_and_by_type(alice, site):
    below = make_page(site, "Poems")
    visitor = Agreed(site)
    visitor.is_seen_on(below)
    make_trigger(
        site,
        {
            "all": [
                {"is": "page", "page": site.root_page_id, "below": True},
                {"is": "page_type", "types": ["wagtailcore.page"]},
            ]
        },
    )
    assert considered(visitor) == 1


def test_where_live_assistance_is_off_no_trigger_is_even_looked_at(alice, visitor, site):
    make_trigger(site)
    LiveChatSettings.objects.filter(site=site).update(mode="reactive")
    forget()
    assert queries.sites_with_rules() == ()
    assert actions.candidates(visitor.visit.worker_id) == []


def test_what_fails_leaves_no_place_behind(alice, visitor, monkeypatch):
    monkeypatch.setattr(inviting, "note_invitation", _fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        invites(alice, visitor)
    assert not HeldPlace.objects.exists()
    assert not Invitation.objects.exists()


def _fail(*args, **kwargs):
    raise RuntimeError


def test_a_process_looks_after_its_own_visits(alice, visitor, site):
    make_trigger(site)
    assert actions.candidates(uuid.uuid4()) == []
    assert len(actions.candidates(visitor.visit.worker_id)) == 1
