"""Visitors without WebSockets, and the question that every page asks: is somebody there?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from itertools import cycle
from time import perf_counter
from typing import Final

from .. import load, people
from ..figures import Figure
from ..http_wire import Fetching, closed_loop, connect, request
from ..load import Run
from ..people import Person
from ..seed import MESSAGES_EACH, Plan
from ..statistics import percentile
from ..workbench import Shop, Workbench
from .messages import attended

LINES: Final = 16
POLL_SECONDS: Final = 2.0
POLLING: Final = 20
VISITORS: Final = 400
"""Enough that none of them polls more often than a visitor may."""


def run(bench: Workbench) -> Iterator[Figure]:
    seconds = bench.seconds(4, 2)
    shop = bench.shop("sqlite", Plan(conversations=VISITORS))
    with bench.raw() as server:
        raw_poll = fetch(bench, server.pid, [_raw_post(bench)], seconds=seconds)
        raw_get = fetch(bench, server.pid, [_get(bench, "/")], seconds=seconds)
    with bench.site(shop) as server:
        polls = [poll(bench, shop.cast.site, person) for person in shop.cast.visitors]
        ours = fetch(bench, server.pid, polls, seconds=seconds)
        asked = [_get(bench, "/livechat/availability/")]
        available = fetch(bench, server.pid, asked, seconds=seconds)
        delivered = deliver(bench, shop, seconds=bench.seconds(20, 8))
    yield Figure(name="poll.cpu", value=ours.cpu_us / 1000, unit="ms", limit=raw_poll.cpu_us / 1000)
    yield Figure(name="poll.rate", value=ours.rate, unit="polls/s", limit=raw_poll.rate)
    yield Figure(name="poll.delivery.p95", value=percentile(delivered, 0.95), unit="s")
    yield Figure(
        name="availability.rate", value=available.rate, unit="requests/s", limit=raw_get.rate
    )
    yield Figure(name="availability.cpu", value=available.cpu_us, unit="µs", limit=raw_get.cpu_us)


def fetch(bench: Workbench, pid: int, requests: list[bytes], *, seconds: float) -> Run:
    """Several connections ask these requests in turn, each as soon as the last was answered."""

    async def measure() -> Run:
        lines = [await connect(bench.port) for _ in range(LINES)]
        # Each once before: the first of a visitor is written down, the next ones are not.
        for whole in requests:
            await lines[0].ask(whole)
        run = await closed_loop(lines, cycle(requests), pid=pid, seconds=seconds)
        for line in lines:
            line.transport.abort()
        return run

    result: Run = load.run(measure())
    return result


def poll(bench: Workbench, site: int, person: Person, since: int = MESSAGES_EACH) -> bytes:
    """What a visitor's browser asks every two seconds."""
    host = f"localhost:{bench.port}"
    headers = {
        "Origin": f"http://{host}",
        "Content-Type": "application/json",
        "Cookie": f"__Host-livechat-{site}={person.key}",
    }
    body = (
        f'{{"hello":{{"type":"hello","v":1,"language":"en","since":{since}}},"commands":[]}}'
    ).encode()
    return request("POST", "/livechat/exchange/", host, headers, body)


def _raw_post(bench: Workbench) -> bytes:
    return poll(bench, 1, Person(key="k" * 64)).replace(b"/livechat/exchange/", b"/")


def _get(bench: Workbench, path: str) -> bytes:
    return request("GET", path, f"localhost:{bench.port}", {})


def deliver(bench: Workbench, shop: Shop, *, seconds: float) -> list[float]:
    """An agent writes to visitors who poll; how long until they have it."""
    ticket = people.ticket(bench.port, shop.cast.sessions["ada"])

    async def measure() -> list[float]:
        agent = await attended(bench, shop, ticket, opens=0)
        said: dict[bytes, float] = {}
        latencies: list[float] = []
        ends = perf_counter() + seconds
        visitors = shop.cast.visitors[:POLLING]

        async def visitor(person: Person) -> None:
            line = await connect(bench.port)
            since = MESSAGES_EACH
            await asyncio.sleep(random.uniform(0, POLL_SECONDS))
            while perf_counter() < ends or said:
                since = await heard(line, person, since)
                await asyncio.sleep(POLL_SECONDS * random.uniform(0.9, 1.1))
            line.transport.abort()

        async def heard(line: Fetching, person: Person, since: int) -> int:
            status, body = await line.ask(poll(bench, shop.cast.site, person, since))
            if status != 200:
                raise RuntimeError(f"{status}: {body.decode(errors='replace')}")
            now = perf_counter()
            for ref in [ref for ref in said if ref in body]:
                latencies.append(now - said.pop(ref))
                since += 1
            return since

        async def speak() -> None:
            while perf_counter() < ends:
                person = random.choice(visitors)
                ref = load.new_ref()
                said[ref.encode()] = perf_counter()
                agent.say(people.reply(ref, str(person.conversation)))
                await asyncio.sleep(0.1)

        await asyncio.gather(speak(), *(visitor(person) for person in visitors))
        agent.transport.abort()
        return latencies

    result: list[float] = load.run(measure())
    return result
