"""The signpost answers what it owes, step by step, where there is no server process."""

from datetime import timedelta

import pytest

from tests.answers.knowing import knowing
from tests.factories import VisitorInBrowser, make_site, make_visitor, new_ref
from wagtail_livechat import clock
from wagtail_livechat.answers.actions import answer_left, answer_visitor
from wagtail_livechat.answers.answerers import Answer
from wagtail_livechat.conversations import actions
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db

HOURS = Answer(knows=True, text="From ten to six.")


@pytest.fixture
def visitor() -> VisitorInBrowser:
    site = make_site()
    LiveChatSettings.objects.create(site=site, enabled=True, signpost="always")
    forget()
    return make_visitor(site)


def asks(visitor: VisitorInBrowser, text: str) -> None:
    actions.send_message(
        site_id=visitor.site.pk,
        key_hash=visitor.key_hash,
        language="en",
        ref=new_ref(),
        text=text,
        signpost=True,
    )


def said(visitor: VisitorInBrowser) -> list[tuple[str, str]]:
    return list(visitor.conversation.messages.order_by("seq").values_list("kind", "text"))


def test_all_that_was_asked_is_answered_in_its_order(visitor):
    asks(visitor, "hours")
    asks(visitor, "more")
    with knowing(hours=HOURS, more=Answer(knows=True, text="Closed on Monday.")):
        assert answer_visitor(visitor.conversation.pk) == 2
        assert answer_visitor(visitor.conversation.pk) == 0
    assert [text for kind, text in said(visitor) if kind == "signpost"] == [
        "From ten to six.",
        "Closed on Monday.",
    ]


def test_after_a_hand_over_what_follows_is_a_persons(visitor):
    asks(visitor, "Can I talk to a person?")
    asks(visitor, "hours")
    with knowing(hours=HOURS) as answerer:
        assert answer_visitor(visitor.conversation.pk) == 1
    assert answerer.asked == []
    assert visitor.conversation.state == "waiting"
    assert visitor.conversation.waiting_since is not None


def test_two_questions_that_it_does_not_know_are_enough(visitor):
    asks(visitor, "quantum gravity")
    asks(visitor, "lattice theory")
    with knowing():
        answer_visitor(visitor.conversation.pk)
    conversation = visitor.conversation
    assert (conversation.state, conversation.handed_over) == ("waiting", "failures")
    assert conversation.messages.filter(kind="signpost", helped=False).count() == 2


def test_what_is_owed_for_long_is_answered_once(visitor):
    asks(visitor, "hours")
    with knowing(hours=HOURS):
        assert answer_left(clock.now() - timedelta(minutes=1)) == 0
        assert answer_left(clock.now()) == 1
        assert answer_left(clock.now()) == 0
