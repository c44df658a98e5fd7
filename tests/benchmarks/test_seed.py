"""The cast of a benchmark can speak: its keys, conversations and sessions are real."""

import json
from dataclasses import asdict

import pytest
from django.contrib.sessions.models import Session
from wagtail.models import Site

from tests.benchmarks.seed import MESSAGES_EACH, Cast, Plan, fill
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.tokens import hash_visitor_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(django_user_model: type) -> Cast:
    django_user_model.objects.create_user("ada", password="lamplight")  # type: ignore[attr-defined]
    return fill(Plan(conversations=3, stored=2, fresh=1))


def test_every_visitor_holds_the_key_of_an_open_conversation(cast: Cast) -> None:
    site_id = Site.objects.get(is_default_site=True).pk
    for person in cast.visitors:
        conversation = Conversation.objects.get(public_id=person.conversation)
        assert conversation.state == "active"
        assert conversation.visitor.key_hash == hash_visitor_key(site_id, person.key)
        assert conversation.last_seq == conversation.messages.count() == MESSAGES_EACH


def test_the_past_is_closed_and_newcomers_have_said_nothing(cast: Cast) -> None:
    assert Conversation.objects.filter(state="closed").count() == 2
    [newcomer] = cast.fresh
    assert hash_visitor_key(cast.site, newcomer.key) is not None
    assert newcomer.conversation is None


def test_agents_are_logged_in(cast: Cast) -> None:
    assert Session.objects.filter(session_key=cast.sessions["ada"]).exists()


def test_a_cast_survives_being_printed(cast: Cast) -> None:
    assert Cast.read(json.dumps(asdict(cast))) == cast
