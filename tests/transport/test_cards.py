"""Cards over real frames: what an agent sends, and what each side is told."""

from __future__ import annotations

from django.test import Client
from wagtail.models import Page, PageViewRestriction

from tests.factories import make_visitor, new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.conversations.models import Message


def publish_hours(site) -> Page:
    return site.root_page.add_child(instance=Page(title="Opening hours", slug="hours"))


@story
async def test_a_card_reaches_the_visitor_and_every_console_that_follows(site, alice):
    hours = await in_database(publish_hours, site)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("When are you open?"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)

    sent = await console.asks("card.send", conversation=conversation, kind="page", id=hours.pk)

    assert (sent["type"], sent["seq"]) == ("ack", 3)
    card = {
        "kind": "page",
        "title": "Opening hours",
        "url": "http://a.test/en/hours/",
        "picture": None,
        "text": "",
    }
    told = await visitor.hears("message.sent", message__seq=3)
    assert told["message"]["card"] == card
    told = await console.hears("thread.message", message__seq=3)
    assert (told["message"]["card"], told["message"]["wrote"]) == (card, "alice")
    assert (await console.hears("card.changed", card__excerpt="Opening hours"))["card"]

    late = await visitor.another_tab()
    ready = await late.hears("ready")
    assert ready["messages"][-1]["card"] == card


@story
async def test_what_not_everybody_may_see_is_refused_and_nothing_is_stored(site, alice):
    def hide() -> int:
        hours = publish_hours(site)
        PageViewRestriction.objects.create(page=hours, restriction_type=PageViewRestriction.LOGIN)
        return hours.pk

    hidden = await in_database(hide)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("When are you open?"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()

    refused = await console.asks("card.send", conversation=conversation, kind="page", id=hidden)

    assert (refused["type"], refused["code"]) == ("refused", "restricted")
    assert "Opening" not in str(console.told)
    assert await in_database(Message.objects.exclude(card=None).count) == 0
    # The line goes on.
    assert (await console.replies(conversation, "From nine to six"))["type"] == "ack"


@story
async def test_an_agent_of_another_site_finds_no_conversation_to_send_into(site, alice, bob):
    hours = await in_database(publish_hours, site)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("When are you open?"))["conversation"]
    console = await StaffBrowser.of(site, bob)
    await console.says_hello()
    refused = await console.asks("card.send", conversation=conversation, kind="page", id=hours.pk)
    assert refused["code"] == "not_found"


def test_a_card_goes_over_the_admins_addresses_too(site, alice, plain_addresses):
    hours = publish_hours(site)
    visitor = make_visitor(site)
    visitor.says("When are you open?")
    browser = Client()
    browser.force_login(alice.user)
    ref = new_ref()
    answer = browser.post(
        "/admin/livechat/exchange/",
        {
            "hello": {"type": "staff.hello", "v": 1},
            "commands": [
                {
                    "type": "card.send",
                    "ref": ref,
                    "conversation": str(visitor.conversation.public_id),
                    "kind": "page",
                    "id": hours.pk,
                }
            ],
        },
        content_type="application/json",
    )
    [acknowledged] = [each for each in answer.json()["updates"] if each.get("ref") == ref]
    assert (acknowledged["type"], acknowledged["seq"]) == ("ack", 3)
