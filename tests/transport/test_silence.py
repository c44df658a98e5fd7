"""Connections that say nothing, hear nothing, or do not read: told why, and let go."""

import asyncio

import pytest

from tests.factories import new_ref
from tests.transport.browsers import PATIENCE, StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.errors import Unavailable
from wagtail_livechat.transport import delivery, process, socket, staff_socket, visitor_socket


def sockets():
    return list(process.running().upkeep.connections)


async def time_passes(seconds):
    """One tick of the upkeep, as if so much time had gone by."""
    latest = max(connection.heard_at for connection in sockets())
    await process.running().upkeep.tick_once(latest + seconds)


@story
async def test_a_browser_that_never_says_hello_is_let_go(site, monkeypatch):
    monkeypatch.setattr(socket, "HELLO_WITHIN", 0.05)
    visitor = VisitorBrowser(site)
    await visitor.open()
    assert await visitor.is_closed() == 4408
    assert (await visitor.hears("error"))["code"] == "timeout"


@story
async def test_whoever_said_hello_waits_as_long_as_the_server_needs(site, monkeypatch):
    slow = asyncio.Event()
    greet = visitor_socket.VisitorSocket.greet

    async def greets_slowly(self, command):
        await slow.wait()
        await greet(self, command)

    monkeypatch.setattr(visitor_socket.VisitorSocket, "greet", greets_slowly)
    visitor = VisitorBrowser(site)
    await visitor.open()
    (connection,) = sockets()
    visitor.say(type="hello", v=1, language="en")
    while connection._hello_timer is not None:
        await asyncio.sleep(0)
    assert not connection.is_greeted
    slow.set()
    await visitor.hears("ready")
    assert connection._hello_timer is None


@story
async def test_whoever_was_refused_must_say_hello_again(site, monkeypatch):
    async def is_away(self, command):
        raise Unavailable

    monkeypatch.setattr(visitor_socket.VisitorSocket, "greet", is_away)
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="hello", v=1, language="en")
    assert (await visitor.hears("refused"))["code"] == "unavailable"
    (connection,) = sockets()
    assert connection._hello_timer is not None
    connection._no_hello()
    assert await visitor.is_closed() == 4408


