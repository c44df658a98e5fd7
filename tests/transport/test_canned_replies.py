"""Canned replies over real frames, and over the fallback: found, suggested, sent, counted."""

from __future__ import annotations

from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import Page

from tests.canned_replies.library import make_reply
from tests.factories import make_visitor, new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.canned_replies.models import CannedReplyUse
from wagtail_livechat.conversations.models import Message


async def talking(site, agent) -> tuple[VisitorBrowser, StaffBrowser, str]:
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("When are you open?"))["conversation"]
    console = await StaffBrowser.of(site, agent)
    await console.says_hello()
    return visitor, console, conversation


@story
async def test_a_reply_is_found_sent_and_counted_and_then_suggested(site, alice):
    reply = await in_database(make_reply, "Opening hours", "At nine", site=site, shortcut="hours")
    visitor, console, conversation = await talking(site, alice)

    found = await console.asks("canned.search", conversation=conversation, query="hou")
    assert (found["type"], found["conversation"]) == ("canned.found", conversation)
    [told] = found["replies"]
    assert (told["id"], told["text"], told["missing"]) == (reply.pk, "At nine", [])

    await console.replies(conversation, told["text"])
    ref = new_ref()
    for _ in range(2):
        used = await console.asks(
            "canned.use", ref=ref, conversation=conversation, reply=told["id"], edited=False
        )
        assert used["type"] == "ack"
    use = await in_database(CannedReplyUse.objects.get)
    assert (use.reply_id, use.profile_id, use.asked) == (reply.pk, alice.profile.pk, 1)

    await visitor.sends("And are you open on Sunday?")
    told = await console.asks("canned.suggest", conversation=conversation)
    assert (told["type"], told["seq"]) == ("canned.suggested", 4)
    assert [each["title"] for each in told["replies"]] == ["Opening hours"]
    # It was proposed, and nothing else.
    assert await in_database(Message.objects.filter(kind="agent").count) == 1


@story
async def test_a_placeholder_that_is_not_filled_is_refused_and_named(site, alice):
    await in_database(make_reply, "Page", "See {{page.link}} of {{page.title}}", site=site)
    _visitor, console, conversation = await talking(site, alice)
    found = await console.asks("canned.search", conversation=conversation, query="")
    [told] = found["replies"]
    assert told["missing"] == ["page.link", "page.title"]
    refused = await console.asks("reply.send", conversation=conversation, text=told["text"])
    assert (refused["type"], refused["code"]) == ("refused", "unfilled")
    assert "{{page.link}}, {{page.title}}" in refused["message"]
    assert await in_database(Message.objects.filter(kind="agent").count) == 0
    # What is no placeholder of ours is text.
    sent = await console.replies(conversation, "Write {{ name }} there, or %(x)s")
    assert sent["type"] == "ack"


@story
async def test_a_card_that_an_editor_attached_is_sent_by_whoever_is_offered_the_reply(
    site, alice, bob
):
    def attach() -> tuple[int, int, int]:
        from django.core.files.base import ContentFile

        document = get_document_model().objects.create(
            title="Price list", file=ContentFile(b"x", name="prices.txt")
        )
        cards = [{"type": "document", "value": document.pk}]
        reply = make_reply("Prices", site=site, cards=cards)
        elsewhere = make_reply("Elsewhere", owner=bob.user, cards=cards)
        return document.pk, reply.pk, elsewhere.pk

    document, reply, elsewhere = await in_database(attach)
    visitor, console, conversation = await talking(site, alice)
    card = {"conversation": conversation, "kind": "document", "id": document}

    for refused in (
        await console.asks("card.send", **card),
        await console.asks("card.send", **card, reply=elsewhere),
        await console.asks("card.send", **card, reply=999_999),
    ):
        assert refused["code"] == "restricted"
    sent = await console.asks("card.send", **card, reply=reply)
    assert sent["type"] == "ack"
    told = await visitor.hears("message.sent", message__seq=sent["seq"])
    assert told["message"]["card"]["title"] == "Price list"


@story
async def test_an_agent_of_another_site_is_told_nothing(site, alice, bob):
    reply = await in_database(make_reply, "Everywhere", "Secret words")
    _visitor, _console, conversation = await talking(site, alice)
    stranger = await StaffBrowser.of(site, bob)
    await stranger.says_hello()
    for kind, fields in (
        ("canned.search", {}),
        ("canned.suggest", {}),
        ("canned.use", {"reply": reply.pk, "edited": False}),
    ):
        refused = await stranger.asks(kind, conversation=conversation, **fields)
        assert (refused["type"], refused["code"]) == ("refused", "not_found")
    assert "Secret words" not in str(stranger.told)


def test_all_of_it_goes_over_the_admins_addresses_too(site, alice, plain_addresses):
    reply = make_reply("Opening hours", "At nine", site=site, shortcut="hours")
    page = site.root_page.add_child(instance=Page(title="Find us", slug="find-us"))
    visitor = make_visitor(site)
    visitor.says("When are you open?")
    conversation = str(visitor.conversation.public_id)
    browser = Client()
    browser.force_login(alice.user)
    refs = [new_ref() for _ in range(4)]
    kinds = [
        {"type": "canned.search", "query": "hours"},
        {"type": "canned.suggest"},
        {"type": "canned.use", "reply": reply.pk, "edited": True},
        {"type": "card.send", "kind": "page", "id": page.pk, "reply": reply.pk},
    ]
    body = {
        "hello": {"type": "staff.hello", "v": 1},
        "commands": [
            {**kind, "ref": ref, "conversation": conversation}
            for kind, ref in zip(kinds, refs, strict=True)
        ],
    }
    answer = browser.post("/admin/livechat/exchange/", body, content_type="application/json")
    told = {each["ref"]: each for each in answer.json()["updates"] if each.get("ref") in refs}
    assert [told[ref]["type"] for ref in refs] == ["canned.found", "canned.suggested", "ack", "ack"]
    assert told[refs[0]]["replies"][0]["text"] == "At nine"
    assert CannedReplyUse.objects.get().edited
