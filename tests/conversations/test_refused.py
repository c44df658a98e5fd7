"""What was refused stays refused, until its writer asks again."""

from datetime import timedelta

import pytest

from tests.factories import make_agent, new_ref
from wagtail_livechat import clock, errors
from wagtail_livechat.conversations import refused

pytestmark = pytest.mark.django_db


def texts(conversation):
    return list(conversation.messages.filter(kind="agent").values_list("text", flat=True))


@pytest.fixture
def ref(visitor, alice):
    """Of a reply that came after the end; then the conversation was reopened."""
    ref = new_ref()
    alice.closes(visitor.conversation)
    with pytest.raises(errors.Closed):
        alice.replies(visitor.conversation, "Late", ref)
    alice.reopens(visitor.conversation)
    return ref


def test_a_late_copy_is_refused_although_somebody_reopened(visitor, alice, ref):
    with pytest.raises(errors.RefusedBefore):
        alice.replies(visitor.conversation, "Late", ref)
    assert texts(visitor.conversation) == []


def test_asked_again_it_is_stored_once_and_every_copy_is_answered(visitor, alice, ref):
    sent = alice.replies(visitor.conversation, "Late", ref, attempt=2)
    for attempt in (1, 2):
        assert alice.replies(visitor.conversation, "Late", ref, attempt=attempt).seq == sent.seq
    assert texts(visitor.conversation) == ["Late"]


def test_what_else_is_written_there_is_not_held_up(visitor, alice, ref):
    alice.replies(visitor.conversation, "Something else")
    with pytest.raises(errors.RefusedBefore):
        alice.replies(visitor.conversation, "Late", ref)
    assert texts(visitor.conversation) == ["Something else"]


def test_a_late_copy_picks_nothing_up(site, visitor, alice):
    bruno = make_agent("bruno", site, alias="Bruno")
    ref = new_ref()
    alice.arrives()
    with pytest.raises(errors.NotYours):
        bruno.replies(visitor.conversation, "Mine", ref)
    alice.closes(visitor.conversation)
    visitor.says("One more question")
    with pytest.raises(errors.RefusedBefore):
        bruno.replies(visitor.conversation, "Mine", ref)
    assert visitor.conversation.state == "waiting"


def test_an_older_attempt_does_not_undo_a_newer_refusal(visitor, alice):
    ref = new_ref()
    alice.closes(visitor.conversation)
    for attempt in (2, 1):
        with pytest.raises(errors.Closed):
            alice.replies(visitor.conversation, "Late", ref, attempt=attempt)
    alice.reopens(visitor.conversation)
    with pytest.raises(errors.RefusedBefore):
        alice.replies(visitor.conversation, "Late", ref, attempt=2)


def test_it_is_forgotten_after_a_while(visitor, alice, ref, monkeypatch):
    later = clock.now() + refused.REMEMBERED_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    alice.replies(visitor.conversation, "Something else")
    assert visitor.conversation.refused is None


def test_only_so_many_are_remembered(visitor, alice):
    alice.closes(visitor.conversation)
    refs = [new_ref() for _ in range(refused.MOST_REMEMBERED + 1)]
    for ref in refs:
        with pytest.raises(errors.Closed):
            alice.replies(visitor.conversation, "Late", ref)
    assert [each for each, *_ in visitor.conversation.refused] == refs[1:]