@story
async def test_a_hello_in_time_is_enough(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    (connection,) = sockets()
    assert connection._hello_timer is None


@story
async def test_a_heartbeat_names_what_the_receiver_should_have(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hears("message.sent")
    console = await StaffBrowser.of(site, alice)
    await console.says_hello({"conversation": conversation})
    await console.hears("thread")
    await time_passes(30)
    for line in (visitor, console):
        beat = await line.hears("heartbeat")
        assert beat["heads"] == [{"conversation": conversation, "seq": 1}]


@story
async def test_who_answers_heartbeats_stays_and_who_is_silent_is_let_go(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    before = sockets()[0].heard_at
    visitor.say(type="pong")
    await asyncio.wait_for(_until(lambda: sockets()[0].heard_at > before), PATIENCE)
    await time_passes(59)
    assert visitor.close_code is None
    await time_passes(61)
    assert await visitor.is_closed() == 4408
    assert visitor.told[-1]["code"] == "timeout"


async def _until(is_true):
    while not is_true():
        await asyncio.sleep(0)


@story
async def test_what_was_lost_on_the_way_is_delivered_with_the_heartbeat(site, alice, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hears("message.sent")
    console = await StaffBrowser.of(site, alice)
    await console.says_hello({"conversation": conversation})
    await console.hears("thread")
    row = await in_database(lambda: visitor.person.conversation)
    # Another process writes, and its wakes are lost.
    with monkeypatch.context() as lost:
        lost.setattr(process, "announce", lambda calls: None)
        await in_database(alice.picks_up, row)
        await in_database(alice.replies, row, "You should know this")
    await time_passes(30)
    await visitor.hears("message.sent", message__text="You should know this")
    await visitor.hears("conversation.changed", conversation__state="active")
    await console.hears("thread.message", message__text="You should know this")
    await console.hears("card.changed", card__state="active")
    assert [u["message"]["seq"] for u in visitor.all_of("message.sent")] == [1, 2, 3]


@story
async def test_who_does_not_read_is_told_to_begin_anew(site, alice, monkeypatch):
    monkeypatch.setattr(visitor_socket.VisitorSocket, "most_bytes", 2_000)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    row = await in_database(lambda: visitor.person.conversation)
    await in_database(alice.picks_up, row)
    await visitor.hears("conversation.changed", conversation__state="active")
    visitor.stop_reading()
    for number in range(30):
        await in_database(alice.replies, row, f"{number} " * 50)
    (connection,) = sockets()
    assert connection.outgoing.waiting_bytes <= 2_000
    visitor.read_on()
    await visitor.hears("resync")
    visitor.forgets_what_it_heard()
    ready = await visitor.says_hello(since=3)
    texts = {entry["seq"] for entry in ready["messages"]}
    assert texts == set(range(4, 33))


@story
async def test_who_does_not_read_for_too_long_is_let_go_and_others_do_not_notice(
    site, alice, monkeypatch
):
    monkeypatch.setattr(visitor_socket.VisitorSocket, "most_bytes", 2_000)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    tab = VisitorBrowser(site, visitor.person)
    tab_ready = await tab.says_hello()
    assert tab_ready["conversation"]
    row = await in_database(lambda: visitor.person.conversation)
    await in_database(alice.picks_up, row)
    visitor.stop_reading()
    for number in range(30):
        await in_database(alice.replies, row, f"{number} " * 50)
        await tab.hears("message.sent", message__text=f"{number} " * 49 + f"{number}")
    running = process.running()
    stuck = [c for c in sockets() if c.outgoing.waiting_bytes]
    assert len(stuck) == 1
    await running.upkeep.tick_once(stuck[0].outgoing._over_since + delivery.OVER_FOR_SECONDS + 1)
    await asyncio.wait_for(_until(lambda: len(sockets()) == 1), PATIENCE)
    assert tab.close_code is None


@story
async def test_reading_pauses_while_much_is_unacknowledged_and_nothing_is_lost(
    site, settings, monkeypatch
):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "MESSAGE_BURST": 1_000}
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    refs = [new_ref() for _ in range(50)]
    for ref in refs:
        visitor.say(type="message.send", ref=ref, text=ref)
    most = 0
    (connection,) = sockets()
    while len(visitor.all_of("ack")) < len(refs):
        most = max(most, connection._unacked)
        await asyncio.sleep(0)
    assert 0 < most <= socket.MOST_UNACKED
    stored = await in_database(
        lambda: [str(ref) for ref in Message.objects.order_by("seq").values_list("ref", flat=True)]
    )
    assert stored == refs


@story
async def test_everybody_is_told_when_the_server_restarts(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    process.running().upkeep.say_goodbye()
    for line in (visitor, console):
        assert (await line.hears("bye"))["retry_ms"] >= 1_000
        assert await line.is_closed() == 4412


@story
async def test_a_process_that_was_taken_for_dead_enlists_again_with_all_its_people(site, alice):
    from wagtail_livechat.agents.queries import present_profile_ids
    from wagtail_livechat.workers.models import Worker

    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    await in_database(lambda: Worker.objects.all().delete())
    assert await in_database(present_profile_ids) == frozenset()
    await process.running().upkeep.renew_once()
    await console.hears("agent.changed", agent__present=True)
    assert await in_database(present_profile_ids) == {alice.profile.pk}
    await console.hears("card.changed", card__visitor_present=True)


@story
async def test_colleagues_of_a_process_that_died_are_seen_to_go(site, alice):
    from datetime import timedelta

    from tests.factories import make_agent
    from wagtail_livechat import clock
    from wagtail_livechat.workers.models import Worker

    carol = await in_database(make_agent, "carol", site)
    await in_database(carol.arrives)
    console = await StaffBrowser.of(site, alice)
    ready = await console.says_hello()
    assert {agent["alias"]: agent["present"] for agent in ready["agents"]}[carol.profile.alias]
    mine = process.running().worker_id
    long_ago = clock.now() - timedelta(minutes=1)
    await in_database(lambda: Worker.objects.exclude(pk=mine).update(seen_at=long_ago))
    await process.running().upkeep.renew_once()
    await console.hears("agent.changed", agent__alias=carol.profile.alias, agent__present=False)


@pytest.mark.parametrize("number", [1, 3])
@story
async def test_closing_a_tab_leaves_presence_for_a_grace(site, alice, number):
    from wagtail_livechat.agents.queries import present_profile_ids

    lines = [await StaffBrowser.of(site, alice) for _ in range(number)]
    for line in lines:
        await line.says_hello()
    for line in lines:
        await line.hang_up()
    assert await in_database(present_profile_ids) == {alice.profile.pk}


def test_the_limits_of_both_sides_differ():
    assert staff_socket.StaffSocket.most_bytes > visitor_socket.VisitorSocket.most_bytes
