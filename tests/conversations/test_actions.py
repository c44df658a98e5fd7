"""What visitors and agents do in a conversation."""

import uuid

import pytest
from django.db import transaction

from tests.factories import (
    Agent,
    VisitorInBrowser,
    allow,
    make_agent,
    make_site,
    make_user,
    make_visitor,
    new_ref,
)
from wagtail_livechat import errors
from wagtail_livechat.agents.permissions import VIEW_TRANSCRIPT, rights_of
from wagtail_livechat.conversations import actions, events, queries
from wagtail_livechat.conversations.models import Conversation, Message, Note
from wagtail_livechat.visitors.models import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def visitor(site) -> VisitorInBrowser:
    return make_visitor(site)


@pytest.fixture
def alice(site) -> Agent:
    return make_agent("alice", site, alias="Alice")


@pytest.fixture
def bruno(site) -> Agent:
    return make_agent("bruno", site, alias="Bruno")


def kinds(conversation: Conversation) -> list[str]:
    return [m.notice or m.kind for m in conversation.messages.order_by("seq")]


def seqs(conversation: Conversation) -> list[int]:
    return list(conversation.messages.order_by("seq").values_list("seq", flat=True))


def test_nothing_is_stored_before_the_first_message(visitor):
    assert not Visitor.objects.exists()
    assert not Conversation.objects.exists()


def test_the_first_message_makes_visitor_and_conversation(visitor):
    sent = visitor.says("Hello")
    conversation = visitor.conversation
    assert sent.seq == 1
    assert conversation.state == "waiting"
    assert conversation.waiting_since is not None
    assert str(conversation.public_id) == sent.conversation_id


def test_a_message_sent_twice_is_stored_once_and_answered_twice(visitor):
    ref = new_ref()
    first, second = visitor.says("Hello", ref), visitor.says("Hello", ref)
    assert (second.seq, second.at, second.repeated) == (first.seq, first.at, True)
    assert Message.objects.count() == 1


def test_the_same_ref_with_another_text_is_refused_and_the_first_kept(visitor):
    ref = new_ref()
    visitor.says("Hello", ref)
    with pytest.raises(errors.Conflict):
        visitor.says("Goodbye", ref)
    assert Message.objects.get().text == "Hello"


def test_blanks_and_controls_alone_are_nothing_to_send(visitor):
    with pytest.raises(errors.EmptyMessage):
        visitor.says(" \n\x00\t")
    assert not Visitor.objects.exists()


def test_a_visitor_has_one_open_conversation(visitor):
    visitor.says("One")
    visitor.says("Two")
    assert Conversation.objects.count() == 1
    with pytest.raises(Exception, match="(?i)unique"), transaction.atomic():
        copy = visitor.conversation
        copy.pk, copy.public_id = None, uuid.uuid4()
        copy.save()


