"""Sending without a task for each connection: at once where that goes, else beside the others."""

import asyncio
from contextvars import ContextVar, copy_context

from wagtail_livechat.transport.delivery import Outgoing
from wagtail_livechat.transport.post import Post

NAME: ContextVar[str] = ContextVar("name", default="nobody")


class Peer:
    """Somebody who is sent to, and reads when told to."""

    def __init__(self, post, name="peer"):
        self.got = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.seen = []
        NAME.set(name)
        self.outgoing = Outgoing(self.send, 10_000, lambda: None, post)

    async def send(self, message):
        self.seen.append((NAME.get(), asyncio.current_task() is not None))
        await self.reads.wait()
        self.seen.append((NAME.get(), asyncio.current_task() is not None))
        self.got.append(message.get("text", message.get("code")))


def make_post():
    return Post(asyncio.get_running_loop())


async def settled(*peers):
    while not all(peer.outgoing.is_at_rest for peer in peers):
        await asyncio.sleep(0)


async def test_what_many_have_to_say_in_a_moment_takes_one_task():
    post = make_post()
    peers = [Peer(post) for _ in range(5)]
    before = asyncio.all_tasks()
    for peer in peers:
        peer.outgoing.push("a")
        peer.outgoing.push("b")
    assert len(asyncio.all_tasks() - before) == 1
    await asyncio.sleep(0)
    assert [peer.got for peer in peers] == [["a", "b"]] * 5
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_who_reads_slowly_keeps_nobody_waiting():
    post = make_post()
    slow, quick = Peer(post), Peer(post)
    slow.reads.clear()
    for peer in (slow, quick):
        peer.outgoing.push("a")
        peer.outgoing.push("b")
    await settled(quick)
    assert (slow.got, quick.got) == ([], ["a", "b"])
    slow.outgoing.push("c")
    slow.reads.set()
    await settled(slow)
    assert slow.got == ["a", "b", "c"]


async def test_what_is_said_while_the_post_goes_round_goes_with_the_next_one():
    post = make_post()
    first, second = Peer(post), Peer(post)

    async def answers(message):
        first.got.append(message["text"])
        second.outgoing.push("after " + message["text"])

    first.outgoing = Outgoing(answers, 10_000, lambda: None, post)
    first.outgoing.push("a")
    await asyncio.sleep(0)
    await settled(first, second)
    assert second.got == ["after a"]


async def test_it_is_sent_in_the_surroundings_of_its_connection_to_the_end():
    post = make_post()
    peers = {name: copy_context().run(Peer, post, name) for name in ("ada", "bob")}
    NAME.set("somebody else")
    peers["bob"].reads.clear()
    for peer in peers.values():
        peer.outgoing.push("x")
    await settled(peers["ada"])
    await asyncio.sleep(0)
    peers["bob"].reads.set()
    await settled(peers["bob"])
    for name, peer in peers.items():
        assert peer.seen == [(name, True)] * 2


async def test_who_is_gone_before_it_is_begun_is_sent_nothing():
    peer = Peer(make_post())
    peer.outgoing.push("x")
    peer.outgoing.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert peer.seen == []


async def test_who_goes_while_it_waits_is_sent_nothing_more():
    peer = Peer(make_post())
    peer.reads.clear()
    peer.outgoing.push("x")
    await asyncio.sleep(0)
    before = asyncio.all_tasks()
    peer.outgoing.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    peer.reads.set()
    await asyncio.sleep(0)
    assert peer.got == []
    assert len(asyncio.all_tasks()) == len(before) - 1
