"""What waits to be told: in order, bounded, the newest state instead of all of them."""

import asyncio
import json

from wagtail_livechat.transport.delivery import OVER_FOR_SECONDS, Outgoing
from wagtail_livechat.transport.post import Post


class Receiver:
    """The other end; it reads when told to."""

    def __init__(self, most=1_000):
        self.got = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.is_lost = False
        self.breaks = False
        post = Post(asyncio.get_running_loop())
        self.outgoing = Outgoing(self.send, most, self.lost, post)

    async def send(self, message):
        await self.reads.wait()
        if self.breaks:
            raise ConnectionResetError
        self.got.append(message.get("text", message.get("code")))

    def lost(self):
        self.is_lost = True

    async def settles(self):
        while not self.outgoing.is_at_rest:
            await asyncio.sleep(0)


async def test_frames_leave_in_the_order_in_which_they_came():
    receiver = Receiver()
    for number in range(10):
        receiver.outgoing.push(str(number))
    await receiver.settles()
    assert receiver.got == [str(number) for number in range(10)]
    assert receiver.outgoing.waiting_bytes == 0


async def test_an_idle_queue_has_no_task():
    receiver = Receiver()
    receiver.outgoing.push("x")
    await receiver.settles()
    assert receiver.outgoing._task is None


async def test_a_newer_state_takes_the_place_of_one_that_still_waits():
    receiver = Receiver()
    receiver.reads.clear()
    receiver.outgoing.push("first")
    await asyncio.sleep(0)
    receiver.outgoing.push("old", ("card", 1))
    receiver.outgoing.push("between")
    receiver.outgoing.push("new", ("card", 1))
    receiver.outgoing.push("other", ("card", 2))
    receiver.reads.set()
    await receiver.settles()
    assert receiver.got == ["first", "new", "between", "other"]
    receiver.outgoing.push("later", ("card", 1))
    await receiver.settles()
    assert receiver.got[-1] == "later"


async def test_too_much_becomes_one_request_to_begin_anew():
    receiver = Receiver(most=100)
    receiver.reads.clear()
    for _ in range(50):
        receiver.outgoing.push("x" * 30)
        assert receiver.outgoing.waiting_bytes <= 100
    receiver.reads.set()
    await receiver.settles()
    assert any(json.loads(text) == {"type": "resync"} for text in receiver.got if "{" in text)
    assert len(receiver.got) < 10


async def test_one_frame_larger_than_the_bound_is_still_sent():
    receiver = Receiver(most=100)
    receiver.outgoing.push("x" * 500)
    await receiver.settles()
    assert receiver.got == ["x" * 500]


async def test_who_catches_up_is_not_stuck_and_who_does_not_is():
    receiver = Receiver(most=100)
    receiver.reads.clear()
    for _ in range(10):
        receiver.outgoing.push("x" * 30)
    since = receiver.outgoing._over_since
    assert since is not None
    assert not receiver.outgoing.is_stuck(since + OVER_FOR_SECONDS)
    assert receiver.outgoing.is_stuck(since + OVER_FOR_SECONDS + 0.1)
    receiver.reads.set()
    await receiver.settles()
    assert not receiver.outgoing.is_stuck(since + 1_000)


async def test_the_close_comes_after_the_last_word_and_nothing_after_it():
    receiver = Receiver()
    receiver.outgoing.push("last word")
    receiver.outgoing.close(4401)
    receiver.outgoing.close(4408)
    receiver.outgoing.push("too late")
    await receiver.settles()
    assert receiver.got == ["last word", 4401]


async def test_a_peer_that_went_is_noticed():
    receiver = Receiver()
    receiver.breaks = True
    receiver.outgoing.push("x")
    await receiver.settles()
    assert receiver.is_lost
    assert receiver.outgoing.waiting_bytes == 0


async def test_what_still_waits_can_be_taken_back():
    receiver = Receiver()
    receiver.reads.clear()
    receiver.outgoing.push("first")
    await asyncio.sleep(0)
    receiver.outgoing.push("secret", ("window", 1))
    receiver.outgoing.push("other", ("window", 2))
    receiver.outgoing.take_back(("window", 1))
    receiver.outgoing.take_back(("window", 1))
    receiver.outgoing.take_back(("window", 3))
    receiver.reads.set()
    await receiver.settles()
    assert receiver.got == ["first", "other"]
    assert receiver.outgoing.waiting_bytes == 0
