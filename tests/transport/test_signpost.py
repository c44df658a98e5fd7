"""The signpost over real frames: it answers, hands over, is silent, and is given back."""

import asyncio
import threading

import pytest

from tests.answers.knowing import knowing
from tests.factories import make_visitor, new_ref
from tests.transport.browsers import (
    StaffBrowser,
    VisitorBrowser,
    in_database,
    polls,
    request,
    story,
)
from wagtail_livechat import clock, tokens
from wagtail_livechat.answers import guiding
from wagtail_livechat.answers.answerers import Answer, Card
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.conversations.queries import Unanswered
from wagtail_livechat.conversations.rules import IDLE_AFTER
from wagtail_livechat.privacy.actions import LEFT_AFTER, keep_house
from wagtail_livechat.protocol.values import HandOver
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings, PagePolicy
from wagtail_livechat.transport import answering, process, views

HOURS = Answer(knows=True, text="From ten to six.", source="curated:1")


@pytest.fixture
def site(site):
    LiveChatSettings.objects.update(signpost="always")
    forget()
    return site


async def opens_panel(site) -> VisitorBrowser:
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    return visitor


@story
async def test_it_answers_after_the_message_is_stored_in_all_tabs_and_for_staff(site, alice):
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    visitor = await opens_panel(site)
    assert (await visitor.hears("ready"))["signpost"] is True
    with knowing(hours=HOURS):
        acknowledged = await visitor.sends("hours")
        answer = (await visitor.hears("message.sent", message__kind="signpost"))["message"]
    assert (acknowledged["seq"], answer["seq"], answer["text"]) == (1, 2, "From ten to six.")
    assert answer["sender"] is None
    assert answer["guidance"] == {"cards": [], "choices": [], "pieces": []}
    view = (await visitor.hears("conversation.changed", conversation__asks=2))["conversation"]
    assert view["state"] == "signpost"
    card = (await console.hears("card.changed", card__last_kind="signpost"))["card"]
    assert (card["state"], card["agent"]) == ("signpost", None)

    tab = await visitor.another_tab()
    ready = await tab.hears("ready")
    assert [m["kind"] for m in ready["messages"]] == ["visitor", "signpost"]
    assert ready["conversation"]["asks"] == 2


@story
async def test_the_whole_dialogue_reaches_the_agent_and_it_is_silent_until_given_back(site, alice):
    console = await StaffBrowser.of(site, alice)
    assert (await console.says_hello())["sites"][0]["has_signpost"] is True
    visitor = await opens_panel(site)
    with knowing(hours=HOURS, more=HOURS):
        conversation = (await visitor.sends("hours"))["conversation"]
        await visitor.hears("message.sent", message__kind="signpost")
        ref = new_ref()
        visitor.say(type="answer.judge", ref=ref, seq=2, helped=False)
        await visitor.hears("ack", ref=ref)
        await visitor.hears("message.sent", message__notice="handed_over")
        card = (await console.hears("card.changed", card__state="waiting"))["card"]
        assert (card["handed_over"], card["failed"]) == ("not_helped", [2])

        thread = await console.opens(conversation)
        assert [m["kind"] for m in thread["messages"]] == ["visitor", "signpost", "notice"]
        await console.picks_up(conversation)
        await visitor.sends("more")
        await console.replies(conversation, "I look")
        await visitor.hears("message.sent", message__text="I look")
        assert (
            len([m for m in visitor.all_of("message.sent") if m["message"]["kind"] == "signpost"])
            == 1
        )

        ref = new_ref()
        console.say(type="conversation.give_back", ref=ref, conversation=conversation)
        await console.hears("ack", ref=ref)
        await visitor.hears("message.sent", message__notice="given_back")
        sent = await visitor.sends("more")
        await visitor.hears("message.sent", message__seq=sent["seq"] + 1, message__kind="signpost")
    agent = (await console.hears("agent.changed", agent__active=0))["agent"]
    assert agent["alias"] == "Alice"


