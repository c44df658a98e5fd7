"""What visitor and agent say to each other, over real frames."""

import asyncio

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, story
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.transport import process


@story
async def test_a_message_is_acknowledged_and_seen_by_its_sender_and_by_staff(site, alice):
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    visitor = VisitorBrowser(site)
    ready = await visitor.says_hello()
    assert ready["conversation"] is None
    assert ready["available"] is True

    acknowledged = await visitor.sends("Good day")

    assert acknowledged["seq"] == 1
    seen = await visitor.hears("message.sent", message__text="Good day")
    assert seen["message"]["ref"] == acknowledged["ref"]
    card = (await console.hears("card.changed", card__excerpt="Good day"))["card"]
    assert (card["state"], card["unread"], card["id"]) == (
        "waiting",
        1,
        acknowledged["conversation"],
    )


@story
async def test_an_agent_picks_up_and_replies_and_the_visitor_sees_the_alias_only(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("Good day"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    ready = await console.says_hello()
    assert [card["id"] for card in ready["cards"]] == [conversation]

    thread = await console.opens(conversation)
    assert [entry["text"] for entry in thread["messages"]] == ["Good day"]
    assert (await console.picks_up(conversation))["type"] == "ack"
    assert (await console.replies(conversation, "Hello"))["seq"] == 3

    answer = (await visitor.hears("message.sent", message__text="Hello"))["message"]
    assert answer["sender"] == {"alias": "Alice", "avatar": None}
    changed = await visitor.hears("conversation.changed", conversation__state="active")
    assert changed["conversation"]["agent"]["alias"] == "Alice"
    told = await console.hears("thread.message", message__text="Hello")
    assert told["message"]["wrote"] == "alice"
    assert "wrote" not in answer
    assert not any("alice" in str(update) for update in visitor.told)


@story
async def test_messages_follow_each_other_without_gap_in_all_tabs(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    tab = await visitor.another_tab()
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    await console.picks_up(conversation)
    for number in range(2, 7):
        visitor.say(type="message.send", ref=new_ref(), text=str(number))
        console.say(
            type="reply.send", ref=new_ref(), conversation=conversation, text=f"re {number}"
        )

    for line, kind in (
        (visitor, "message.sent"),
        (tab, "message.sent"),
        (console, "thread.message"),
    ):
        await line.hears(kind, message__text="6")
        await line.hears(kind, message__text="re 6")
        numbers = [update["message"]["seq"] for update in line.all_of(kind)]
        first = numbers[0]
        assert numbers == list(range(first, first + len(numbers)))


@story
async def test_a_second_tab_that_was_nobody_learns_of_the_conversation(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    tab = await visitor.another_tab()
    await visitor.sends("From the first tab")
    assert (await tab.hears("message.sent"))["message"]["text"] == "From the first tab"
    assert (await tab.hears("conversation.changed"))["conversation"]["state"] == "waiting"


@story
async def test_a_resent_message_is_stored_once_and_acknowledged_again(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    ref = new_ref()
    first = await visitor.sends("Once", ref)
    visitor.forgets_what_it_heard()
    again = await visitor.sends("Once", ref)
    assert again["seq"] == first["seq"]
    by_http = await polls(visitor, {"type": "message.send", "ref": ref, "text": "Once"})
    assert by_http.of("ack")[0]["seq"] == first["seq"]
    assert await in_database(Message.objects.filter(ref=ref).count) == 1


@story
async def test_a_copy_on_its_way_does_not_outlive_the_refusal_of_the_first(
    site, alice, monkeypatch
):
    """As when the database was held up: both copies wait, and then somebody reopens."""
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.picks_up(conversation)
    await console.asks("conversation.close", conversation=conversation)
    ref, last = new_ref(), new_ref()
    writer = process.running().writer
    held = []
    reply = {"type": "reply.send", "conversation": conversation, "ref": ref, "text": "Late"}
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(writer, "submit", lambda *job, **draft: held.append((job, draft)))
        for command in (reply, reply, {**reply, "ref": last}):
            console.say(**command)
        while last not in str(held):
            await asyncio.sleep(0)
    (first, draft), *rest = held
    writer.submit(*first, **draft)
    assert (await console.hears("refused", ref=ref))["code"] == "closed"
    await console.asks("conversation.reopen", conversation=conversation)
    for job, draft in rest:
        writer.submit(*job, **draft)
    await console.hears("ack", ref=last)
    assert await in_database(Message.objects.filter(ref=ref).count) == 0
    # Who has heard the refusal and asks again means it.
    console.say(**reply, attempt=2)
    await console.hears("ack", ref=ref)


@story
async def test_a_late_copy_by_another_connection_stays_refused(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console, second = [await StaffBrowser.of(site, alice) for _ in range(2)]
    await console.says_hello()
    await second.says_hello()
    await console.picks_up(conversation)
    await console.asks("conversation.close", conversation=conversation)
    reply = {"type": "reply.send", "conversation": conversation, "ref": new_ref(), "text": "Late"}
    console.say(**reply)
    assert (await console.hears("refused", ref=reply["ref"]))["code"] == "closed"
    await console.asks("conversation.reopen", conversation=conversation)
    second.say(**reply)
    assert (await second.hears("refused", ref=reply["ref"]))["code"] == "refused_before"
    assert await in_database(Message.objects.filter(ref=reply["ref"]).count) == 0
    console.say(**reply, attempt=2)
    await console.hears("ack", ref=reply["ref"])
    assert await in_database(Message.objects.filter(ref=reply["ref"]).count) == 1


@story
async def test_another_text_under_a_ref_on_its_way_is_a_conflict(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    ref = new_ref()
    visitor.say(type="message.send", ref=ref, text="Once")
    visitor.say(type="message.send", ref=ref, text="Twice")
    await visitor.hears("ack", ref=ref)
    assert (await visitor.hears("refused", ref=ref))["code"] == "conflict"


@story
async def test_the_same_ref_with_another_text_is_a_conflict_and_the_first_is_kept(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    ref = new_ref()
    await visitor.sends("First", ref)
    visitor.say(type="message.send", ref=ref, text="Second")
    assert (await visitor.hears("refused", ref=ref))["code"] == "conflict"
    by_http = await polls(visitor, {"type": "message.send", "ref": ref, "text": "Third"})
    assert by_http.of("refused")[0]["code"] == "conflict"
    kept = await in_database(Message.objects.get, ref=ref)
    assert kept.text == "First"


@story
async def test_who_comes_back_later_is_given_what_was_missed_in_order(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hang_up()
    row = await in_database(lambda: visitor.person.conversation)
    await in_database(alice.picks_up, row)
    for text in ("2", "3", "4"):
        await in_database(alice.replies, row, text)

    again = VisitorBrowser(site, visitor.person)
    ready = await again.says_hello(since=1)

    assert ready["conversation"]["id"] == conversation
    assert [entry["seq"] for entry in ready["messages"]] == [2, 3, 4, 5]
    assert [entry["text"] for entry in ready["messages"]] == ["", "2", "3", "4"]


@story
async def test_a_cursor_from_the_future_is_named_and_everything_is_sent(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("Only one")
    again = VisitorBrowser(site, visitor.person)
    ready = await again.says_hello(since=99)
    assert (await again.hears("refused"))["code"] == "bad_cursor"
    assert [entry["text"] for entry in ready["messages"]] == ["Only one"]
    answer = await polls(visitor, since=99)
    assert answer.of("refused")[0]["code"] == "bad_cursor"
    assert len(answer.of("ready")[0]["messages"]) == 1


@story
async def test_more_than_a_batch_is_fetched_in_parts(site):
    visitor = VisitorBrowser(site)
    await in_database(lambda: [visitor.person.says(str(n)) for n in range(205)])
    ready = await visitor.says_hello()
    assert (len(ready["messages"]), ready["more"]) == (200, True)
    ref = new_ref()
    visitor.say(type="messages.fetch", ref=ref, since=200)
    rest = await visitor.hears("messages", ref=ref)
    assert ([entry["seq"] for entry in rest["messages"]], rest["more"]) == (
        [201, 202, 203, 204, 205],
        False,
    )
    visitor.say(type="messages.fetch", ref=new_ref(), since=300)
    assert (await visitor.hears("refused"))["code"] == "bad_cursor"


@story
async def test_typing_reaches_the_other_side_and_says_nothing_of_the_words(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    await console.picks_up(conversation)
    visitor.say(type="typing.set", active=True)
    assert await console.hears("thread.typing") == {
        "type": "thread.typing",
        "conversation": conversation,
        "active": True,
        "alias": None,
    }
    console.say(type="reply.typing", conversation=conversation, active=True)
    assert await visitor.hears("typing") == {"type": "typing", "active": True}
    assert not console.all_of("typing") and not visitor.all_of("thread.typing")


@story
async def test_an_internal_note_reaches_staff_and_no_visitor(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    colleague = await StaffBrowser.of(site, alice)
    await colleague.says_hello({"conversation": conversation})

    noted = await console.asks("note.add", conversation=conversation, text="A secret remark")

    assert noted["seq"] == 1
    for line in (console, colleague):
        assert (await line.hears("note.added"))["note"]["text"] == "A secret remark"
    await console.hears("card.changed", card__note_count=1)
    visitor.say(type="message.send", ref=new_ref(), text="2")
    await visitor.hears("message.sent", message__text="2")
    answer = await polls(visitor)
    assert "secret remark" not in str(visitor.told) + answer.body.decode()


@story
async def test_two_agents_pick_up_and_only_one_wins(site, alice):
    from tests.factories import make_agent

    carol = await in_database(make_agent, "carol", site, alias="Carol")
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    consoles = [await StaffBrowser.of(site, agent) for agent in (alice, carol)]
    for console in consoles:
        await console.says_hello()
    first, second = await asyncio.gather(*(c.picks_up(conversation) for c in consoles))
    won, lost = (first, second) if first["type"] == "ack" else (second, first)
    assert won["type"] == "ack"
    assert (lost["type"], lost["code"]) == ("refused", "taken")
    winner = "Alice" if won is first else "Carol"
    assert winner in lost["message"]
    refused = await (consoles[1] if won is first else consoles[0]).replies(conversation, "Mine!")
    assert (refused["code"], winner in refused["message"]) == ("not_yours", True)


@story
async def test_ending_closing_and_writing_again_are_told_to_both(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    await console.picks_up(conversation)
    await console.asks("conversation.close", conversation=conversation)
    await visitor.hears("conversation.changed", conversation__state="closed")
    await visitor.hears("message.sent", message__notice="closed_by_agent")
    await visitor.sends("Wait, one more thing")
    await console.hears("card.changed", card__state="waiting", card__excerpt="Wait, one more thing")
    ref = new_ref()
    visitor.say(type="conversation.end", ref=ref)
    await visitor.hears("ack", ref=ref)
    await console.hears("thread.message", message__notice="closed_by_visitor")
    await console.hears("card.changed", card__state="closed")


@story
async def test_reading_is_told_to_the_other_side(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    console.say(type="thread.mark_read", conversation=conversation, seq=1)
    await visitor.hears("conversation.changed", conversation__read_by_staff=1)
    visitor.say(type="read.mark", seq=1)
    await console.hears("card.changed", card__read_by_visitor=1, card__unread=0)


@story
async def test_closed_conversations_are_fetched_on_request(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.asks("conversation.close", conversation=conversation)
    found = await console.asks("closed.fetch")
    assert ([card["id"] for card in found["cards"]], found["more"]) == ([conversation], False)
    assert (await console.asks("closed.fetch", before=1))["cards"] == []
    await console.asks("conversation.reopen", conversation=conversation)
    await visitor.hears("conversation.changed", conversation__state="active")
