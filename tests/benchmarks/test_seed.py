"""The cast of a benchmark can speak: its keys, conversations and sessions are real."""

import json
from dataclasses import asdict

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from wagtail.models import Site

from tests.benchmarks.seed import MESSAGES_EACH, Cast, Plan, fill
from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import user_ids_who_may_watch
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.tokens import hash_visit_key, hash_visitor_key, read_page_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(django_user_model: type) -> Cast:
    django_user_model.objects.create_user("ada", password="lamplight")  # type: ignore[attr-defined]
    return fill(Plan(conversations=3, stored=2, fresh=1, guests=2))


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


def test_guests_have_agreed_and_the_agent_may_watch_them(cast: Cast) -> None:
    site = Site.objects.get(is_default_site=True)
    now = clock.now()
    for guest in cast.guests:
        assert hash_visit_key(site.pk, guest.key) is not None
        assert consent_in(site.pk, guest.choice, now).assistance
    assert len({guest.key for guest in cast.guests}) == 2
    ada = get_user_model().objects.get(username="ada")
    assert user_ids_who_may_watch(site.pk) >= {ada.pk}
    assert cast.pages and all(read_page_token(page.token) for page in cast.pages)


def test_a_cast_survives_being_printed(cast: Cast) -> None:
    assert Cast.read(json.dumps(asdict(cast))) == cast
