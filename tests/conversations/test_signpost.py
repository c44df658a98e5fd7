"""The signpost in a conversation: it speaks, hands over, is silent, and is given back."""

from datetime import timedelta

import pytest
from django.db import transaction
from wagtail.models import Page, PageViewRestriction

from tests.factories import Agent, VisitorInBrowser, make_agent, make_site, make_visitor, new_ref
from wagtail_livechat import clock, errors
from wagtail_livechat.agents.queries import held_places
from wagtail_livechat.conversations import actions, presentation, queries, signpost
from wagtail_livechat.conversations.guidance import PagePointer, Pointing
from wagtail_livechat.conversations.invited import begin_invited
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.conversations.rules import IDLE_AFTER
from wagtail_livechat.conversations.signpost import Saying
from wagtail_livechat.conversations.writing import load_of
from wagtail_livechat.protocol.values import HandOver

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


def asks(visitor: VisitorInBrowser, text: str = "When are you open?", page_id: int | None = None):
    return actions.send_message(
        site_id=visitor.site.pk,
        key_hash=visitor.key_hash,
        language="en",
        ref=new_ref(),
        text=text,
        signpost=True,
        page_id=page_id,
    )


def says(visitor: VisitorInBrowser, to_seq: int, **saying) -> bool:
    values = {"text": "On Sunday.", "asks": True} | saying
    return signpost.say(
        conversation_pk=visitor.conversation.pk, to_seq=to_seq, saying=Saying(**values)
    )


def judges(visitor: VisitorInBrowser, seq: int, helped: bool) -> None:
    signpost.judge(site_id=visitor.site.pk, key_hash=visitor.key_hash, seq=seq, helped=helped)


def wants_person(visitor: VisitorInBrowser):
    return signpost.ask_for_person(
        site_id=visitor.site.pk, key_hash=visitor.key_hash, language="en"
    )


def gives_back(agent: Agent, conversation: Conversation) -> None:
    signpost.give_back(
        rights=agent.rights,
        profile_id=agent.profile.pk,
        conversation_id=str(conversation.public_id),
    )


def kinds(visitor: VisitorInBrowser) -> list[str]:
    return [m.notice or m.kind for m in visitor.conversation.messages.order_by("seq")]


def test_it_holds_a_conversation_that_begins_with_it_and_answers_in_the_thread(visitor):
    asks(visitor)
    assert visitor.conversation.state == "signpost"
    assert visitor.conversation.waiting_since is not None

    assert says(visitor, 1)

    conversation = visitor.conversation
    assert kinds(visitor) == ["visitor", "signpost"]
    assert (conversation.asks_about, conversation.guided_to) == (2, 1)
    assert conversation.waiting_since is None


def test_one_message_is_answered_once_however_many_have_an_answer(visitor):
    asks(visitor)
    assert [says(visitor, 1), says(visitor, 1, text="Another process says so.")] == [True, False]
    assert [m.text for m in Message.objects.filter(kind="signpost")] == ["On Sunday."]


def test_the_name_of_an_answer_comes_from_what_it_answers(visitor):
    """So that even around the lock a second one could not be stored."""
    asks(visitor)
    says(visitor, 1)
    Conversation.objects.update(guided_to=0)
    with pytest.raises(errors.Conflict), transaction.atomic():
        says(visitor, 1)


def test_messages_in_quick_succession_are_answered_one_by_one_in_their_order(visitor):
    asks(visitor, "Hello")
    asks(visitor, "When are you open?")
    first = queries.next_unanswered(visitor.conversation.pk)
    assert (first.seq, first.text) == (1, "Hello")
    says(visitor, 1)
    assert visitor.conversation.waiting_since is not None  # of the second
    second = queries.next_unanswered(visitor.conversation.pk)
    assert (second.seq, second.text, second.asked_before) == (2, "When are you open?", ["Hello"])
    says(visitor, 2)
    assert queries.next_unanswered(visitor.conversation.pk) is None
    assert kinds(visitor) == ["visitor", "visitor", "signpost", "signpost"]


