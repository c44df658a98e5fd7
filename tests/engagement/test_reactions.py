"""What happens to invitations when something else does."""

import pytest

from wagtail_livechat.agents.events import AgentChanged
from wagtail_livechat.engagement import queries, reactions
from wagtail_livechat.visitors.events import VisitEnded

from .conftest import invites, latest, make_trigger

pytestmark = pytest.mark.django_db


def ended(visitor, *, withdrawn: bool = False) -> VisitEnded:
    visit = visitor.visit
    return VisitEnded(
        site_id=visit.site_id,
        visit_pk=visit.pk,
        visit_id=str(visit.public_id),
        key_hash=visit.key_hash,
        withdrawn=withdrawn,
    )


def test_an_agent_who_goes_away_takes_back_what_was_asked(alice, visitor):
    invites(alice, visitor)
    event = AgentChanged(profile_id=alice.profile.pk, user_id=alice.user.pk)
    reactions.retract_lost(event)
    assert latest().state == "queued"
    alice.chooses("away")
    reactions.retract_lost(event)
    assert latest().state == "cancelled"


def test_the_end_of_a_visit_is_the_end_of_its_invitation(alice, visitor):
    invites(alice, visitor)
    reactions.cancel_of_visit(ended(visitor))
    assert latest().state == "cancelled"


def test_a_visitor_who_withdraws_leaves_nothing_standing(alice, visitor):
    invites(alice, visitor)
    event = ended(visitor, withdrawn=True)
    visitor.visit.delete()
    reactions.cancel_of_visit(event)
    assert latest().state == "cancelled"


def test_a_trigger_that_changes_is_read_again_at_once(site):
    trigger = make_trigger(site)
    assert [rule.pk for rule in queries.rules_of(site.pk)] == [trigger.pk]
    trigger.live = False
    trigger.save()
    assert queries.rules_of(site.pk) == ()
    other = make_trigger(site)
    assert [rule.pk for rule in queries.rules_of(site.pk)] == [other.pk]
    other.delete()
    assert queries.rules_of(site.pk) == ()
