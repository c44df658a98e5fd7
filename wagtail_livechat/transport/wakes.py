"""How wakes reach the other processes: not at all, or through Channels' layer.

The layer may lose, repeat and reorder; nothing depends on it but speed. One layer channel
serves the whole process, wakes of one moment travel together, and conversations share a
few groups: a process looks at ids that do not concern it faster than it could subscribe.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Final, Protocol, TypeGuard

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from wagtail_livechat.conf import configuration

from .audience import EVERYBODY, Kind, Wake

BUCKETS: Final = 8
"""In how many groups the conversations travel."""

MOST_TOGETHER: Final = 500
MOST_WAITING: Final = 10_000
SENT_WITHIN: Final = 5.0
JOINED_AGAIN_AFTER: Final = 3_600.0
"""Some layers forget a membership after a day."""

MESSAGE_TYPE: Final = "livechat.wake"
PROBE: Final = "probe"
_KINDS: Final = frozenset(kind.value for kind in Kind)

logger = logging.getLogger(__name__)

Hear = Callable[[list[Wake]], None]


def group_of(topic: str) -> str:
    """The layer's group that a topic travels in."""
    kind, _, name = topic.partition(":")
    if kind == "conversation":
        return f"livechat.conversations.{zlib.crc32(name.encode()) % BUCKETS}"
    return f"livechat.{kind}.{name}" if name else f"livechat.{kind}"


def layer_between_processes() -> Any | None:
    """The configured layer, if it reaches further than this process."""
    alias = configuration().channel_layer
    layer = get_channel_layer(alias) if alias else None
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def as_message(wakes: Iterable[Wake], sender: str) -> dict[str, Any]:
    """A message of the one constant type; what it carries is nested, and ids."""
    return {"type": MESSAGE_TYPE, "sender": sender, "wakes": [list(wake) for wake in wakes]}


def wakes_in(message: Any) -> list[Wake]:
    """The wakes of a message; nothing of one that is not ours."""
    items = message.get("wakes") if isinstance(message, dict) else None
    found = []
    for item in items if isinstance(items, list | tuple) else ():
        if not isinstance(item, list | tuple) or len(item) != 4:
            continue
        kind, topic, id_, more = item
        if (
            isinstance(kind, str)
            and kind in _KINDS
            and isinstance(topic, str)
            and _is_number(id_)
            and id_ > 0
            and (more is None or isinstance(more, str) or _is_number(more))
        ):
            found.append(Wake(kind, topic, id_, more))
    return found