def test_where_it_was_asked_is_kept_with_what_it_is_asked_and_with_nothing_else(visitor, alice):
    asks(visitor, page_id=7)
    wants_person(visitor)
    asks(visitor, "And you, a person?", page_id=7)
    assert list(Message.objects.filter(kind="visitor").values_list("page_id", flat=True)) == [
        7,
        None,
    ]


def test_yes_is_kept_and_ends_the_question(visitor):
    asks(visitor)
    says(visitor, 1)
    judges(visitor, 2, True)
    judges(visitor, 2, False)  # another tab, later
    assert Message.objects.get(seq=2).helped is True
    assert (visitor.conversation.state, visitor.conversation.asks_about) == ("signpost", None)


def test_no_hands_over_and_marks_the_answer(visitor):
    asks(visitor)
    says(visitor, 1)
    judges(visitor, 2, False)
    conversation = visitor.conversation
    assert (conversation.state, conversation.handed_over) == ("waiting", "not_helped")
    assert conversation.waiting_since is not None
    assert kinds(visitor) == ["visitor", "signpost", "handed_over_later"]
    [card] = presentation.cards(queries.cards_by_pk([conversation.pk]))
    assert (card.handed_over, card.failed) == (HandOver.NOT_HELPED, [2])


def test_a_no_to_an_answer_that_nobody_asks_about_changes_nothing(visitor):
    asks(visitor)
    says(visitor, 1)
    asks(visitor, "And on Monday?")
    says(visitor, 3)
    judges(visitor, 2, False)
    assert visitor.conversation.state == "signpost"
    assert not Message.objects.filter(helped=False).exists()


def test_it_says_whether_somebody_is_here(visitor, alice, site):
    from tests.factories import allow
    from wagtail_livechat.agents.permissions import REPLY

    allow(alice.user, site, REPLY)
    alice.arrives()
    alice.chooses("available")
    asks(visitor)
    wants_person(visitor)
    assert kinds(visitor) == ["visitor", "handed_over"]


def test_a_person_can_be_asked_for_before_a_word_is_written(visitor):
    sent = wants_person(visitor)
    assert visitor.conversation.state == "waiting"
    assert kinds(visitor) == ["handed_over_later"]
    assert sent.seq == 1
    assert wants_person(visitor).seq == 1  # asked again, it is done


def test_after_a_hand_over_it_is_silent_until_it_is_given_back(visitor, alice):
    asks(visitor)
    wants_person(visitor)
    asks(visitor, "Hello?")
    assert not says(visitor, 3)
    alice.picks_up(visitor.conversation)
    asks(visitor, "When are you open?")
    assert not says(visitor, 5)
    alice.closes(visitor.conversation)
    asks(visitor, "One more thing")
    assert visitor.conversation.state == "waiting"
    assert queries.next_unanswered(visitor.conversation.pk) is None
    assert "signpost" not in kinds(visitor)

    alice.picks_up(visitor.conversation)
    gives_back(alice, visitor.conversation)

    conversation = visitor.conversation
    assert (conversation.state, conversation.agent, conversation.handed_over) == (
        "signpost",
        None,
        "",
    )
    assert kinds(visitor)[-1] == "given_back"
    # What was said to people is not answered now; what comes is.
    assert queries.next_unanswered(conversation.pk) is None
    sent = asks(visitor, "When are you open?")
    asked = queries.next_unanswered(conversation.pk)
    assert (asked.seq, asked.asked_before) == (sent.seq, [])
    assert says(visitor, sent.seq)


def test_an_agent_who_steps_in_makes_it_silent(visitor, alice):
    asks(visitor)
    alice.replies(visitor.conversation, "Good day")
    assert kinds(visitor) == ["visitor", "picked_up", "agent"]
    assert visitor.conversation.handed_over == "picked_up"
    assert not says(visitor, 1)
    alice.closes(visitor.conversation)
    asks(visitor, "Thanks")
    assert visitor.conversation.state == "waiting"


def test_only_who_answers_gives_it_back_unless_they_are_gone(visitor, alice, bruno):
    asks(visitor)
    alice.arrives()
    alice.picks_up(visitor.conversation)
    with pytest.raises(errors.NotYours):
        gives_back(bruno, visitor.conversation)
    gives_back(alice, visitor.conversation)
    gives_back(alice, visitor.conversation)
    assert kinds(visitor).count("given_back") == 1


