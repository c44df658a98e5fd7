"""Faster than the limits: told so, nothing accepted is lost, others are not troubled."""

import pytest

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, story
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.transport import limits, socket
from wagtail_livechat.transport.limits import Buckets, Rate, Seats


class TestBuckets:
    RATE = Rate(name="x", burst=3, per_second=2)

    def test_so_many_go_at_once_and_the_next_one_waits(self):
        buckets = Buckets()
        assert [buckets.take(self.RATE, "a", now=0.0) for _ in range(3)] == [0, 0, 0]
        wait = buckets.take(self.RATE, "a", now=0.0)
        assert 500 <= wait <= 502

    def test_time_fills_the_bucket_and_never_more_than_full(self):
        buckets = Buckets()
        for _ in range(3):
            buckets.take(self.RATE, "a", now=0.0)
        assert buckets.take(self.RATE, "a", now=0.5) == 0
        assert buckets.take(self.RATE, "a", now=0.5) > 0
        assert [buckets.take(self.RATE, "a", now=1_000.0) for _ in range(4)][:3] == [0, 0, 0]
        assert buckets.take(self.RATE, "a", now=1_000.0) > 0

    def test_each_owner_and_each_rate_has_its_own(self):
        buckets = Buckets()
        other = Rate(name="y", burst=1, per_second=1)
        for _ in range(3):
            buckets.take(self.RATE, "a", now=0.0)
        assert buckets.take(self.RATE, "b", now=0.0) == 0
        assert buckets.take(other, "a", now=0.0) == 0

    def test_the_table_does_not_grow_without_end_and_the_busy_stay(self):
        buckets = Buckets(most=100)
        lengths = []
        for number in range(10_000):
            buckets.take(self.RATE, "busy", now=0.0)
            buckets.take(self.RATE, number, now=0.0)
            lengths.append(len(buckets))
        assert max(lengths) <= 100 and min(lengths[100:]) >= 50
        assert buckets.take(self.RATE, "busy", now=0.0) > 0


class TestSeats:
    def test_a_seat_that_is_left_is_free_again(self):
        seats = Seats()
        assert [seats.take("a", 2) for _ in range(3)] == [True, True, False]
        assert seats.take("b", 2)
        seats.leave("a")
        assert seats.take("a", 2)

    def test_leaving_twice_gives_no_extra_seat(self):
        seats = Seats()
        seats.leave("a")
        assert [seats.take("a", 1), seats.take("a", 1)] == [True, False]


@pytest.fixture
def standing_clock(monkeypatch):
    """However slow the machine is, no bucket fills up."""
    monkeypatch.setattr(limits, "monotonic", lambda: 1_000.0)


@story
async def test_a_burst_is_stored_in_order_and_the_rest_is_told_when_to_try_again(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("0")
    refs = [new_ref() for _ in range(60)]
    for number, ref in enumerate(refs):
        visitor.say(type="message.send", ref=ref, text=str(number))
    refused = await visitor.hears("refused", ref=refs[-1])
    assert (refused["code"], refused["retry_ms"] > 0) == ("rate_limited", True)
    answered = {update["ref"]: update["type"] for update in visitor.told if "ref" in update}
    kept = [ref for ref in refs if answered.get(ref) != "refused"]
    for ref in kept:
        await visitor.hears("ack", ref=ref)
    rows = await in_database(
        lambda: [str(ref) for ref in Message.objects.order_by("seq").values_list("ref", flat=True)]
    )
    assert rows[1:] == kept
    assert 9 <= len(kept) < 60


@story
async def test_a_new_connection_and_the_other_door_are_no_fresh_start(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    for number in range(12):
        visitor.say(type="message.send", ref=new_ref(), text=str(number))
    await visitor.hears("refused", code="rate_limited")
    tab = await visitor.another_tab()
    for number in range(3):
        tab.say(type="message.send", ref=new_ref(), text=str(number))
    await tab.hears("refused", code="rate_limited")
    sends = [{"type": "message.send", "ref": new_ref(), "text": "x"} for _ in range(3)]
    assert (await polls(visitor, *sends)).of("refused")[-1]["code"] == "rate_limited"


@story
async def test_fifty_visitors_behind_one_address_can_all_write(site):
    people = [VisitorBrowser(site) for _ in range(50)]
    for person in people:
        answer = await polls(person, {"type": "message.send", "ref": new_ref(), "text": "Hello"})
        assert answer.of("ack")
    assert await in_database(Conversation.objects.count) == 50


@story
async def test_one_network_begins_only_so_many_conversations(site, settings):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "CONVERSATIONS_PER_MINUTE": 3}
    people = [VisitorBrowser(site) for _ in range(5)]
    answers = [
        await polls(person, {"type": "message.send", "ref": new_ref(), "text": "x"})
        for person in people
    ]
    assert [bool(answer.of("ack")) for answer in answers] == [True, True, True, False, False]
    assert answers[-1].of("refused")[0]["code"] == "rate_limited"
    # Who has begun goes on.
    again = await polls(people[0], {"type": "message.send", "ref": new_ref(), "text": "y"})
    assert again.of("ack")
    elsewhere = VisitorBrowser(site)
    answer = await polls(
        elsewhere,
        {"type": "message.send", "ref": new_ref(), "text": "x"},
        client="198.51.100.1",
    )
    assert answer.of("ack")


async def begins_one(site, client):
    said = {"type": "message.send", "ref": new_ref(), "text": "x"}
    answer = await polls(VisitorBrowser(site), said, client=client)
    return "begun" if answer.of("ack") else answer.of("refused")[0]["code"]


@story
async def test_a_patient_flood_ends_with_the_days_share_of_its_network(
    site, settings, standing_clock
):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "CONVERSATIONS_PER_DAY": 2}
    one = [await begins_one(site, "203.0.113.9") for _ in range(3)]
    assert one == ["begun", "begun", "rate_limited"]
    assert await begins_one(site, "198.51.100.1") == "begun"


