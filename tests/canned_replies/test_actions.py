"""A use is counted once, by whom and to which question, and forgets what it must."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wagtail.models import Site

from tests.canned_replies.library import make_reply, make_use
from tests.factories import Agent, make_agent, make_site, make_visitor, new_ref
from wagtail_livechat import clock
from wagtail_livechat.canned_replies import actions
from wagtail_livechat.canned_replies.models import CannedReplyUse
from wagtail_livechat.canned_replies.personal_data import USES_KEPT, expire
from wagtail_livechat.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_agent("alice", site)


def uses(agent: Agent, conversation, reply, ref: str | None = None, **more: bool) -> None:
    actions.use(
        rights=agent.rights,
        profile_id=agent.profile.pk,
        conversation_id=str(conversation.public_id),
        ref=ref or new_ref(),
        reply_id=reply.pk,
        **{"edited": False, "suggested": False} | more,
    )


def test_a_use_says_by_whom_whether_it_was_changed_and_what_it_answered(site, alice):
    visitor, reply = make_visitor(site), make_reply("Hours", site=site)
    visitor.says("Hello")
    visitor.says("When are you open?")
    alice.picks_up(visitor.conversation)
    alice.replies(visitor.conversation, "At nine")
    visitor.says("Thanks!")
    uses(alice, visitor.conversation, reply, edited=True, suggested=True)
    use = CannedReplyUse.objects.get()
    assert (use.reply, use.profile, use.edited, use.suggested) == (
        reply,
        alice.profile,
        True,
        True,
    )
    asked = visitor.conversation.messages.get(seq=use.asked)
    assert asked.text == "When are you open?"


def test_asked_twice_it_is_counted_once(site, alice):
    visitor, reply, ref = make_visitor(site), make_reply("Hours", site=site), new_ref()
    visitor.says("Hello")
    for _ in range(2):
        uses(alice, visitor.conversation, reply, ref)
    assert CannedReplyUse.objects.count() == 1


def test_what_was_unpublished_meanwhile_counts_and_what_was_never_offered_does_not(site, alice):
    visitor = make_visitor(site)
    visitor.says("Hello")
    uses(alice, visitor.conversation, make_reply("Gone", site=site, live=False))
    other = make_agent("bob", make_site("b.test"))
    for agent, reply in (
        (alice, make_reply("Elsewhere", site=make_site("c.test"))),
        (alice, make_reply("Bob's", owner=other.user)),
        (other, make_reply("Here", site=site)),
    ):
        with pytest.raises(NotFound):
            uses(agent, visitor.conversation, reply)
    assert CannedReplyUse.objects.count() == 1


def test_uses_go_after_thirteen_months(site, alice):
    reply = make_reply("Hours", site=site)
    old, _new = make_use(reply, alice), make_use(reply, alice)
    CannedReplyUse.objects.filter(pk=old.pk).update(at=clock.now() - USES_KEPT - timedelta(days=1))
    assert expire(dry_run=True) == 1
    assert CannedReplyUse.objects.count() == 2
    assert expire() == 1
    assert CannedReplyUse.objects.count() == 1


def test_a_use_stays_without_the_agent_who_left(site, alice):
    make_use(make_reply("Hours", site=site), alice)
    alice.user.delete()
    assert CannedReplyUse.objects.get().profile is None
