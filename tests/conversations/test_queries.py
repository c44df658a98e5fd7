"""When the launcher may be there, and what the badge counts."""

import uuid
from datetime import timedelta

import pytest

from tests.factories import make_agent, make_site, make_user, make_visitor
from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents.models import AgentConnection
from wagtail_livechat.conversations import actions, queries
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.workers.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def alice(site):
    agent = make_agent("alice", site, alias="Alice", capacity=1)
    agent.arrives()
    agent.chooses("available")
    return agent


def test_somebody_present_and_willing_with_a_free_place_answers(site, alice):
    assert queries.is_site_answering(site.pk)


@pytest.mark.parametrize("availability", ["busy", "away"])
def test_presence_alone_does_not_answer(site, alice, availability):
    alice.chooses(availability)
    assert not queries.is_site_answering(site.pk)


def test_willingness_alone_does_not_answer(site):
    make_agent("bruno", site).chooses("available")
    assert not queries.is_site_answering(site.pk)


def test_a_full_agent_does_not_answer_until_a_place_is_free(site, alice):
    visitor = make_visitor(site)
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    assert not queries.is_site_answering(site.pk)
    alice.closes(visitor.conversation)
    assert queries.is_site_answering(site.pk)


def test_the_agents_of_another_site_do_not_count(alice):
    assert not queries.is_site_answering(make_site("b.test").pk)


def test_a_superuser_with_a_console_open_counts_everywhere(site):
    root = make_user("root", superuser=True)
    profile = agent_actions.ensure_profile(root.pk)
    agent_actions.set_availability(profile_id=profile.pk, availability="available")
    agent_actions.connect(profile_id=profile.pk, key=uuid.uuid4(), worker_id=None, session_hash="")
    assert queries.is_site_answering(site.pk)


def test_a_deactivated_agent_does_not_count(site, alice):
    alice.user.is_active = False
    alice.user.save()
    assert not queries.is_site_answering(site.pk)


def test_the_agents_of_a_dead_process_do_not_count(site, alice):
    Worker.objects.update(seen_at=clock.now() - timedelta(seconds=16))
    assert not queries.is_site_answering(site.pk)


def test_an_agent_who_turns_the_page_still_counts_for_a_while(site, alice):
    agent_actions.disconnect(key=AgentConnection.objects.get().key)
    assert queries.is_site_answering(site.pk)
    AgentConnection.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert not queries.is_site_answering(site.pk)


def test_the_badge_counts_who_waits_and_what_of_mine_is_unread(site, alice):
    alice.chooses("available", capacity=5)
    first, second, third = (make_visitor(site) for _ in range(3))
    for person in (first, second, third):
        person.says("Hello")
    alice.picks_up(first.conversation)
    alice.picks_up(second.conversation)
    actions.mark_read_by_staff(
        rights=alice.rights, conversation_id=str(second.conversation.public_id), seq=1
    )
    assert queries.unread_counts([site.pk], alice.profile.pk) == (1, 1)


def test_who_is_without_an_answer_and_an_agent_waits_again(site, alice):
    bruno = make_agent("bruno", site, alias="Bruno")
    answered, left, with_bruno = (make_visitor(site) for _ in range(3))
    alice.chooses("available", capacity=5)
    for person in (answered, left, with_bruno):
        person.says("Hello")
    alice.replies(answered.conversation, "Hi")
    alice.picks_up(left.conversation)
    bruno.picks_up(with_bruno.conversation)
    bruno.arrives()
    assert queries.unread_counts([site.pk], bruno.profile.pk) == (0, 1)
    AgentConnection.objects.filter(profile=alice.profile).delete()
    assert queries.unread_counts([site.pk], bruno.profile.pk) == (1, 1)
    answered.says("Are you still there?")
    assert queries.unread_counts([site.pk], bruno.profile.pk) == (2, 1)
    # Whose own it is has it among the unread, there or not.
    assert queries.unread_counts([site.pk], alice.profile.pk) == (0, 2)


def test_closed_conversations_come_newest_first_in_pages(site, alice, monkeypatch):
    monkeypatch.setattr(queries, "CLOSED_PAGE", 2)
    people = [make_visitor(site) for _ in range(3)]
    for person in people:
        person.says("Hello")
        actions.end_conversation(site_id=site.pk, key_hash=person.key_hash)
    page, more = queries.closed_conversations([site.pk], before=None)
    assert [row.pk for row in page] == [people[2].conversation.pk, people[1].conversation.pk]
    assert more
    page, more = queries.closed_conversations([site.pk], before=page[-1].closed_at)
    assert ([row.pk for row in page], more) == ([people[0].conversation.pk], False)


def test_the_longest_waiting_comes_first(site, alice):
    first, second = make_visitor(site), make_visitor(site)
    first.says("Hello")
    second.says("Hello")
    alice.picks_up(first.conversation)
    alice.replies(first.conversation, "Hi")
    rows, more = queries.open_conversations([site.pk], None)
    assert more == 0
    assert [row.pk for row in rows] == [second.conversation.pk, first.conversation.pk]


def test_a_card_counts_what_is_unread_as_far_as_anybody_looks(site, alice, monkeypatch):
    visitor = make_visitor(site)
    for _ in range(3):
        visitor.says("Hello")
    conversation = visitor.conversation
    [card] = queries.cards_by_pk([conversation.pk])
    assert card.unread == 3
    actions.mark_read_by_staff(
        rights=alice.rights, conversation_id=str(conversation.public_id), seq=1
    )
    [card] = queries.cards_by_pk([conversation.pk])
    assert card.unread == 2
    monkeypatch.setattr(queries, "MOST_UNREAD", 1)
    [card] = queries.with_card_fields(Conversation.objects.all())
    assert card.unread == 1
