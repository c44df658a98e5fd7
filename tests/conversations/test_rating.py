"""At the end the visitor may say whether it helped: once asked, one tap, no nagging."""

import pytest

from tests.factories import VisitorInBrowser, make_agent, make_visitor
from wagtail_livechat.conversations import actions, presentation

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(site, visitor) -> VisitorInBrowser:
    """Somebody whose conversation an agent had, and ended."""
    agent = make_agent("alice", site)
    agent.picks_up(visitor.conversation)
    agent.closes(visitor.conversation)
    return visitor


def rates(visitor: VisitorInBrowser, helped: bool) -> None:
    actions.rate(site_id=visitor.site.pk, key_hash=visitor.key_hash, helped=helped)


def is_asked(visitor: VisitorInBrowser) -> bool:
    return presentation.visitor_view(visitor.conversation, present=()).asks_at_end


@pytest.mark.parametrize("helped", [True, False])
def test_who_is_asked_at_the_end_says_so_once_and_is_asked_no_more(answered, helped):
    assert is_asked(answered)
    before = answered.conversation.revision
    rates(answered, helped)
    assert answered.conversation.helped is helped
    assert answered.conversation.revision == before + 1
    assert not is_asked(answered)
    rates(answered, helped)
    assert answered.conversation.revision == before + 1


def test_the_last_word_counts(answered):
    rates(answered, True)
    rates(answered, False)
    assert answered.conversation.helped is False


def test_while_it_goes_on_nobody_is_asked_and_a_word_changes_nothing(site, visitor):
    assert not is_asked(visitor)
    make_agent("alice", site).picks_up(visitor.conversation)
    assert not is_asked(visitor)
    rates(visitor, True)
    assert visitor.conversation.helped is None


def test_where_no_person_answered_nobody_is_asked(visitor):
    actions.end_conversation(site_id=visitor.site.pk, key_hash=visitor.key_hash)
    assert not is_asked(visitor)
    rates(visitor, False)
    assert visitor.conversation.helped is None


def test_who_has_said_so_is_not_asked_after_the_next_end(site, answered):
    rates(answered, True)
    answered.says("One more thing")
    assert not is_asked(answered)
    agent = make_agent("bob", site)
    agent.picks_up(answered.conversation)
    agent.closes(answered.conversation)
    assert not is_asked(answered)
    assert answered.conversation.helped is True


def test_another_visitor_rates_nothing_of_it(site, answered):
    other = make_visitor(site)
    other.says("Hello")
    rates(other, False)
    assert answered.conversation.helped is None
