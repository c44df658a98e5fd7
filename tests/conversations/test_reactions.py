"""What is told of conversations because something else happened."""

import pytest

from tests.factories import make_agent, make_site, make_visitor
from wagtail_livechat import bus
from wagtail_livechat.agents.events import AgentChanged
from wagtail_livechat.conversations import reactions
from wagtail_livechat.conversations.events import ConversationChanged

pytestmark = pytest.mark.django_db


def test_where_an_agent_answers_it_is_told_that_the_agent_changed(monkeypatch):
    site = make_site()
    alice, bruno = make_agent("alice", site), make_agent("bruno", site)
    hers, closed, his = (make_visitor(site) for _ in range(3))
    for person in (hers, closed, his):
        person.says("Hello")
    alice.picks_up(hers.conversation)
    alice.picks_up(closed.conversation)
    alice.closes(closed.conversation)
    bruno.picks_up(his.conversation)
    told: list[ConversationChanged] = []
    monkeypatch.setattr(bus, "publish", told.append)

    reactions.tell_of_agent(AgentChanged(profile_id=alice.profile.pk, user_id=alice.user.pk))

    assert [event.conversation_pk for event in told] == [hers.conversation.pk]
    # Nobody took or left anything: the agents' loads need no second look.
    assert not told[0].load_changed
    assert told[0].profile_ids == ()
