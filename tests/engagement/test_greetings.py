"""Triggers about the page alone speak to anybody, and know nobody."""

from datetime import timedelta

import pytest
from django.core import signing

from tests.factories import make_visitor
from tests.watched import make_page, make_watched_site
from wagtail_livechat import clock, errors
from wagtail_livechat.agents.models import HeldPlace
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.engagement import greetings, queries
from wagtail_livechat.engagement.models import Invitation
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.rules import Word
from wagtail_livechat.visitors.models import Visit, Visitor

from .conftest import make_trigger

pytestmark = pytest.mark.django_db


def said_on(page, site) -> list[tuple[str, int]]:
    return [(each.text, each.seconds) for each in greetings.greetings_for(site.pk, page.pk)]


def held(site, trigger, **more) -> greetings.Held:
    given = {"site_id": site.pk, "page_id": site.root_page_id, "trigger_pk": trigger.pk}
    return greetings.hold(**given | {"chat_key_hash": None} | more)


def counts(trigger) -> tuple[int, int, int]:
    found = queries.counts_of([trigger.pk]).get(trigger.pk)
    return (found["shown"], found["accepted"], found["declined"]) if found else (0, 0, 0)


def test_a_page_says_what_is_about_the_page_alone(site):
    make_trigger(site, text="Here", sort_order=2)
    make_trigger(
        site,
        {"all": [{"is": "page_type", "types": ["wagtailcore.page"]}, {"is": "dwell", "least": 20}]},
        text="Anywhere",
        sort_order=1,
    )
    make_trigger(site, {"is": "pages", "least": 1}, text="Only who agreed")
    make_trigger(
        site,
        {"any": [{"is": "returning"}, {"is": "dwell", "least": 90}]},
        text="Returning, or patient",
        sort_order=3,
    )
    assert said_on(site.root_page, site) == [
        ("Anywhere", 20),
        ("Here", 0),
        ("Returning, or patient", 90),
    ]
    assert said_on(make_page(site), site) == [("Anywhere", 20), ("Returning, or patient", 90)]


def test_a_page_that_is_not_there_says_nothing(site):
    make_trigger(site, {"is": "dwell", "least": 0})
    draft = make_page(site)
    draft.unpublish()
    other = make_watched_site("b.test")
    forget()
    assert greetings.greetings_for(site.pk, draft.pk) == []
    assert greetings.greetings_for(site.pk, other.root_page_id) == []
    assert greetings.greetings_for(site.pk, 0) == []


@pytest.mark.parametrize(
    "word", [Word(triggers_allowed=False), Word(mode="reactive"), Word(enabled=False)]
)
def test_where_triggers_are_not_allowed_nothing_is_said(site, word):
    make_trigger(site)
    set_page_policy(page_id=site.root_page_id, word=word)
    forget()
    assert said_on(site.root_page, site) == []


def test_a_trigger_speaks_to_pages_in_its_own_language(site):
    from tests.factories import make_locale

    make_trigger(site, text="English")
    make_trigger(site, text="Français", locale=make_locale("fr"))
    assert [text for text, _ in said_on(site.root_page, site)] == ["English"]


def test_a_place_is_kept_and_nothing_of_a_person(site, alice):
    trigger = make_trigger(site)
    got = held(site, trigger)
    assert got.text == "Are you looking for something?"
    assert HeldPlace.objects.get().profile_id == alice.profile.pk
    assert counts(trigger) == (1, 0, 0)
    assert not Visit.objects.exists()
    assert not Visitor.objects.exists()
    assert not Invitation.objects.exists()


def test_where_nobody_could_answer_nothing_is_shown(site, alice):
    trigger = make_trigger(site)
    alice.chooses("available", 1)
    held(site, trigger)
    with pytest.raises(errors.MayNotInvite):
        held(site, trigger)
    assert counts(trigger) == (1, 0, 0)