@story
async def test_a_person_is_one_button_away_even_before_the_first_word(site):
    visitor = await opens_panel(site)
    tab = await visitor.another_tab()
    ref = new_ref()
    visitor.say(type="person.ask", ref=ref)
    await visitor.hears("ack", ref=ref)
    changed = await visitor.hears("conversation.changed", conversation__state="waiting")
    assert changed["conversation"]["asks"] is None
    # Nobody is here, and it says so; in every tab.
    await visitor.hears("message.sent", message__notice="handed_over_later")
    await tab.hears("message.sent", message__notice="handed_over_later")


@story
async def test_an_answer_owed_by_a_process_that_died_is_found_once(site, monkeypatch):
    visitor = await opens_panel(site)
    with knowing(hours=HOURS):
        with monkeypatch.context() as dead:
            dead.setattr(answering.Answering, "_begin", lambda self, pk: None)
            await visitor.sends("hours")
        assert not await in_database(Message.objects.filter(kind="signpost").exists)

        upkeep = process.running().upkeep
        await upkeep.renew_once()
        assert not await in_database(Message.objects.filter(kind="signpost").exists)
        monkeypatch.setattr(answering, "LEFT_AFTER", -answering.LEFT_AFTER)
        await upkeep.renew_once()
        await upkeep.renew_once()
        await visitor.hears("message.sent", message__kind="signpost")
    assert await in_database(Message.objects.filter(kind="signpost").count) == 1


@story
async def test_who_comes_back_need_not_wait_for_what_is_owed(site, monkeypatch):
    visitor = await opens_panel(site)
    with knowing(hours=HOURS):
        with monkeypatch.context() as dead:
            dead.setattr(answering.Answering, "_begin", lambda self, pk: None)
            await visitor.sends("hours")
        tab = await visitor.another_tab()
        await tab.hears("message.sent", message__kind="signpost")


@story
async def test_over_http_it_is_the_same(site):
    visitor = VisitorBrowser(site)
    with knowing(hours=HOURS):
        first = await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": "hours"})
        assert first.of("ack")[0]["seq"] == 1
        for _ in range(100):
            messages = (await polls(visitor)).of("ready")[0]["messages"]
            if len(messages) == 2:
                break
            await asyncio.sleep(0.02)
    assert [m["kind"] for m in messages] == ["visitor", "signpost"]
    judged = await polls(
        visitor, {"type": "answer.judge", "ref": new_ref(), "seq": 2, "helped": False}
    )
    assert judged.of("ready")[0]["conversation"]["state"] == "waiting"


def test_where_there_is_no_server_process_it_is_answered_in_the_request(site, rf):
    """Under WSGI: the message is stored first, and the same answer brings the reply."""
    visitor = make_visitor(site)
    body = {
        "hello": {"type": "hello", "v": 1, "language": "en"},
        "commands": [{"type": "message.send", "ref": new_ref(), "text": "hours"}],
    }
    asked = rf.post(
        "/livechat/exchange/",
        body,
        content_type="application/json",
        HTTP_HOST="a.test",
        HTTP_ORIGIN="http://a.test",
        HTTP_COOKIE=f"__Host-livechat-{site.pk}={visitor.key}",
    )
    with knowing(hours=HOURS):
        response = views.exchange(asked)
    assert b"From ten to six." in response.content


def test_housekeeping_answers_what_was_left_and_ends_what_is_idle(site, monkeypatch):
    visitor = make_visitor(site)
    visitor.says("hours")
    Conversation.objects.update(state="signpost", waiting_since=clock.now() - LEFT_AFTER)
    with knowing(hours=HOURS):
        keep_house(dry_run=True)
        assert not Message.objects.filter(kind="signpost").exists()
        keep_house()
        keep_house()
    assert visitor.conversation.messages.filter(kind="signpost").count() == 1
    Conversation.objects.update(last_at=clock.now() - 2 * IDLE_AFTER)
    keep_house()
    assert visitor.conversation.state == "closed"


@story
async def test_a_section_of_the_pages_decides(site):
    await in_database(PagePolicy.objects.create, page_id=site.root_page_id, signpost="never")
    forget()
    token = tokens.page_token(site.pk, site.root_page_id)
    visitor = VisitorBrowser(site)
    assert await visitor.open()
    visitor.say(type="hello", v=1, language="en", page=token)
    assert (await visitor.hears("ready"))["signpost"] is False
    ref = new_ref()
    visitor.say(type="message.send", ref=ref, text="hours", page=token)
    await visitor.hears("ack", ref=ref)
    changed = await visitor.hears("conversation.changed")
    assert changed["conversation"]["state"] == "waiting"


