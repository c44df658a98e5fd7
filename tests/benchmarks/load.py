"""Ways to put a server under load, and what was seen meanwhile."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any, TypeVar

from .processes import cpu_seconds
from .statistics import usual
from .wire import Wire, frame

W = TypeVar("W", bound=Wire)

_AT_ONCE = 100
"""How many connections are opened at the same time, unless a storm is wanted."""

_HANDSHAKE_WITHIN = 30.0

_refs = count(1)


def new_ref() -> str:
    """A UUID that no run of this process has used; cheaper than a random one."""
    return f"00000000-0000-4000-8000-{next(_refs):012x}"


def run(main: Any) -> Any:
    """Run a coroutine to its end on the quickest event loop there is."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@contextmanager
def no_pauses() -> Iterator[None]:
    """Keep the generator's own garbage collection out of the measured time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@asynccontextmanager
async def awake() -> AsyncIterator[None]:
    """Never let the generator sleep: to wake it up is the server's work, and the more often to
    be done the slower the server is. The bare machine keeps it busy anyway."""
    task = asyncio.create_task(_turns())
    try:
        yield
    finally:
        task.cancel()


async def _turns() -> None:
    while True:
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured: how many answers, in which time, at what cost to the server, and how
    long each took, by the turns in which it was measured."""

    count: int
    seconds: float
    cpu: float
    turns: list[list[float]]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.count / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the server's processors for each answer."""
        return self.cpu / self.count * 1e6 if self.count else float("inf")

    def ms(self, share: float) -> float:
        """The latency that this share of the answers kept in the usual turn, in milliseconds."""
        return usual(self.turns, share) * 1000


def joined(*runs: Run) -> Run:
    """Several runs of the same as one: before and after something else, for instance."""
    return Run(
        sum(run.count for run in runs),
        sum(run.seconds for run in runs),
        sum(run.cpu for run in runs),
        [turn for run in runs for turn in run.turns],
    )


async def open_all(
    port: int, make: Callable[[int], W], number: int, *, at_once: int = _AT_ONCE
) -> list[W]:
    """Open connections, `at_once` at a time, and return them when all handshakes are done."""
    loop = asyncio.get_running_loop()
    waiting = iter(range(number))
    lines: dict[int, W] = {}

    async def opener() -> None:
        for index in waiting:
            _, line = await loop.create_connection(lambda i=index: make(i), "127.0.0.1", port)
            await asyncio.wait_for(line.opened, _HANDSHAKE_WITHIN)
            lines[index] = line

    await asyncio.gather(*(opener() for _ in range(min(at_once, number))))
    return [lines[index] for index in range(number)]


def close_all(lines: Sequence[Wire]) -> None:
    """Hang up, without ceremony."""
    for line in lines:
        line.transport.abort()


class Asking(Wire):
    """Asks, waits for the answer, and asks again: one question at a time."""

    def __init__(self, request: bytes, *, ask: Callable[[], bytes], answer: bytes) -> None:
        super().__init__(request)
        self._ask = ask
        self._answer = answer
        self.ends = 0.0
        self.counts_from = 0.0
        self.latencies: list[float] = []
        self._asked = 0.0
        self.done: asyncio.Future[None] | None = None

    def begin(self, *, counts_from: float, ends: float) -> asyncio.Future[None]:
        """Ask until `ends`; what is answered from `counts_from` on counts."""
        self.counts_from, self.ends = counts_from, ends
        self.latencies = []
        self.done = asyncio.get_running_loop().create_future()
        self._asked = perf_counter()
        self.transport.write(self._ask())
        return self.done

    def received(self, payload: bytes) -> None:
        if not payload.startswith(self._answer):
            self.other(payload)
            return
        now = perf_counter()
        if now >= self.ends:
            if self.done is not None and not self.done.done():
                self.done.set_result(None)
            return
        if now >= self.counts_from:
            self.latencies.append(now - self._asked)
        self._asked = now
        self.transport.write(self._ask())

    def other(self, payload: bytes) -> None:
        """What came is no answer."""
        if payload.startswith(b'{"type":"heartbeat"'):
            self.say(b'{"type":"pong"}')
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            if self.done is not None and not self.done.done():
                self.done.set_exception(RuntimeError(payload.decode()))


async def closed_loop(
    lines: Sequence[Asking], *, pids: Sequence[int], seconds: float, warm: float = 1.0
) -> Run:
    """Each connection has one question in flight, as fast as the server answers."""
    with no_pauses():
        began = perf_counter() + warm
        ends = began + seconds
        waiting = [line.begin(counts_from=began, ends=ends) for line in lines]
        await asyncio.sleep(began - perf_counter())
        cpu, began_really = cpu_seconds(pids), perf_counter()
        await asyncio.sleep(ends - perf_counter())
        cpu, took = cpu_seconds(pids) - cpu, perf_counter() - began_really
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
    latencies = [latency for line in lines for latency in line.latencies]
    return Run(len(latencies), took, cpu, [latencies])


Side = tuple[Sequence[Asking], int]
"""Connections that ask, and the process that answers them."""


async def in_turns(*sides: Side, turns: int, seconds: float) -> list[Run]:
    """Measure several servers that stand side by side, a moment each, again and again.

    What else the machine does changes from one second to the next; it meets all alike.
    """
    runs: list[list[Run]] = [[] for _ in sides]
    for turn in range(turns):
        for (lines, pid), measured in zip(sides, runs, strict=True):
            warm = 0.1 if turn else 1.0
            measured.append(await closed_loop(lines, pids=[pid], seconds=seconds, warm=warm))
    return [joined(*measured) for measured in runs]


class Speaking(Wire):
    """Says things that carry a `ref`, at any time, and notes when each was answered."""

    def __init__(self, request: bytes, *, answer: bytes) -> None:
        super().__init__(request)
        self._answer = answer
        self.asked: dict[bytes, float] = {}
        self.latencies: list[float] = []
        self.is_ready = False

    def speak(self, ref: str, payload: bytes) -> None:
        self.asked[ref.encode()] = perf_counter()
        self.transport.write(frame(payload))

    def received(self, payload: bytes) -> None:
        if payload.startswith(self._answer):
            asked = self.asked.pop(ref_in(payload), None)
            if asked is not None:
                self.latencies.append(perf_counter() - asked)
        elif payload.startswith(b'{"type":"ready"'):
            self.is_ready = True
        elif payload.startswith(b'{"type":"heartbeat"'):
            self.say(b'{"type":"pong"}')


def ref_in(payload: bytes) -> bytes:
    """The `ref` of an update, without reading the rest."""
    begin = payload.find(b'"ref":"') + 7
    return payload[begin : begin + 36]


async def at_rate(speak: Callable[[int], None], *, rate: float, seconds: float) -> None:
    """Call `speak` `rate` times a second, evenly, whatever comes back."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    began = loop.time()
    total = int(rate * seconds)
    said = 0

    def tick() -> None:
        nonlocal said
        # Whatever is due by now: a late tick makes up for what it missed.
        due = min(total, int((loop.time() - began) * rate) + 1)
        while said < due:
            speak(said)
            said += 1
        if said >= total:
            done.set_result(None)
        else:
            loop.call_at(began + said / rate, tick)

    tick()
    await done


async def until(is_true: Callable[[], bool], *, within: float) -> bool:
    """Wait for a condition; `False` if it did not come true in time."""
    deadline = perf_counter() + within
    while not is_true():
        if perf_counter() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
