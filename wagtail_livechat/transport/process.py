"""What one server process holds for all its connections: writer, readers, hub and lease.

It starts with the server (ASGI lifespan), or with the first request where the server has
no lifespan; and it is made anew where another event loop runs, as in tests.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import uuid
from collections.abc import Callable, Iterable
from threading import get_ident
from typing import Any, Final, TypeVar

from django.db import close_old_connections
from wagtail.models import Site

from wagtail_livechat.errors import LiveChatError
from wagtail_livechat.workers import actions as workers

from . import catch_up, farewell
from .answering import Answering
from .audience import Call
from .board import Board
from .hub import Hub
from .invitations import Clockwork
from .limits import Seats
from .patience import Patience
from .pollers import Pollers
from .post import Post
from .presence import Presence
from .threads import Readers
from .together import Together
from .upkeep import Upkeep
from .visits import Visits
from .wakes import make_bus, send_from_anywhere
from .watched import Watched
from .watching import Watching
from .writer import Writer, write_now

T = TypeVar("T")

BODY_WITHIN: Final = 20.0
"""How many seconds a browser may take to say what it asks."""

logger = logging.getLogger(__name__)


class Process:
    """The parts of one server process, bound to one event loop, in whose thread it is made."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.thread = get_ident()
        self.worker_id = uuid.uuid4()
        self.readers = Readers()
        self.patience = Patience(loop, BODY_WITHIN)
        self.writer = Writer(loop)
        self.post = Post(loop)
        self.hub = Hub(loop, self.readers.read)
        self.hub.bus = make_bus(self.worker_id.hex, self.hub.hear)
        self.recognising = Together(self.read, catch_up.recognise_all)
        self.greeting = Together(self.read, catch_up.visitor_states)
        self.answering = Answering(self)
        self.presence = Presence(self)
        self.seats = Seats()
        self.visits = Visits(self)
        self.pollers = Pollers()
        self.watching = Watching(self)
        self.board = Board(self)
        self.hub.watched = Watched(self)
        self.upkeep = Upkeep(self)
        self.clockwork = Clockwork(self)

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """Read in a thread of our own. Raises :class:`Unavailable`."""
        return await self.readers.read(function, *args)

    async def start(self) -> None:
        """Enlist, and begin to hear and to look after the connections."""
        if self.hub.bus is not None:
            await self.hub.bus.start()
        await self.upkeep.start()
        self.clockwork.start()
        farewell.announce_restarts(self)

    async def stop(self) -> None:
        """Say goodbye, store what was taken, leave the table of workers."""
        global _current
        if _current is self:
            _current = None
        await self.clockwork.stop()
        await self.answering.stop()
        await self.upkeep.stop()
        await self.board.stop()
        await self.visits.stop()
        await self.watching.stop()
        try:
            await self.writer.run(lambda: workers.retire(self.worker_id))
        except LiveChatError:
            pass  # the lease runs out by itself
        await self.writer.stop()
        await self.hub.stop()
        if self.hub.bus is not None:
            await self.hub.bus.stop()
        self.readers.stop()


_current: Process | None = None


def serving() -> Process | None:
    """The process that serves the running loop, if it is there yet."""
    found = _current
    # A loop that runs, and in this thread, is the running one; to ask for that by its name
    # costs a system call before Python 3.12.
    if found is None or found.thread != get_ident() or not found.loop.is_running():
        return None
    return found


async def current() -> Process:
    """The same; started if it is not there yet."""
    global _current
    found = serving()
    if found is not None:
        return found
    loop = asyncio.get_running_loop()
    if _current is not None and not _current.loop.is_closed() and _current.loop.is_running():
        raise RuntimeError("Two event loops cannot serve the chat in one process.")
    made = _current = Process(loop)
    await made.start()
    return made


def running() -> Process | None:
    """The process, if one serves connections here."""
    return _current


def announce(calls: Iterable[Call]) -> None:
    """Tell whom it concerns, from any thread of any kind of process."""
    found = _current
    if found is not None and not found.loop.is_closed():
        found.hub.announce(calls)
    else:
        send_from_anywhere([call.wake for call in calls])


def write(action: Callable[[], Any], draft: Any = None) -> Any:
    """Store from a thread: through this process's writer, or here where there is none."""
    if _current is not None and _current.writer.has_thread:
        return _current.writer.run_from_thread(action, draft)
    return write_now(action, draft)


def root_path(site_id: int) -> str:
    """Where a site's tree of pages begins."""
    site = Site.objects.select_related("root_page").filter(pk=site_id).first()
    return str(site.root_page.path) if site else "\0"


def _flush_at_exit() -> None:
    """A server without lifespan ends without a word: store what was taken."""
    if _current is not None:
        _current.writer.stop_at_exit()
        close_old_connections()


atexit.register(_flush_at_exit)
