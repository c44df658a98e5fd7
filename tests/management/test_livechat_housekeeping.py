"""What has been kept for long enough goes, and nothing else."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_agent, make_site, make_visitor, new_ref
from wagtail_livechat import clock, erasure
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents.models import StaffTicket
from wagtail_livechat.conversations import actions
from wagtail_livechat.conversations.models import Conversation, Message, Note
from wagtail_livechat.engagement.models import Invitation
from wagtail_livechat.privacy.actions import Kept, record_access
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.visitors.models import PageView, Visit, Visitor
from wagtail_livechat.workers.models import Worker

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
    assert run().startswith("Erased 1 conversations, 0 study, 1 visitors, 0 invitations, ")
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
    monkeypatch.setattr(erasure, "BATCH", 2)
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
    assert "0 agents" in run()
    StaffTicket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert "1 agents" in run()


def visit_of(site, *, ended: float | None = None, seen: float = 0, **fields: object) -> Visit:
    """A visit: how many minutes ago it ended, and was last heard of."""
    now = clock.now()
    visit = Visit.objects.create(
        site=site,
        key_hash=uuid.uuid4().hex,
        began_at=now - timedelta(hours=2),
        seen_at=now - timedelta(minutes=seen),
        page_since=now - timedelta(minutes=seen),
        ended_at=None if ended is None else now - timedelta(minutes=ended),
        language="en",
        device="desktop",
        **fields,
    )
    PageView.objects.create(visit=visit, number=1, page_id=1, at=now)
    return visit


def test_of_a_visit_that_is_over_nothing_is_left_after_half_an_hour(site):
    kept, over = visit_of(site, ended=20), visit_of(site, ended=29)
    there = visit_of(site, seen=120, expires_at=clock.now() + timedelta(seconds=60))
    run()
    assert set(Visit.objects.all()) == {kept, there}
    assert not PageView.objects.filter(visit_id=over.pk).exists()


def test_a_visit_of_a_server_that_died_leaves_no_trail_either(site):
    dead = Worker.objects.create(started_at=clock.now(), seen_at=clock.now() - timedelta(hours=1))
    alive = Worker.objects.create(started_at=clock.now(), seen_at=clock.now())
    visit_of(site, seen=40)
    visit_of(site, seen=40, worker=dead)
    visit_of(site, seen=40, expires_at=clock.now() - timedelta(minutes=39))
    reading = visit_of(site, seen=40, worker=alive)
    run()
    assert Visit.objects.get() == reading


def test_an_invitation_goes_after_its_visit_and_its_conversation(site):
    long_ago = clock.now() - timedelta(days=31)
    made = {"site": site, "alias": "Alice", "text": "Help?", "expires_at": long_ago}
    Invitation.objects.create(**made, queued_at=long_ago)
    recent = Invitation.objects.create(**made, queued_at=clock.now())
    followed = Invitation.objects.create(**made, queued_at=long_ago, visit=visit_of(site))
    run()
    assert set(Invitation.objects.all()) == {recent, followed}


def test_the_access_log_is_kept_for_twelve_months(site):
    for days in (364, 366):
        record_access(user_id=None, site_id=site.pk, look="watched")
        newest = AccessEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
        AccessEntry.objects.filter(pk=newest).update(at=clock.now() - timedelta(days=days))
    run()
    assert AccessEntry.objects.count() == 1


def test_a_run_without_time_says_what_it_left(site):
    talked(site, 31)
    said = run("--seconds", "0")
    assert said.startswith("Erased nothing.")
    assert "Not finished in time: conversations, study, visitors" in said
    assert run().startswith("Erased 1 conversations")


def test_a_part_that_fails_makes_the_command_fail(monkeypatch):
    monkeypatch.setattr(
        "wagtail_livechat.management.commands.livechat_housekeeping.keep_house",
        lambda **_: Kept(erased={"agents": 0}, failed=("visitors",)),
    )
    with pytest.raises(CommandError, match="visitors"):
        run()
