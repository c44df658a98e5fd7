"""What waits to be told to one connection: in order, bounded, the newest state instead of all.

What waits is sent by the :class:`.post.Post` of the process. What has a key (a card, an
agent, who is typing) replaces what waits under the same key. A receiver that lags too far
behind is told to ask again from the start; one that still lags after a while is let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from time import monotonic
from typing import Any, Final

from wagtail_livechat.protocol import codec, updates

from .post import Post

VISITOR_BYTES: Final = 256 * 1024
STAFF_BYTES: Final = 1024 * 1024
OVER_FOR_SECONDS: Final = 10.0

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
_RESYNC: Final = codec.encode(updates.Resync())


class Outgoing:
    """The outgoing queue of one connection."""

    __slots__ = (
        "_by_key",
        "_bytes",
        "_close_code",
        "_context",
        "_frames",
        "_is_at_it",
        "_is_gone",
        "_lost",
        "_most_bytes",
        "_over_since",
        "_post",
        "_send",
        "_task",
        "resyncs",
    )

    def __init__(self, send: Send, most_bytes: int, lost: Callable[[], None], post: Post) -> None:
        self._send = send
        self._post = post
        # What surrounds the connection surrounds its sending, whoever has something to say.
        self._context = copy_context()
        self._most_bytes = most_bytes
        self._lost = lost
        # Made when there is something to send: a deque is not small, and most connections idle.
        self._frames: deque[list[Any]] | None = None
        self._by_key: dict[tuple[str, object], list[Any]] = {}
        self._bytes = 0
        self._over_since: float | None = None
        self._close_code: int | None = None
        self._is_at_it = False
        self._is_gone = False
        self._task: asyncio.Task[None] | None = None
        self.resyncs = 0

    def push(self, text: str, key: tuple[str, object] | None = None) -> None:
        """Send soon."""
        if self._close_code is not None:
            return
        if key is not None:
            waiting = self._by_key.get(key)
            if waiting is not None:
                self._bytes += len(text) - len(waiting[0])
                waiting[0] = text
                return
        if self._bytes + len(text) > self._most_bytes and self._frames:
            self._overflow()
            return
        frame = [text, key]
        if key is not None:
            self._by_key[key] = frame
        if self._frames is None:
            self._frames = deque()
        self._frames.append(frame)
        self._bytes += len(text)
        self._send_soon()

    def take_back(self, key: tuple[str, object]) -> None:
        """What waits under this key is not sent any more."""
        waiting = self._by_key.pop(key, None)
        if waiting is not None and self._frames is not None:
            self._frames.remove(waiting)
            self._bytes -= len(waiting[0])

    def close(self, code: int) -> None:
        """Close once everything before it is sent."""
        if self._close_code is None:
            self._close_code = code
            self._send_soon()

    @property
    def is_closing(self) -> bool:
        return self._close_code is not None

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was pushed is sent."""
        return not self._is_at_it

    @property
    def waiting_bytes(self) -> int:
        return self._bytes

    def is_stuck(self, now: float) -> bool:
        """Whether the receiver has not kept up for too long."""
        return self._over_since is not None and now - self._over_since > OVER_FOR_SECONDS

    def stop(self) -> None:
        """The connection is gone."""
        self._is_gone = True
        self._close_code = self._close_code or 1006
        self._frames = None
        self._by_key.clear()
        if self._task is not None:
            self._task.cancel()

    def _overflow(self) -> None:
        """Too much waits: drop it all, and let the receiver ask for the state as it stands."""
        self._frames = deque([[_RESYNC, None]])
        self._by_key.clear()
        self._bytes = len(_RESYNC)
        self.resyncs += 1
        if self._over_since is None:
            self._over_since = monotonic()

    def _send_soon(self) -> None:
        if not self._is_at_it:
            self._is_at_it = True
            self._post.call(self._begin)

    def _begin(self) -> None:
        if not self._is_gone:
            self._task = self._post.begin(self._drain(), self._context)

    async def _drain(self) -> None:
        try:
            while self._frames:
                text, key = self._frames.popleft()
                if key is not None:
                    self._by_key.pop(key, None)
                self._bytes -= len(text)
                await self._send({"type": "websocket.send", "text": text})
            self._over_since = None
            if self._close_code is not None:
                await self._send({"type": "websocket.close", "code": self._close_code})
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # The other side went while we spoke; servers word it in their own ways.
            logger.debug("A connection ended while it was sent to: %s", type(error).__name__)
            self._frames = None
            self._by_key.clear()
            self._bytes = 0
            self._lost()
        finally:
            self._task = None
            self._is_at_it = False
            if not self._frames:
                self._frames = None