@story
async def test_a_flood_from_many_networks_ends_with_the_days_share_of_its_site(
    site, other_site, settings, standing_clock
):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "SITE_CONVERSATIONS_PER_DAY": 3}
    many = [await begins_one(site, f"203.0.{number}.1") for number in range(4)]
    assert many == ["begun", "begun", "begun", "rate_limited"]
    assert await begins_one(other_site, "203.0.99.1") == "begun"


@story
async def test_too_many_polls_are_told_when_to_come_back(site):
    visitor = VisitorBrowser(site)
    for _ in range(60):
        answer = await polls(visitor)
        if answer.status == 429:
            break
    assert answer.status == 429
    assert answer.of("refused")[0]["code"] == "rate_limited"
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("kind", ["typing.set", "read.mark"])
@story
async def test_what_is_over_the_limit_and_matters_to_nobody_is_dropped_in_silence(site, kind):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    for _ in range(60):
        visitor.say(type=kind, **({"active": True} if kind == "typing.set" else {"seq": 1}))
    assert (await visitor.sends("2"))["seq"] == 2
    assert not visitor.all_of("refused")


@story
async def test_who_never_stops_is_shown_out(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    for _ in range(400):
        visitor.say(type="conversation.end", ref=new_ref())
    assert await visitor.is_closed() == 4429
    assert (await visitor.hears("error"))["code"] == "rate_limited"


@story
async def test_who_is_now_and_then_over_the_limit_is_not_shown_out(site, monkeypatch):
    now = 1_000.0
    for module in (limits, socket):
        monkeypatch.setattr(module, "monotonic", lambda: now)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    for _ in range(4):
        refs = [new_ref() for _ in range(150)]
        for ref in refs:
            visitor.say(type="conversation.end", ref=ref)
        await visitor.hears("refused", ref=refs[-1], code="rate_limited")
        now += 61.0
    assert visitor.close_code is None


@story
async def test_an_agent_may_write_more_than_a_visitor(site, alice, standing_clock):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.picks_up(conversation)
    refs = [new_ref() for _ in range(120)]
    for ref in refs:
        console.say(type="reply.send", ref=ref, conversation=conversation, text="x")
    refused = await console.hears("refused", code="rate_limited")
    assert refs.index(refused["ref"]) >= 100


@story
async def test_guessing_ids_finds_nothing_and_is_slowed_down(site, alice, bob, standing_clock):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    theirs = (await visitor.sends("Not for bob"))["conversation"]
    console = await StaffBrowser.of(site, bob)
    await console.says_hello()
    answers = [await console.opens(theirs)]
    answers += [await console.opens(new_ref()) for _ in range(130)]
    codes = [answer["code"] for answer in answers]
    assert codes[:2] == ["not_found", "not_found"]
    assert answers[0]["message"] == answers[1]["message"]
    assert set(codes) == {"not_found", "rate_limited"}
    assert "Not for bob" not in str(console.told)
