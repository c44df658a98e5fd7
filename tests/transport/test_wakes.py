"""Between processes travel ids, in messages of one type; what gets lost is found another way."""

import asyncio
import json
import uuid
from collections import deque

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.transport import catch_up, hub, process, wakes
from wagtail_livechat.transport.audience import Kind, Wake
from wagtail_livechat.transport.wakes import LayerBus, LocalBus, as_message, group_of, wakes_in
from wagtail_livechat.visitors.models import Visitor
from wagtail_livechat.visitors.rules import revoked

SECRET = "What nobody else may read"


class RecordingLayer(InMemoryChannelLayer):
    """Keeps a copy of all that passes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = []

    async def group_send(self, group, message):
        self.passed.append((group, message))
        await super().group_send(group, message)


@pytest.fixture
def layer(monkeypatch):
    """A layer that the plug-in takes for one between processes."""
    made = RecordingLayer()
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: made)
    return made


@story
async def test_only_ids_leave_the_process(site, alice, layer):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends(SECRET))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    await console.picks_up(conversation)
    await console.replies(conversation, SECRET)
    await console.asks("note.add", conversation=conversation, text=SECRET)
    visitor.say(type="typing.set", active=True)
    await console.hears("thread.typing")
    await console.asks("availability.set", availability="busy")
    await console.asks("conversation.close", conversation=conversation)
    await console.hears("card.changed", card__state="closed")
    while {wake[0] for _, m in layer.passed for wake in m["wakes"]} < {"card", "message", "note"}:
        await asyncio.sleep(0.01)

    assert layer.passed
    everything = json.dumps([message for _, message in layer.passed])
    for word in (SECRET, visitor.person.key, visitor.person.key_hash, "Alice", "alice"):
        assert word not in everything
    for group, message in layer.passed:
        assert message["type"] == "livechat.wake"
        assert set(message) == {"type", "sender", "wakes"}
        assert len(group) < 100 and group.replace(".", "").isalnum()
        assert wakes_in(message) == [Wake(*each) for each in message["wakes"]]


@story
async def test_what_another_process_wrote_is_read_and_told(site, alice, layer):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hears("message.sent")
    tab = VisitorBrowser(site)
    await tab.says_hello()
    console = await StaffBrowser.of(site, alice)
    await console.says_hello({"conversation": conversation})
    await console.hears("thread")
    here = process.running()
    row = await in_database(lambda: visitor.person.conversation)
    await _is_joined(here.hub.bus, conversation, site)

    # The same code in "another process": its wakes go through the layer only.
    def elsewhere(act):
        def send(calls):
            sent.extend(call.wake for call in calls)

        sent: list[Wake] = []
        before, process.announce = process.announce, send
        try:
            act()
        finally:
            process.announce = before
        return sent

    sent = await in_database(elsewhere, lambda: alice.picks_up(row))
    sent += await in_database(elsewhere, lambda: alice.replies(row, "From elsewhere"))
    sent += await in_database(elsewhere, lambda: tab.person.says("I am new"))
    for group, together in wakes.grouped(sent).items():
        await layer.group_send(group, as_message(together, "another"))

    await visitor.hears("message.sent", message__text="From elsewhere")
    await visitor.hears("conversation.changed", conversation__state="active")
    await console.hears("thread.message", message__text="From elsewhere")
    await console.hears("card.changed", card__excerpt="From elsewhere")
    await tab.hears("message.sent", message__text="I am new")


async def _is_joined(bus, conversation, site):
    wanted = {
        group_of(f"conversation:{conversation}"),
        group_of(f"staff:{site.pk}"),
        group_of("all"),
    }
    while not wanted <= set(bus._joined):
        await asyncio.sleep(0.01)


@story
async def test_a_forged_wake_opens_nothing_and_calls_nothing(site, alice, layer):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hears("message.sent")
    here = process.running()
    row = await in_database(lambda: visitor.person.conversation)
    await _is_joined_visitor(here.hub.bus, conversation)
    topic = f"conversation:{conversation}"
    forged = [
        ["message", topic, row.pk, 10**6],
        ["message", topic, row.pk, "x"],
        ["typing", topic, row.pk, "visitor"],
        ["typing", topic, row.pk, "no number+"],
        ["card", "staff:1", 10**9, None],
        ["agent", "all", 10**9, None],
        ["newcomer", "all", 10**9, None],
        ["forgotten", "all", 10**9, None],
        ["revoked", "all", 10**9, "x"],
        ["websocket.disconnect", "all", 1, None],
        ["presence", "all", 1, None],
        ["message", 5, row.pk, 1],
        ["message", topic, row.pk, 2**63],
        ["forgotten", "all", row.visitor_id, None],
    ]
    message = {"type": "websocket.close", "sender": "evil", "wakes": forged}
    await layer.group_send(group_of("all"), message)
    await layer.group_send(group_of("all"), {"type": "websocket.disconnect"})
    for nonsense in ([1], 5, None, {"a": 1}, [[]], [["card", "all", 2**63, None]]):
        await layer.group_send(group_of("all"), {"type": "livechat.wake", "wakes": nonsense})
    await visitor.sends("2")
    await visitor.hears("message.sent", message__text="2")
    numbers = [update["message"]["seq"] for update in visitor.all_of("message.sent")]
    assert numbers == [1, 2]
    assert visitor.close_code is None


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"wakes": 5},
        {"wakes": None},
        {"wakes": "card"},
        {"wakes": [5]},
        {"wakes": [["card"]]},
        {"wakes": [["card", "all", 1, None, None]]},
        {"wakes": [[["card"], "all", 1, None]]},
        {"wakes": [["card", "all", 0, None]]},
        {"wakes": [["card", "all", -1, None]]},
        {"wakes": [["card", "all", True, None]]},
        {"wakes": [["card", "all", 2**63, None]]},
        {"wakes": [["message", "all", 1, 2**63]]},
        {"wakes": [["message", "all", 1, -1]]},
        5,
    ],
)
def test_what_is_no_wake_is_none(message):
    assert wakes_in(message) == []


@story
async def test_who_was_forgotten_elsewhere_is_looked_up_and_shown_out(site, layer):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    bus = process.running().hub.bus
    await _is_joined_visitor(bus, conversation)
    row = await in_database(lambda: visitor.person.conversation)
    wake = Wake(Kind.FORGOTTEN, "all", row.visitor_id)

    def revoke_without_a_word():
        visitor_row = Visitor.objects.get(pk=row.visitor_id)
        visitor_row.key_hash = revoked(visitor_row.key_hash)
        visitor_row.save()

    await in_database(revoke_without_a_word)
    await layer.group_send(group_of("all"), as_message([wake], "another"))
    assert await visitor.is_closed() == 4410


@story
async def test_what_could_not_be_read_for_any_reason_is_read_another_time(
    site, alice, layer, monkeypatch, caplog
):
    monkeypatch.setattr(hub, "PAUSE_AFTER_A_FAULT", 0)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    await visitor.hears("message.sent")
    here = process.running()
    find, failures = catch_up.find, [ValueError("a fault of ours")]

    def fails_once(wanted):
        if failures:
            raise failures.pop()
        return find(wanted)

    monkeypatch.setattr(catch_up, "find", fails_once)
    row = await in_database(lambda: visitor.person.conversation)
    with monkeypatch.context() as another_process:
        another_process.setattr(process, "announce", lambda calls: None)
        await in_database(alice.picks_up, row)
        await in_database(alice.replies, row, "Read at the second go")
    here.hub.hear([Wake(Kind.MESSAGE, f"conversation:{conversation}", row.pk, 3)])
    await visitor.hears("message.sent", message__text="Read at the second go")
    assert not failures
    assert "Reading what changed failed: ValueError" in caplog.text


@story
async def test_more_messages_than_the_layer_holds_are_all_seen_in_order(site, alice, monkeypatch):
    layer = InMemoryChannelLayer(capacity=100)
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: layer)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("0"))["conversation"]
    await visitor.hears("message.sent")
    row = await in_database(lambda: visitor.person.conversation)
    await in_database(alice.picks_up, row)
    console = await StaffBrowser.of(site, alice)
    await console.says_hello({"conversation": conversation})
    await console.hears("thread")
    await visitor.hears("message.sent", message__seq=2)
    here = process.running()
    await _is_joined(here.hub.bus, conversation, site)
    sent: list[Wake] = []

    def elsewhere():
        with monkeypatch.context() as another_process:
            another_process.setattr(
                process, "announce", lambda calls: sent.extend(call.wake for call in calls)
            )
            for number in range(150):
                alice.replies(row, str(number))

    await in_database(elsewhere)
    messages = [wake for wake in sent if wake.kind == Kind.MESSAGE]
    assert len(messages) == 150
    for wake in messages:  # faster than anybody takes them: the layer drops a third
        await layer.group_send(group_of(wake.topic), as_message([wake], "another"))
    latest = max(connection.heard_at for connection in here.upkeep.connections)
    await here.upkeep.tick_once(latest + 30)

    for line, kind in ((visitor, "message.sent"), (console, "thread.message")):
        await line.hears(kind, message__text="149")
        said = [update["message"]["text"] for update in line.all_of(kind)]
        assert said[-150:] == [str(number) for number in range(150)]


async def _is_joined_visitor(bus, conversation):
    while group_of(f"conversation:{conversation}") not in bus._joined:
        await asyncio.sleep(0.01)


class BrokenLayer(RecordingLayer):
    """Down until somebody mends it."""

    is_down = True

    async def group_send(self, group, message):
        if self.is_down:
            raise ConnectionError("Redis is away")
        await super().group_send(group, message)

    async def new_channel(self, prefix="specific"):
        if self.is_down:
            raise ConnectionError("Redis is away")
        return await super().new_channel(prefix)


@story
async def test_without_the_layer_messages_go_on_and_the_database_is_asked_more_often(
    site, alice, monkeypatch, caplog
):
    broken = BrokenLayer()
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: broken)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    row = await in_database(lambda: visitor.person.conversation)
    here = process.running()
    while not here.hub.bus.is_down:
        await asyncio.sleep(0.01)
    assert here.upkeep._look_every() == 5.0
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(process, "announce", lambda calls: None)
        await in_database(alice.picks_up, row)
        await in_database(alice.replies, row, "Lost on the way")
    latest = max(connection.heard_at for connection in here.upkeep.connections)
    here.upkeep._looked_at = latest
    await here.upkeep.tick_once(latest + 5.1)
    await visitor.hears("message.sent", message__text="Lost on the way")
    assert len([r for r in caplog.records if "layer does not work" in r.getMessage()]) == 1

    broken.is_down = False
    while here.hub.bus.is_down:
        here.hub.bus.probe()
        await asyncio.sleep(0.05)
    assert here.upkeep._look_every() == 25.0


@pytest.fixture
def no_layer(monkeypatch):
    """A site that carries nothing between its processes."""
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: None)


@story
async def test_several_processes_without_a_layer_look_every_two_seconds(site, no_layer):
    from wagtail_livechat.workers.actions import enlist

    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    here = process.running()
    assert isinstance(here.hub.bus, LocalBus)
    await here.upkeep.renew_once()
    assert here.upkeep._look_every() == 25.0
    await in_database(enlist, uuid.uuid4())
    await here.upkeep.renew_once()
    assert here.upkeep._look_every() == 2.0


async def test_a_layer_that_drops_everything_is_found_out():
    class DeafLayer(InMemoryChannelLayer):
        async def send(self, channel, message):
            pass

    bus = LayerBus(DeafLayer(), "me", lambda heard: None)
    await bus.start()
    while bus._channel is None:
        await asyncio.sleep(0)
    bus.probe()
    await asyncio.sleep(0)
    assert not bus.is_down
    bus.probe()
    assert bus.is_down
    await bus.stop()


async def test_ones_own_wakes_are_not_heard_again():
    layer = InMemoryChannelLayer()
    heard = {"me": deque(), "you": deque()}
    buses = {name: LayerBus(layer, name, heard[name].extend) for name in heard}
    for bus in buses.values():
        bus.join("conversation:c")
        await bus.start()
    while any(group_of("conversation:c") not in bus._joined for bus in buses.values()):
        await asyncio.sleep(0)
    wake = Wake(Kind.MESSAGE, "conversation:c", 1, 2)
    buses["me"].send([wake])
    while not heard["you"]:
        await asyncio.sleep(0)
    assert list(heard["you"]) == [wake]
    assert not heard["me"]
    for bus in buses.values():
        await bus.stop()


async def test_a_group_that_nobody_needs_is_left():
    layer = InMemoryChannelLayer()
    bus = LayerBus(layer, "me", lambda heard: None)
    await bus.start()
    bus.join("staff:1")
    bus.join("staff:1")
    while "livechat.staff.1" not in bus._joined:
        await asyncio.sleep(0)
    bus.leave("staff:1")
    await asyncio.sleep(0)
    assert "livechat.staff.1" in bus._joined
    bus.leave("staff:1")
    while "livechat.staff.1" in bus._joined:
        await asyncio.sleep(0)
    await bus.stop()


async def test_what_cannot_be_sent_does_not_pile_up_without_end():
    bus = LayerBus(InMemoryChannelLayer(), "me", lambda heard: None)
    wake = Wake(Kind.MESSAGE, "conversation:c", 1, 2)
    for _ in range(20):
        bus.send([wake] * 1_000)
    assert len(bus._waiting) == wakes.MOST_WAITING


def test_the_settings_choose_the_bus(settings):
    settings.WAGTAIL_LIVECHAT = {"CHANNEL_LAYER": None}
    assert isinstance(wakes.make_bus("me", print), LocalBus)
    settings.WAGTAIL_LIVECHAT = {}
    in_memory = isinstance(get_channel_layer(), InMemoryChannelLayer)
    assert isinstance(wakes.make_bus("me", print), LocalBus if in_memory else LayerBus)


def test_group_names_are_what_every_layer_takes():
    for topic in ("all", "staff:12", f"conversation:{new_ref()}"):
        assert InMemoryChannelLayer().require_valid_group_name(group_of(topic))


def test_a_wake_is_small():
    assert process.Call._fields == ("wake", "event")
    wake = Wake(Kind.MESSAGE, f"conversation:{new_ref()}", 2**53, 2**53)
    assert len(json.dumps(as_message([wake], uuid.uuid4().hex))) < 250
