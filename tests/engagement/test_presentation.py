"""An invitation names who asks to the visitor, and tells staff what became of it."""

import pytest

from wagtail_livechat import clock
from wagtail_livechat.engagement import actions, presentation, queries

from .conftest import answers, invites, latest, make_trigger

pytestmark = pytest.mark.django_db


def rows():
    return queries.invitations_by_pk([latest().pk])


def test_a_visitor_is_told_which_human_asks(alice, visitor):
    invites(alice, visitor, "Can I help?")
    told = presentation.invitation(*rows())
    assert (told.text, told.automatic) == ("Can I help?", False)
    assert told.sender is not None
    assert told.sender.alias == "Alice"


def test_a_trigger_does_not_pretend_to_be_anybody(alice, visitor, site):
    make_trigger(site)
    actions.consider(worker_id=visitor.visit.worker_id)
    told = presentation.invitation(*rows())
    assert (told.sender, told.automatic) == (None, True)


def test_staff_are_told_what_became_of_it(alice, visitor):
    visit_id = str(visitor.visit.public_id)
    invites(alice, visitor)
    (card,) = presentation.invitation_cards(rows())
    assert (card.visit, card.alias, card.state, card.trigger) == (visit_id, "Alice", "queued", None)
    assert card.shown_at is None
    answers(visitor, "decline", latest())
    (card,) = presentation.invitation_cards(rows())
    assert card.state == "declined"
    assert card.decided_at is not None


def test_what_stands_for_a_visit_is_found_by_its_key(alice, visitor, site):
    assert queries.open_invitation_of(site.pk, visitor.key_hash) is None
    invites(alice, visitor)
    assert queries.open_invitation_of(site.pk, visitor.key_hash) == latest()
    assert queries.open_states() == {latest().pk: "queued"}


def test_what_was_decided_a_moment_ago_is_still_told(alice, visitor, site):
    now = clock.now()
    invites(alice, visitor)
    assert queries.late_invitations([site.pk], now) == [latest()]
    answers(visitor, "decline", latest())
    assert queries.late_invitations([site.pk], now) == [latest()]
    assert queries.late_invitations([site.pk], clock.now()) == []
    assert queries.late_invitations([], now) == []