@pytest.mark.parametrize(
    "conditions", [{"is": "pages", "least": 1}, {"is": "page", "page": 999_999}]
)
def test_a_browser_cannot_ask_for_what_the_page_does_not_say(site, alice, conditions):
    with pytest.raises(errors.MayNotInvite):
        held(site, make_trigger(site, conditions))


def test_a_trigger_of_another_site_or_in_a_pause_is_not_held(site, alice):
    with pytest.raises(errors.MayNotInvite):
        held(site, make_trigger(make_watched_site("b.test"), {"is": "dwell", "least": 0}))
    trigger = make_trigger(site)
    assert queries.rules_of(site.pk)
    type(trigger).objects.filter(pk=trigger.pk).update(paused_at=clock.now())
    with pytest.raises(errors.MayNotInvite):
        held(site, trigger)


def test_who_is_talking_with_us_is_not_greeted(site, alice):
    browser = make_visitor(site)
    browser.says("Hello")
    with pytest.raises(errors.MayNotInvite):
        held(site, make_trigger(site), chat_key_hash=browser.key_hash)


def test_an_accepted_greeting_is_a_conversation_that_a_trigger_began(site, alice):
    trigger = make_trigger(site, name="Home")
    browser = make_visitor(site)
    slip = held(site, trigger).slip
    begun = greetings.accept(site_id=site.pk, slip=slip, chat_key_hash=browser.key_hash)
    conversation = browser.conversation
    assert begun.conversation_id == str(conversation.public_id)
    assert (conversation.state, conversation.agent_id) == ("active", alice.profile.pk)
    assert (conversation.initiator, conversation.began_by) == ("trigger", "Home")
    assert conversation.language == "en"
    assert conversation.messages.get().text == trigger.text
    assert not HeldPlace.objects.exists()
    assert counts(trigger) == (1, 1, 0)


def test_accepted_twice_it_begins_once(site, alice):
    trigger = make_trigger(site)
    browser = make_visitor(site)
    slip = held(site, trigger).slip
    for _ in range(2):
        greetings.accept(site_id=site.pk, slip=slip, chat_key_hash=browser.key_hash)
    assert Conversation.objects.count() == 1
    assert counts(trigger) == (1, 1, 0)


def test_a_slip_that_somebody_else_used_begins_nothing_more(site, alice):
    slip = held(site, make_trigger(site)).slip
    greetings.accept(site_id=site.pk, slip=slip, chat_key_hash=make_visitor(site).key_hash)
    with pytest.raises(errors.NotInvited):
        greetings.accept(site_id=site.pk, slip=slip, chat_key_hash=make_visitor(site).key_hash)


def test_no_thanks_is_a_number_counted_once(site, alice):
    trigger = make_trigger(site)
    slip = held(site, trigger).slip
    for _ in range(2):
        greetings.decline(site_id=site.pk, slip=slip)
    assert counts(trigger) == (1, 0, 1)
    assert not HeldPlace.objects.exists()


def test_when_its_time_is_over_a_greeting_begins_nothing(site, alice, monkeypatch):
    slip = held(site, make_trigger(site)).slip
    moment = clock.now() + timedelta(seconds=70)
    monkeypatch.setattr(clock, "now", lambda: moment)
    with pytest.raises(errors.NotInvited):
        greetings.accept(site_id=site.pk, slip=slip, chat_key_hash=make_visitor(site).key_hash)


@pytest.mark.parametrize("slip", ["", "x", "WzEsMl0:1abc:def"])
def test_a_forged_slip_is_worth_nothing(site, slip):
    with pytest.raises(errors.NotInvited):
        greetings.decline(site_id=site.pk, slip=slip)


def test_a_slip_of_another_site_or_for_another_use_is_worth_nothing(site, alice):
    slip = held(site, make_trigger(site)).slip
    with pytest.raises(errors.NotInvited):
        greetings.decline(site_id=site.pk + 1, slip=slip)
    other_use = signing.dumps([site.pk, 1, "0" * 32, "en"], salt="something else")
    with pytest.raises(errors.NotInvited):
        greetings.decline(site_id=site.pk, slip=other_use)
