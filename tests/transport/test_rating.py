"""Whether it helped, over real frames: asked in every tab at the end, and said in one."""

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, story
from wagtail_livechat.conversations.models import Conversation


async def is_over(site, agent) -> VisitorBrowser:
    console = await StaffBrowser.of(site, agent)
    await console.says_hello()
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("Hello"))["conversation"]
    await console.picks_up(conversation)
    ref = new_ref()
    console.say(type="conversation.close", ref=ref, conversation=conversation)
    await console.hears("ack", ref=ref)
    return visitor


@story
async def test_every_tab_asks_at_the_end_until_one_has_said_it(site, alice):
    visitor = await is_over(site, alice)
    changed = await visitor.hears("conversation.changed", conversation__state="closed")
    assert changed["conversation"]["asks_at_end"] is True
    tab = await visitor.another_tab()
    assert (await tab.hears("ready"))["conversation"]["asks_at_end"] is True

    ref = new_ref()
    visitor.say(type="conversation.rate", ref=ref, helped=False)
    await visitor.hears("ack", ref=ref)
    await tab.hears("conversation.changed", conversation__asks_at_end=False)
    assert (await in_database(Conversation.objects.get)).helped is False


@story
async def test_over_http_it_is_the_same(site, alice):
    visitor = await is_over(site, alice)
    rated = await polls(visitor, {"type": "conversation.rate", "ref": new_ref(), "helped": True})
    assert len(rated.of("ack")) == 1
    assert rated.of("ready")[0]["conversation"]["asks_at_end"] is False
    assert (await in_database(Conversation.objects.get)).helped is True


@story
async def test_staff_cannot_say_it_for_a_visitor(site, alice):
    await is_over(site, alice)
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    console.say(type="conversation.rate", ref=new_ref(), helped=True)
    assert (await console.hears("refused"))["code"] == "unknown_type"
    assert (await in_database(Conversation.objects.get)).helped is None