def test_what_waits_or_has_ended_cannot_be_given_back(visitor, alice):
    asks(visitor)
    wants_person(visitor)
    with pytest.raises(errors.WrongState):
        gives_back(alice, visitor.conversation)
    alice.picks_up(visitor.conversation)
    alice.closes(visitor.conversation)
    with pytest.raises(errors.WrongState):
        gives_back(alice, visitor.conversation)


def test_failures_are_counted_until_something_helps(visitor):
    asks(visitor)
    says(visitor, 1, failed=True, asks=False)
    assert visitor.conversation.failures == 1
    asks(visitor, "And delivery?")
    says(visitor, 3)
    judges(visitor, 4, True)
    assert visitor.conversation.failures == 0


def test_the_answer_before_a_repetition_has_failed(visitor):
    asks(visitor)
    says(visitor, 1)
    asks(visitor)
    says(visitor, 3, text="", asks=False, hands_over=HandOver.REPEATED)
    assert visitor.conversation.state == "waiting"
    assert queries.failed_answers([visitor.conversation.pk]) == {visitor.conversation.pk: [2]}


def test_the_place_in_a_script_lasts_and_ends_with_the_hand_over(visitor):
    asks(visitor)
    says(visitor, 1, place={"script": 3}, email="a@b.example", asks=False)
    asked_at = asks(visitor, "Yes").seq
    assert queries.next_unanswered(visitor.conversation.pk).place == {"script": 3}
    says(visitor, asked_at, text="Here is somebody.", hands_over=HandOver.SCRIPT)
    conversation = visitor.conversation
    assert (conversation.place, conversation.email) == (None, "a@b.example")
    assert kinds(visitor)[-2:] == ["signpost", "handed_over_later"]


def test_fifty_conversations_take_no_place_of_an_agent(site, alice):
    before = queries.loads([alice.profile.pk]), held_places([alice.profile.pk])
    for _ in range(50):
        visitor = make_visitor(site)
        asks(visitor)
        says(visitor, 1)
    assert Conversation.objects.filter(state="signpost").count() == 50
    assert (queries.loads([alice.profile.pk]), held_places([alice.profile.pk])) == before
    assert load_of(alice.profile) == 0
    waiting = [make_visitor(site) for _ in range(alice.profile.capacity)]
    for visitor in waiting:
        visitor.says("Hello")
        alice.picks_up(visitor.conversation)
    assert load_of(alice.profile) == alice.profile.capacity


def test_an_agent_gives_a_place_back_with_the_conversation(visitor, alice):
    asks(visitor)
    alice.picks_up(visitor.conversation)
    assert load_of(alice.profile) == 1
    gives_back(alice, visitor.conversation)
    assert load_of(alice.profile) == 0


def test_agents_see_what_it_holds_in_their_list_and_nobody_is_called(visitor, alice, site):
    asks(visitor)
    rows, more = queries.open_conversations([site.pk], alice.profile.pk)
    assert [row.state for row in rows] == ["signpost"]
    assert more == 0
    assert queries.unread_counts([site.pk], alice.profile.pk) == (0, 0)


def test_an_accepted_invitation_takes_the_conversation_over(visitor, alice):
    asks(visitor)
    begin_invited(
        site_id=visitor.site.pk,
        key_hash=visitor.key_hash,
        language="en",
        profile_id=alice.profile.pk,
        text="Can I help?",
        ref=new_ref(),
        initiator="agent",
    )
    assert (visitor.conversation.state, visitor.conversation.handed_over) == ("active", "picked_up")


def test_what_is_owed_is_found_after_a_while(visitor):
    asks(visitor)
    now = clock.now()
    assert queries.left_unanswered(now - timedelta(seconds=10)) == []
    assert queries.left_unanswered(now + timedelta(seconds=1)) == [visitor.conversation.pk]
    says(visitor, 1)
    assert queries.left_unanswered(now + timedelta(seconds=1)) == []


