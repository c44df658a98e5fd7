"""Where the database is spoken to: threads of our own, with connections that last.

Django runs all synchronous work outside a request in one thread that everybody shares;
one slow query there would hold up every connection. Reads therefore go to a small pool,
and writes to the :mod:`.writer`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connections

from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import Unavailable

T = TypeVar("T")

READERS: Final = 4

logger = logging.getLogger(__name__)


def is_broken() -> bool:
    """Whether this thread's connection is of no use any more; it is closed if so."""
    broken = False
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and not connection.is_usable():
            connection.close()
            broken = True
    return broken


def guarded(function: Callable[..., T], *args: Any) -> T:
    """Run a read; once again if the connection had gone stale. Raises :class:`Unavailable`."""
    try:
        return function(*args)
    except (OperationalError, InterfaceError) as error:
        if not is_broken():
            raise _unavailable(error) from error
    try:
        return function(*args)
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    logger.warning("The database did not answer a read: %s", type(error).__name__)
    return Unavailable()


class Readers:
    """A few threads that read."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        if not configuration().inline_database:
            self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="livechat-read")

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """What ``function`` reads. Raises :class:`Unavailable`."""
        if self._pool is None:
            return await sync_to_async(guarded, thread_sensitive=True)(function, *args)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, guarded, function, *args)

    def stop(self) -> None:
        """Let the threads end; what is being read is finished."""
        if self._pool is not None:
            for _ in range(READERS):
                self._pool.submit(connections.close_all)
            self._pool.shutdown(wait=False)
