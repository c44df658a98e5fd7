"""What has been kept for long enough goes, and nothing else."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tests.factories import make_agent, make_site, make_visitor, new_ref
from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents.models import StaffTicket
from wagtail_livechat.conversations import actions, personal_data
from wagtail_livechat.conversations.models import Conversation, Message, Note
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.visitors.models import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    site = make_site()
    LiveChatSettings.objects.create(site=site, enabled=True, retention_days=30)
    return site


def talked(site, days_ago: float):
    visitor = make_visitor(site)
    visitor.says("Hello")
    then = clock.now() - timedelta(days=days_ago)
    Conversation.objects.filter(pk=visitor.conversation.pk).update(last_at=then, closed_at=then)
    Visitor.objects.filter(pk=visitor.conversation.visitor_id).update(seen_at=then)
    return visitor


def run(*args: str) -> str:
    out = StringIO()
    call_command("livechat_housekeeping", *args, stdout=out)
    return out.getvalue()


def test_a_conversation_is_kept_for_its_days_and_then_gone_with_all_that_was_said(site):
    alice = make_agent("alice", site)
    kept, over = talked(site, 29.9), talked(site, 30.1)
    actions.add_note(
        rights=alice.rights,
        conversation_id=str(over.conversation.public_id),
        ref=new_ref(),
        text="x",
    )
    assert run() == "Erased 1 conversations, 1 visitors, 0 tickets.\n"
    assert Conversation.objects.get() == kept.conversation
    assert Message.objects.count() == 1
    assert not Note.objects.exists()
    assert Visitor.objects.count() == 1


def test_each_site_has_its_own_number_of_days(site):
    other = make_site("b.test")
    LiveChatSettings.objects.create(site=other, enabled=True, retention_days=90)
    talked(site, 31)
    kept = talked(other, 31)
    run()
    assert Conversation.objects.get() == kept.conversation


def test_a_dry_run_says_the_same_and_erases_nothing(site):
    talked(site, 31)
    assert run("--dry-run").startswith("Would erase 1 conversations")
    assert Conversation.objects.count() == 1


def test_running_twice_or_in_small_batches_makes_no_difference(site, monkeypatch):
    monkeypatch.setattr(personal_data, "BATCH", 2)
    for _ in range(5):
        talked(site, 31)
    assert run().startswith("Erased 5")
    assert run().startswith("Erased 0")


def test_a_visitor_who_may_come_back_is_kept(site):
    talked(site, 0)
    run()
    assert Visitor.objects.count() == 1


def test_tickets_that_nobody_can_use_go(site):
    alice = make_agent("alice", site)
    agent_actions.issue_ticket(user_id=alice.user.pk, session_key="s")
    assert "0 tickets" in run()
    StaffTicket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert "1 tickets" in run()
