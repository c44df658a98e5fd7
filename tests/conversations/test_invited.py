"""A conversation that the site began, once its visitor accepted."""

import pytest

from tests.factories import make_agent, make_site, make_visitor, new_ref
from wagtail_livechat.conversations.events import ConversationChanged, MessageSent
from wagtail_livechat.conversations.invited import begin_invited, begun_before
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.conversations.presentation import cards
from wagtail_livechat.conversations.queries import cards_by_pk
from wagtail_livechat.errors import Gone
from wagtail_livechat.visitors.actions import forget_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def alice(site):
    return make_agent("alice", site, alias="Alice")


@pytest.fixture
def visitor(site):
    return make_visitor(site)


def begun(site, visitor, agent, ref=None, **more):
    given = {
        "site_id": site.pk,
        "key_hash": visitor.key_hash,
        "language": "fr",
        "profile_id": agent.profile.pk,
        "text": "Can I help?",
        "ref": ref or new_ref(),
        "initiator": "agent",
    }
    return begin_invited(**given | more)


def test_it_begins_with_the_agents_words_and_waits_for_nobody(site, visitor, alice):
    sent = begun(site, visitor, alice, initiator="trigger", began_by="Lost at home")
    conversation = visitor.conversation
    assert (sent.seq, sent.repeated) == (1, False)
    assert (conversation.state, conversation.language) == ("active", "fr")
    assert conversation.waiting_since is None
    (card,) = cards(cards_by_pk([conversation.pk]))
    assert (card.initiator.value, card.began_by) == ("trigger", "Lost at home")
    assert card.excerpt == "Can I help?"


def test_what_a_visitor_began_says_so(site, visitor):
    visitor.says("Hello")
    (card,) = cards(cards_by_pk([visitor.conversation.pk]))
    assert (card.initiator.value, card.began_by) == ("visitor", "")


def test_everybody_hears_of_it(site, visitor, alice, monkeypatch):
    told: list[object] = []
    monkeypatch.setattr("wagtail_livechat.bus.publish", told.append)
    begun(site, visitor, alice)
    (message,) = [event for event in told if isinstance(event, MessageSent)]
    assert (message.seq, message.kind, message.alias) == (1, "agent", "Alice")
    (change,) = [event for event in told if isinstance(event, ConversationChanged)]
    assert (change.load_changed, change.profile_ids) == (True, (alice.profile.pk,))


def test_begun_twice_it_is_one(site, visitor, alice):
    ref = new_ref()
    first, second = begun(site, visitor, alice, ref), begun(site, visitor, alice, ref)
    assert (second.seq, second.repeated) == (first.seq, True)
    found = begun_before(site_id=site.pk, key_hash=visitor.key_hash, ref=ref)
    assert found is not None and found.conversation_id == first.conversation_id
    assert begun_before(site_id=site.pk, key_hash=visitor.key_hash, ref=new_ref()) is None


def test_it_goes_on_where_a_conversation_with_the_same_agent_is_open(site, visitor, alice):
    visitor.says("Hello")
    alice.picks_up(visitor.conversation)
    begun(site, visitor, alice)
    assert Conversation.objects.count() == 1
    assert visitor.conversation.messages.latest("seq").text == "Can I help?"


def test_a_key_that_was_forgotten_begins_nothing(site, visitor, alice):
    visitor.says("Hello")
    forgotten = visitor.key_hash
    forget_key(site_id=site.pk, key_hash=forgotten)
    with pytest.raises(Gone):
        begun(site, visitor, alice)
