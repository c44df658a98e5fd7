"""The narrow statements do what the full actions do, and leave alone what is not plain."""

import threading

import pytest
from django.db import connection, transaction

from tests.factories import make_agent, make_visitor, new_ref
from wagtail_livechat import clock
from wagtail_livechat.conversations import actions, hot_path, refused
from wagtail_livechat.conversations.hot_path import Collision, ReplyDraft, VisitorDraft
from wagtail_livechat.conversations.models import Message

pytestmark = pytest.mark.django_db


def said(visitor, text, ref=None):
    return VisitorDraft(
        visitor_id=visitor.conversation.visitor_id,
        ref=ref or new_ref(),
        text=text,
        at=clock.now(),
    )


def replied(agent, conversation, text, site_ids=None):
    return ReplyDraft(
        conversation_id=str(conversation.public_id),
        profile_id=agent.profile.pk,
        alias=agent.profile.alias,
        site_ids=frozenset({conversation.site_id} if site_ids is None else site_ids),
        ref=new_ref(),
        text=text,
        at=clock.now(),
    )


def append(*drafts):
    with transaction.atomic():
        return hot_path.append(drafts)


def append_as_writer(*drafts):
    return hot_path.append(drafts) if hot_path.stands_alone() else append(*drafts)


def test_both_sides_of_several_conversations_in_one_batch(site, visitor, alice):
    other = make_visitor(site)
    other.says("Hi")
    here = visitor.conversation
    stored = append(
        said(visitor, "1"), said(other, "2"), replied(alice, here, "3"), said(visitor, "4")
    )
    assert [event and event.seq for event in stored] == [3, 2, 4, 5]
    thread = list(here.messages.order_by("seq").values_list("seq", "kind", "text", "alias"))
    assert thread[2:] == [
        (3, "visitor", "1", ""),
        (4, "agent", "3", "Alice"),
        (5, "visitor", "4", ""),
    ]
    assert visitor.conversation.last_seq == 5
    assert visitor.conversation.waiting_since is not None


def test_what_it_stores_equals_what_the_action_stores(visitor, alice):
    ref, narrow_ref = new_ref(), new_ref()
    visitor.says("Same", ref)
    append(said(visitor, "Same", narrow_ref))
    full, narrow = (
        Message.objects.filter(ref=r).values("kind", "text", "notice", "agent_id", "alias").get()
        for r in (ref, narrow_ref)
    )
    assert full == narrow


def test_every_character_is_stored_as_it_was_written(visitor, alice):
    text = 'It\'s "so" \\ {a: [1]} %s %% ? $1 — ünïcödé 🙂\n\tتبحثون'
    ref = new_ref()
    append(said(visitor, text, ref))
    assert Message.objects.get(ref=ref).text == text


def test_a_ref_seen_before_collides_and_nothing_of_the_batch_stays(visitor, alice):
    ref = new_ref()
    append(said(visitor, "Once", ref))
    before = visitor.conversation.last_seq
    with pytest.raises(Collision):
        append(said(visitor, "New"), said(visitor, "Once", ref))
    assert visitor.conversation.last_seq == before
    assert Message.objects.filter(ref=ref).count() == 1


def test_a_closed_conversation_is_left_to_the_action(visitor, alice):
    alice.closes(visitor.conversation)
    assert append(said(visitor, "Again")) == [None]
    assert append(replied(alice, visitor.conversation, "Again")) == [None]


def test_a_first_message_is_left_to_the_action(site, visitor):
    draft = VisitorDraft(visitor_id=999_999, ref=new_ref(), text="x", at=clock.now())
    assert append(draft) == [None]


def test_a_reply_in_somebody_elses_conversation_is_left_to_the_action(site, visitor, alice):
    bruno = make_agent("bruno", site, alias="Bruno")
    assert append(replied(bruno, visitor.conversation, "Mine?")) == [None]


def test_an_agent_who_lost_the_site_is_sent_the_long_way(visitor, alice):
    assert append(replied(alice, visitor.conversation, "Still?", site_ids=set())) == [None]


def test_ending_in_between_keeps_the_order(site, visitor, alice):
    append(said(visitor, "before"))
    actions.end_conversation(site_id=site.pk, key_hash=visitor.key_hash)
    assert append(said(visitor, "after")) == [None]
    visitor.says("after")
    seqs = list(visitor.conversation.messages.order_by("pk").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_where_it_stands_alone_a_collision_takes_back_all_of_it(visitor, alice):
    """Nothing else makes a transaction around it: PostgreSQL does, or we."""
    ref = new_ref()
    append_as_writer(said(visitor, "Once", ref))
    before = visitor.conversation.last_seq
    with pytest.raises(Collision):
        append_as_writer(said(visitor, "New"), said(visitor, "Once", ref))
    with pytest.raises(Collision):
        append_as_writer(said(visitor, "Twice", twice := new_ref()), said(visitor, "!", twice))
    assert visitor.conversation.last_seq == before
    assert Message.objects.filter(ref=ref).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_several_writers_at_once_leave_no_gap_and_nothing_twice(site, visitor, alice):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        writers = 1  # another thread would have another database
    else:
        writers = 3
    visitors = [visitor, *(make_visitor(site) for _ in range(4))]
    for other in visitors[1:]:
        other.says("Hi")
    batches = [
        [[said(each, f"{writer}.{turn}") for each in visitors * 2] for turn in range(20)]
        for writer in range(writers)
    ]
    failures = []

    def writes(own):
        try:
            for batch in own:
                assert None not in append_as_writer(*batch)
        except Exception as error:
            failures.append(error)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connection.close()

    threads = [threading.Thread(target=writes, args=(own,)) for own in batches[1:]]
    for thread in threads:
        thread.start()
    writes(batches[0])
    for thread in threads:
        thread.join()
    assert failures == []
    for each in visitors:
        seqs = list(each.conversation.messages.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))
        assert each.conversation.last_seq == len(seqs)
        assert each.conversation.messages.filter(text__contains=".").count() == 40 * writers


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_session_that_lost_what_was_prepared_loses_no_message(visitor, alice):
    """As behind a pooler, which hands out another session each time."""
    append_as_writer(said(visitor, "1"))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
    for text in ("2", "3"):
        append_as_writer(said(visitor, text))
    last = visitor.conversation.messages.order_by("-seq").values_list("text", flat=True)
    assert list(last[:3]) == ["3", "2", "1"]


def test_a_reply_where_one_was_refused_of_late_is_left_to_the_action(visitor, alice):
    """It may be a copy of that one."""
    conversation = visitor.conversation
    refused.remember(conversation, new_ref(), 1)
    theirs, ours = append_as_writer(said(visitor, "Yes?"), replied(alice, conversation, "Yes"))
    assert theirs is not None
    assert ours is None