def test_an_agent_picks_up_and_replies(visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    alice.replies(visitor.conversation, "Good morning")
    conversation = visitor.conversation
    assert (conversation.state, conversation.agent_id) == ("active", alice.profile.pk)
    assert kinds(conversation) == ["visitor", "picked_up", "agent"]
    assert seqs(conversation) == [1, 2, 3]
    assert conversation.waiting_since is None


def test_a_reply_to_a_waiting_conversation_picks_it_up(visitor, alice):
    visitor.says("Hello")
    alice.replies(visitor.conversation, "Good morning")
    assert kinds(visitor.conversation) == ["visitor", "picked_up", "agent"]


def test_two_agents_pick_up_and_only_one_wins(visitor, alice, bruno):
    visitor.says("Hello")
    alice.arrives()
    alice.picks_up(visitor.conversation)
    with pytest.raises(errors.Taken) as refusal:
        bruno.picks_up(visitor.conversation)
    assert "Alice" in refusal.value.sentence()
    assert visitor.conversation.agent_id == alice.profile.pk


def test_picking_up_twice_changes_nothing(visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    alice.picks_up(visitor.conversation)
    assert kinds(visitor.conversation) == ["visitor", "picked_up"]


def test_a_conversation_whose_agent_is_gone_can_be_taken_over(visitor, alice, bruno):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)  # and never opens a console
    bruno.arrives()
    bruno.picks_up(visitor.conversation)
    assert visitor.conversation.agent_id == bruno.profile.pk
    with pytest.raises(errors.NotYours):
        alice.replies(visitor.conversation, "Still here")


def test_a_reply_takes_over_from_an_agent_who_is_gone(visitor, alice, bruno):
    visitor.says("Hello")
    alice.replies(visitor.conversation, "Hi")  # and never opens a console
    bruno.replies(visitor.conversation, "I go on")
    assert visitor.conversation.agent_id == bruno.profile.pk
    assert kinds(visitor.conversation) == ["visitor", "picked_up", "agent", "picked_up", "agent"]


@pytest.mark.parametrize("takes", [Agent.picks_up, lambda *them: Agent.replies(*them, "Hi")])
def test_capacity_is_never_exceeded_by_picking_up(site, alice, bruno, takes):
    alice.chooses("available", capacity=2)
    people = [make_visitor(site) for _ in range(4)]
    for person in people:
        person.says("Hello")
    bruno.picks_up(people[3].conversation)  # and never opens a console
    takes(alice, people[0].conversation)
    takes(alice, people[1].conversation)
    for person in people[2:]:
        with pytest.raises(errors.AtCapacity):
            takes(alice, person.conversation)
    assert people[2].conversation.state == "waiting"
    assert kinds(people[2].conversation) == ["visitor"]
    alice.closes(people[0].conversation)
    takes(alice, people[2].conversation)


def test_a_colleague_may_not_reply_in_somebody_elses_conversation(visitor, alice, bruno):
    visitor.says("Hello")
    alice.arrives()
    alice.picks_up(visitor.conversation)
    with pytest.raises(errors.NotYours) as refusal:
        bruno.replies(visitor.conversation, "Hi")
    assert "Alice" in refusal.value.sentence()


def test_a_closed_conversation_refuses_a_reply(visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    alice.closes(visitor.conversation)
    with pytest.raises(errors.Closed):
        alice.replies(visitor.conversation, "One more thing")


def test_a_repeated_reply_is_answered_even_after_the_end(visitor, alice):
    visitor.says("Hello")
    ref = new_ref()
    first = alice.replies(visitor.conversation, "Hi", ref)
    alice.closes(visitor.conversation)
    assert alice.replies(visitor.conversation, "Hi", ref).seq == first.seq


def test_a_visitor_who_writes_again_reopens_the_same_thread(visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    alice.closes(visitor.conversation)
    visitor.says("One more question")
    conversation = visitor.conversation
    assert Conversation.objects.count() == 1
    assert (conversation.state, conversation.agent_id, conversation.closed_at) == (
        "waiting",
        None,
        None,
    )
    assert kinds(conversation) == ["visitor", "picked_up", "closed_by_agent", "reopened", "visitor"]


def test_either_side_can_end_and_ending_twice_changes_nothing(visitor, site, alice):
    visitor.says("Hello")
    for _ in range(2):
        actions.end_conversation(site_id=site.pk, key_hash=visitor.key_hash)
    assert kinds(visitor.conversation) == ["visitor", "closed_by_visitor"]
    alice.closes(visitor.conversation)
    assert visitor.conversation.last_seq == 2


def test_an_agent_takes_a_closed_conversation_up_again(visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    alice.closes(visitor.conversation)
    alice.reopens(visitor.conversation)
    alice.replies(visitor.conversation, "I found it")
    assert visitor.conversation.state == "active"


def test_a_forgotten_visitor_is_nobody_and_cannot_be_called_back(visitor, site, alice):
    visitor.says("Hello")
    conversation = visitor.conversation
    actions.forget(site_id=site.pk, key_hash=visitor.key_hash)
    conversation.refresh_from_db()
    assert conversation.state == "closed"
    assert queries.latest_of_visitor(site.pk, visitor.key_hash) is None
    with pytest.raises(errors.VisitorLeft) as refusal:
        alice.reopens(conversation)
    assert "left for good" in refusal.value.sentence()


def test_a_note_is_stored_apart_and_only_once(visitor, alice):
    visitor.says("Hello")
    ref = new_ref()
    for _ in range(2):
        actions.add_note(
            rights=alice.rights,
            conversation_id=str(visitor.conversation.public_id),
            ref=ref,
            text="A regular",
        )
    assert Note.objects.get().text == "A regular"
    assert Message.objects.count() == 1
    assert visitor.conversation.last_seq == 1


def test_what_was_read_only_grows_and_never_past_the_end(visitor, site, alice):
    visitor.says("Hello")
    visitor.says("Hello?")
    name = str(visitor.conversation.public_id)
    actions.mark_read_by_staff(rights=alice.rights, conversation_id=name, seq=2)
    actions.mark_read_by_staff(rights=alice.rights, conversation_id=name, seq=1)
    assert visitor.conversation.read_by_staff == 2
    with pytest.raises(errors.BadCursor):
        actions.mark_read_by_visitor(site_id=site.pk, key_hash=visitor.key_hash, seq=3)


def test_an_agent_of_another_site_finds_nothing(visitor, alice):
    stranger = make_agent("sam", make_site("b.test"), alias="Sam")
    visitor.says("Hello")
    for act in (stranger.picks_up, stranger.closes, lambda c: stranger.replies(c, "Hi")):
        with pytest.raises(errors.NotFound):
            act(visitor.conversation)
    assert kinds(visitor.conversation) == ["visitor"]


def test_who_only_sees_transcripts_may_not_act(visitor, site):
    visitor.says("Hello")
    reader = allow(make_user("rita"), site, VIEW_TRANSCRIPT)
    with pytest.raises(errors.Forbidden):
        actions.add_note(
            rights=rights_of(reader),
            conversation_id=str(visitor.conversation.public_id),
            ref=new_ref(),
            text="x",
        )


def test_a_shared_page_is_forgotten_at_the_end(visitor, site, alice):
    visitor.says("Hello")
    actions.share_page(site_id=site.pk, key_hash=visitor.key_hash, page_id=site.root_page_id)
    assert visitor.conversation.shared_page_id == site.root_page_id
    alice.closes(visitor.conversation)
    assert visitor.conversation.shared_page_id is None


def test_events_leave_after_the_commit_and_not_after_a_rollback(
    visitor, django_capture_on_commit_callbacks, monkeypatch
):
    heard: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus._deliver", heard.append)
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(errors.EmptyMessage):
            visitor.says(" ")
        visitor.says("Hello")
        assert heard == []
    assert [type(event) for event in heard] == [events.ConversationChanged, events.MessageSent]
