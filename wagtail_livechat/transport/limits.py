"""How often who may do what: token buckets in this process's memory.

A bucket belongs to a visitor key, a member of staff or a network, never to a connection:
a new connection is no fresh start. The table is bounded; what was idle longest goes
first, and a bucket that was idle is a full one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from time import monotonic
from typing import Final

from wagtail_livechat.conf import Configuration, configuration
from wagtail_livechat.errors import RateLimited

MOST_BUCKETS: Final = 50_000
DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, so many a second after that. ``quiet``: what is over is not answered."""

    name: str
    burst: float
    per_second: float
    quiet: bool = False


class Bucket:
    """The tokens of one owner, full at first."""

    __slots__ = ("at", "tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self.tokens = rate.burst
        self.at = now

    def take(self, rate: Rate, now: float) -> int:
        """Take one token. 0 if it was there, else after how many milliseconds one will be."""
        tokens = self.tokens + (now - self.at) * rate.per_second
        if tokens > rate.burst:
            tokens = rate.burst
        self.at = now
        if tokens >= 1:
            self.tokens = tokens - 1
            return 0
        self.tokens = tokens
        return int((1 - tokens) / rate.per_second * 1_000) + 1


class Buckets:
    """The buckets of one process. Short enough that threads need no lock between them."""

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._half = most // 2
        self._lately: dict[tuple[str, Hashable], Bucket] = {}
        self._before: dict[tuple[str, Hashable], Bucket] = {}

    def take(self, rate: Rate, owner: Hashable, *, now: float | None = None) -> int:
        """Take one token. 0 if it was there, else after how many milliseconds one will be."""
        now = monotonic() if now is None else now
        name = (rate.name, owner)
        return (self._lately.get(name) or self._again(name, rate, now)).take(rate, now)

    def _again(self, name: tuple[str, Hashable], rate: Rate, now: float) -> Bucket:
        """The bucket of who asked nothing lately: what was idle longest made room for it."""
        if len(self._lately) >= self._half:
            self._before, self._lately = self._lately, {}
        held = self._before.pop(name, None) or Bucket(rate, now)
        return self._lately.setdefault(name, held)

    def clear(self) -> None:
        """A fresh start for everybody."""
        self._lately.clear()
        self._before.clear()

    def __len__(self) -> int:
        return len(self._lately) + len(self._before)


class Seats:
    """How many connections each owner holds now."""

    def __init__(self) -> None:
        self._held: dict[Hashable, int] = {}

    def take(self, owner: Hashable, most: int) -> bool:
        """Take a seat, if one of ``most`` is free."""
        held = self._held.get(owner, 0)
        if held >= most:
            return False
        self._held[owner] = held + 1
        return True

    def leave(self, owner: Hashable) -> None:
        """Give a seat back."""
        held = self._held.get(owner, 0) - 1
        if held > 0:
            self._held[owner] = held
        else:
            self._held.pop(owner, None)


buckets: Final = Buckets()
"""The buckets of this process: sockets and HTTP draw from the same ones."""


def charge(rate: Rate, owner: Hashable) -> None:
    """Take one token. Raises :class:`RateLimited`, which says when there will be one."""
    wait = buckets.take(rate, owner)
    if wait:
        raise RateLimited(retry_ms=wait)


# What both sides may do.
FREE: Final = Rate(name="free", burst=40, per_second=4)
HELLO: Final = Rate(name="hello", burst=20, per_second=2)
CONSENT: Final = Rate(name="consent", burst=60, per_second=2)
POLL: Final = Rate(name="poll", burst=20, per_second=5)
READ: Final = Rate(name="read", burst=40, per_second=10)
VIEW: Final = Rate(name="view", burst=20, per_second=1)
GREETING: Final = Rate(name="greeting", burst=3, per_second=1 / 20)
ACT: Final = Rate(name="act", burst=20, per_second=2)
MARK: Final = Rate(name="mark", burst=20, per_second=5, quiet=True)
TYPING: Final = Rate(name="typing", burst=4, per_second=1, quiet=True)
INVITE: Final = Rate(name="invite", burst=10, per_second=0.5)
STAFF_ACT: Final = Rate(name="staff_act", burst=100, per_second=20)
STAFF_READ: Final = Rate(name="staff_read", burst=100, per_second=20)
STAFF_MARK: Final = Rate(name="staff_mark", burst=100, per_second=20, quiet=True)
STAFF_TYPING: Final = Rate(name="staff_typing", burst=20, per_second=5, quiet=True)

# What an agent with many conversations writes, against one visitor.
STAFF_FACTOR: Final = 10


def _once(make: Callable[[Configuration], Rate]) -> Callable[[], Rate]:
    """A rate that is made once for each reading of the settings: it is asked for each command."""
    made: list[tuple[Configuration, Rate]] = []

    @wraps(make)
    def rate() -> Rate:
        conf = configuration()
        if not made or made[0][0] is not conf:
            made[:] = [(conf, make(conf))]
        return made[0][1]

    return rate


@_once
def message_rate(conf: Configuration) -> Rate:
    """A visitor's messages."""
    return Rate(name="message", burst=conf.message_burst, per_second=conf.messages_per_second)


@_once
def reply_rate(conf: Configuration) -> Rate:
    """An agent's replies and notes, over all conversations."""
    return Rate(
        name="reply",
        burst=conf.message_burst * STAFF_FACTOR,
        per_second=conf.messages_per_second * STAFF_FACTOR,
    )


@_once
def conversation_rate(conf: Configuration) -> Rate:
    """Conversations that one network begins."""
    each_minute = conf.conversations_per_minute
    return Rate(name="conversation", burst=each_minute, per_second=each_minute / 60)


@_once
def daily_conversation_rate(conf: Configuration) -> Rate:
    """The same over a day: who is patient floods the desk as well as who is fast."""
    each_day = conf.conversations_per_day
    return Rate(name="conversation_day", burst=each_day, per_second=each_day / DAY)


@_once
def site_conversation_rate(conf: Configuration) -> Rate:
    """Conversations on one site, from however many networks."""
    each_day = conf.site_conversations_per_day
    return Rate(name="conversation_site", burst=each_day, per_second=each_day / DAY)


def begin_conversation(*, site_id: int, network: str) -> int:
    """Whether one more conversation may begin: 0, or after how many milliseconds."""
    wait = 0
    for rate, owner in (
        (conversation_rate(), network),
        (daily_conversation_rate(), network),
        (site_conversation_rate(), site_id),
    ):
        wait = wait or buckets.take(rate, owner)
    return wait


@_once
def staff_connection_rate(conf: Configuration) -> Rate:
    """The same for staff, apart: visitors who flood the door do not shut out an agent."""
    each_second = conf.connections_per_second
    return Rate(name="staff_connection", burst=each_second * 2, per_second=each_second)


@_once
def connection_rate(conf: Configuration) -> Rate:
    """Connections that one network opens."""
    each_second = conf.connections_per_second
    return Rate(name="connection", burst=each_second * 2, per_second=each_second)