def _is_number(value: object) -> TypeGuard[int]:
    """Whether a database keeps it."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def send_from_anywhere(wakes: list[Wake]) -> None:
    """Wake the server processes from one that serves no sockets: WSGI, a command, a task."""
    layer = layer_between_processes()
    if layer is None:
        return  # they look for themselves
    send = async_to_sync(layer.group_send)
    try:
        for group, together in grouped(wakes).items():
            send(group, as_message(together, ""))
    except Exception as error:
        logger.warning("The channel layer did not take a wake: %s", type(error).__name__)


def grouped(wakes: Iterable[Wake]) -> dict[str, list[Wake]]:
    """Wakes by the group that carries them."""
    groups: dict[str, list[Wake]] = {}
    for wake in wakes:
        groups.setdefault(group_of(wake.topic), []).append(wake)
    return groups


class Bus(Protocol):
    """What carries wakes to other processes."""

    reaches_others: bool

    @property
    def is_down(self) -> bool:
        """Whether wakes are known to get lost now."""

    def send(self, wakes: list[Wake]) -> None: ...

    def join(self, topic: str) -> None: ...

    def leave(self, topic: str) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def probe(self) -> None:
        """Find out whether it works; called every few seconds."""


class LocalBus:
    """One process: everybody is here."""

    reaches_others = False
    is_down = False

    def send(self, wakes: list[Wake]) -> None:
        pass

    def join(self, topic: str) -> None:
        pass

    def leave(self, topic: str) -> None:
        pass

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def probe(self) -> None:
        pass


class LayerBus:
    """Several processes, through ``CHANNEL_LAYERS``."""

    reaches_others = True

    def __init__(self, layer: Any, worker: str, hear: Hear) -> None:
        self._layer = layer
        self._worker = worker
        self._hear = hear
        self._channel: str | None = None
        self._wanted: dict[str, int] = {group_of(EVERYBODY): 1}
        self._joined: dict[str, float] = {}
        self._waiting: list[Wake] = []
        self._work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._probed_at: float | None = None
        self._answered = True
        self._failed = False

    @property
    def is_down(self) -> bool:
        return self._failed or not self._answered

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._receive(), name="livechat-layer-receive"),
            asyncio.create_task(self._send(), name="livechat-layer-send"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, wakes: list[Wake]) -> None:
        room = MOST_WAITING - len(self._waiting)
        self._waiting += wakes[:room]  # what does not fit is found by looking
        self._work.set()

    def join(self, topic: str) -> None:
        group = group_of(topic)
        self._wanted[group] = self._wanted.get(group, 0) + 1
        if group not in self._joined:
            self._work.set()

    def leave(self, topic: str) -> None:
        group = group_of(topic)
        count = self._wanted.get(group, 0) - 1
        if count > 0:
            self._wanted[group] = count
        else:
            self._wanted.pop(group, None)
            self._work.set()

    def probe(self) -> None:
        if self._probed_at is not None:
            self._mark(answered=False)
        if self._channel is not None:
            self._probed_at = monotonic()
            self._work.set()

    def _mark(self, *, answered: bool | None = None, failed: bool | None = None) -> None:
        before = self.is_down
        if answered is not None:
            self._answered = answered
        if failed is not None:
            self._failed = failed
        if self.is_down and not before:
            logger.warning("The channel layer does not work; other processes are told by looking.")
        elif before and not self.is_down:
            logger.warning("The channel layer works again.")

    async def _receive(self) -> None:
        pause = 0.5
        while True:
            try:
                self._channel = await self._layer.new_channel()
                self._joined.clear()
                self._work.set()
                while True:
                    message = await self._layer.receive(self._channel)
                    pause = 0.5
                    if PROBE in message:
                        self._probed_at = None
                        self._mark(answered=True, failed=False)
                    elif message.get("sender") != self._worker:
                        self._hear(wakes_in(message))
            except asyncio.CancelledError:
                raise
            except Exception:
                self._mark(failed=True)
                self._probed_at = None
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def _send(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                async with asyncio.timeout(SENT_WITHIN):
                    await self._work_off()
            except Exception:
                self._waiting.clear()
                self._mark(failed=True)

    async def _work_off(self) -> None:
        if self._channel is not None:
            await self._settle_memberships(self._channel)
            if self._probed_at is not None:
                await self._layer.send(self._channel, {"type": MESSAGE_TYPE, PROBE: True})
        waiting, self._waiting = self._waiting, []
        sends = [
            self._layer.group_send(
                group, as_message(wakes[start : start + MOST_TOGETHER], self._worker)
            )
            for group, wakes in grouped(waiting).items()
            for start in range(0, len(wakes), MOST_TOGETHER)
        ]
        if sends:
            await asyncio.gather(*sends)

    async def _settle_memberships(self, channel: str) -> None:
        now = monotonic()
        for group in list(self._wanted):
            at = self._joined.get(group)
            if at is None or now - at > JOINED_AGAIN_AFTER:
                await self._layer.group_add(group, channel)
                self._joined[group] = now
        for group in [group for group in self._joined if group not in self._wanted]:
            await self._layer.group_discard(group, channel)
            self._joined.pop(group, None)


def make_bus(worker: str, hear: Hear) -> Bus:
    """The bus that the settings ask for."""
    layer = layer_between_processes()
    return LocalBus() if layer is None else LayerBus(layer, worker, hear)