def test_silence_closes_what_it_holds_and_writing_again_goes_on_with_it(visitor):
    asks(visitor)
    assert signpost.close_idle() == 0
    long_ago = clock.now() - IDLE_AFTER - timedelta(seconds=1)
    Conversation.objects.update(last_at=long_ago)
    assert signpost.close_idle() == 0  # an answer is owed
    says(visitor, 1)
    Conversation.objects.update(last_at=long_ago)
    assert (signpost.close_idle(), signpost.close_idle()) == (1, 0)
    assert visitor.conversation.state == "closed"
    sent = asks(visitor)
    assert visitor.conversation.state == "signpost"
    assert kinds(visitor) == ["visitor", "signpost", "closed_idle", "reopened", "visitor"]
    # The same question as before the silence is no repetition.
    assert queries.next_unanswered(visitor.conversation.pk).asked_before == []
    assert queries.next_unanswered(visitor.conversation.pk).seq == sent.seq


@pytest.fixture
def page(site) -> Page:
    return site.root_page.add_child(instance=Page(title="Opening hours", slug="hours"))


def told_card(visitor: VisitorInBrowser):
    messages, _ = presentation.messages_for_visitor(visitor.conversation.pk, 0)
    by_many = presentation.messages_for_visitors({visitor.conversation.pk: 0})
    by_staff, _ = presentation.thread_messages(visitor.conversation.pk, 0)
    assert by_many[visitor.conversation.pk][0] == messages
    assert by_staff[1].guidance == messages[1].guidance
    [card] = messages[1].guidance.cards
    return card


def points_to(visitor: VisitorInBrowser, page: Page) -> None:
    pointer = PagePointer(
        page_id=page.pk, title=page.title, passage="On Sunday from 10 to 6", url=page.full_url
    )
    asks(visitor)
    says(visitor, 1, text="", pointing=Pointing(pages=[pointer]))


def test_a_card_is_looked_at_again_when_it_is_told_again(visitor, page):
    points_to(visitor, page)
    card = told_card(visitor)
    assert (card.title, card.text) == ("Opening hours", "On Sunday from 10 to 6")
    assert card.url.endswith("/hours/")

    page.slug = "when"
    page.save()
    assert told_card(visitor).url.endswith("/when/")

    page.unpublish()
    card = told_card(visitor)
    assert (card.title, card.url, card.text) == ("Opening hours", "", "")

    page.save_revision().publish()
    assert told_card(visitor).url
    PageViewRestriction.objects.create(page=visitor.site.root_page, restriction_type="login")
    assert told_card(visitor).url == ""

    PageViewRestriction.objects.all().delete()
    page.delete()
    assert told_card(visitor).url == ""


def test_a_page_that_moved_to_another_site_is_no_link_here(visitor, page):
    points_to(visitor, page)
    page.move(make_site("b.test").root_page, "last-child")
    assert told_card(visitor).url == ""


def test_at_most_three_pages_are_shown(visitor, page):
    pointer = PagePointer(page_id=page.pk, title="Hours", passage="", url="/hours/")
    asks(visitor)
    says(visitor, 1, pointing=Pointing(pages=[pointer] * 5))
    messages, _ = presentation.messages_for_visitor(visitor.conversation.pk, 0)
    assert len(messages[1].guidance.cards) == 3


def test_what_was_left_when_it_ended_is_answered_no_more(visitor):
    asks(visitor, "First")
    actions.end_conversation(site_id=visitor.site.pk, key_hash=visitor.key_hash)
    assert not says(visitor, 1)
    asks(visitor, "Second")
    assert queries.next_unanswered(visitor.conversation.pk).text == "Second"


def test_what_is_asked_about_ends_with_the_conversation(visitor):
    asks(visitor)
    says(visitor, 1)
    actions.end_conversation(site_id=visitor.site.pk, key_hash=visitor.key_hash)
    assert visitor.conversation.asks_about is None


def test_an_agent_who_takes_an_ended_one_up_again_makes_it_silent(visitor, alice):
    asks(visitor)
    says(visitor, 1)
    actions.end_conversation(site_id=visitor.site.pk, key_hash=visitor.key_hash)
    alice.reopens(visitor.conversation)
    alice.closes(visitor.conversation)
    asks(visitor)
    assert visitor.conversation.state == "waiting"