@story
async def test_a_page_of_another_site_is_no_page(site, other_site):
    await in_database(PagePolicy.objects.create, page_id=site.root_page_id, signpost="never")
    forget()
    foreign = tokens.page_token(other_site.pk, site.root_page_id)
    visitor = await opens_panel(site)
    ref = new_ref()
    visitor.say(type="message.send", ref=ref, text="hours", page=foreign)
    await visitor.hears("ack", ref=ref)
    assert await in_database(
        lambda: list(Message.objects.values_list("page_id", flat=True)[:1])
    ) == [None]


@story
async def test_everybody_may_ask_whether_a_person_or_the_signpost_answers(site, alice):
    await in_database(LiveChatSettings.objects.update, signpost="absent")
    forget()
    hidden = tokens.page_token(site.pk, site.root_page_id)
    await in_database(PagePolicy.objects.create, page_id=site.root_page_id, signpost="never")

    async def ask(query=""):
        path = f"/livechat/availability/{query}"
        return (await request(path, ("Host", "a.test"), method="GET")).json

    assert await ask("?language=en") == {"available": False, "signpost": True}
    assert await ask(f"?language=en&page={hidden}") == {"available": False, "signpost": False}
    assert await ask("?language=%00&page=x&page=" + "y" * 5_000) == {
        "available": False,
        "signpost": True,
    }
    console = await StaffBrowser.of(site, alice)
    visitor = await opens_panel(site)
    assert (await visitor.hears("ready"))["signpost"] is True
    await console.says_hello()
    changed = await visitor.hears("availability.changed", available=True)
    assert changed["signpost"] is False
    assert await ask("?language=en") == {"available": True, "signpost": False}


@story
async def test_another_site_cannot_give_back_and_a_visitor_neither(site, alice, bob, other_site):
    visitor = await opens_panel(site)
    conversation = (await visitor.sends("Hello"))["conversation"]
    stranger = await StaffBrowser.of(other_site, bob)
    await stranger.says_hello()
    ref = new_ref()
    stranger.say(type="conversation.give_back", ref=ref, conversation=conversation)
    assert (await stranger.hears("refused", ref=ref))["code"] == "not_found"
    visitor.say(type="conversation.give_back", ref=new_ref(), conversation=conversation)
    assert (await visitor.hears("refused"))["code"] == "unknown_type"


ASKED = Unanswered(
    conversation_pk=1,
    site_id=1,
    language="en",
    seq=1,
    text="hours",
    page_id=None,
    place=None,
    failures=0,
    asks_about=None,
    choices=[],
    asked_before=[],
)


async def test_what_takes_too_long_is_not_waited_for(settings, monkeypatch, caplog):
    settings.WAGTAIL_LIVECHAT = {**settings.WAGTAIL_LIVECHAT, "INLINE_DATABASE": False}
    go_on = threading.Event()
    monkeypatch.setattr(guiding, "decide", lambda asked: go_on.wait(30))
    monkeypatch.setattr(answering, "ANSWER_WITHIN", 0.05)
    made = answering.Answering(None)
    try:
        saying = await made._think(ASKED)
    finally:
        go_on.set()
        await made.stop()
    assert saying.hands_over is HandOver.FAULT
    assert "conversation 1" in caplog.text
    assert "hours" not in caplog.text


@story
async def test_a_card_is_told_by_event_as_from_the_database(site):
    page_id = site.root_page_id
    answer = Answer(
        knows=True,
        cards=(Card(page_id=page_id, title="Home", passage="We are here", url="/"),),
    )
    visitor = await opens_panel(site)
    with knowing(where=answer):
        await visitor.sends("where")
        said = await visitor.hears("message.sent", message__kind="signpost")
    tab = await visitor.another_tab()
    [told] = [m for m in (await tab.hears("ready"))["messages"] if m["kind"] == "signpost"]
    assert told["guidance"]["cards"][0]["url"].endswith("/")
    assert said["message"]["guidance"]["cards"][0]["title"] == "Home"
    assert {**said["message"], "guidance": None} == {**told, "guidance": None}
