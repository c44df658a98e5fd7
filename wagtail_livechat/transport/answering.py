"""Where the signpost thinks: in threads of its own, after the visitor's message is stored.

What is owed is in the database, so nothing is lost with a process: whoever looks finds it,
and the first answer that is stored is the only one. Looking something up that takes too long
is not waited for; the visitor is handed over instead.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from asgiref.sync import sync_to_async
from django.db import connections

from wagtail_livechat import clock
from wagtail_livechat.answers import guiding
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import queries, signpost
from wagtail_livechat.conversations.queries import Unanswered
from wagtail_livechat.conversations.signpost import Saying
from wagtail_livechat.errors import LiveChatError

from .threads import guarded

if TYPE_CHECKING:
    from .process import Process

THINKERS: Final = 4
ANSWER_WITHIN: Final = 6.0
"""The answerers have five seconds, together; this is for what lies around them."""

LEFT_AFTER: Final = timedelta(seconds=10)
"""What is owed for so long is owed by nobody who is still there."""

logger = logging.getLogger(__name__)


class Answering:
    """The conversations in which one process looks something up."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._pool: ThreadPoolExecutor | None = None
        if not configuration().inline_database:
            self._pool = ThreadPoolExecutor(THINKERS, thread_name_prefix="livechat-answer")
        # Whether there was news meanwhile, by conversation.
        self._busy: dict[int, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    def look_at(self, conversation_pk: int) -> None:
        """Something may be owed in this conversation. From any thread."""
        try:
            self._process.loop.call_soon_threadsafe(self._begin, conversation_pk)
        except RuntimeError:
            pass  # the loop is closed: another process finds it

    def _begin(self, pk: int) -> None:
        if self._is_stopped:
            return
        if pk in self._busy:
            self._busy[pk] = True
            return
        self._busy[pk] = False
        task = self._process.loop.create_task(self._work(pk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, pk: int) -> None:
        try:
            while await self._answer_next(pk) or self._busy[pk]:
                self._busy[pk] = False
        except LiveChatError as error:
            # The database is away, or busy: it is found again.
            logger.warning("The signpost's answer has to wait: %s", error.code)
        except Exception:
            logger.exception("The signpost could not answer.")
        finally:
            del self._busy[pk]

    async def _answer_next(self, pk: int) -> bool:
        asked = await self._process.read(queries.next_unanswered, pk)
        if asked is None:
            return False
        saying = await self._think(asked)
        await self._process.writer.run(
            partial(signpost.say, conversation_pk=pk, to_seq=asked.seq, saying=saying)
        )
        return True

    async def _think(self, asked: Unanswered) -> Saying:
        if self._pool is None:
            return await sync_to_async(guiding.decide, thread_sensitive=True)(asked)
        thinking = asyncio.get_running_loop().run_in_executor(
            self._pool, guarded, guiding.decide, asked
        )
        try:
            return await asyncio.wait_for(thinking, ANSWER_WITHIN)
        except TimeoutError:
            logger.error(
                "The signpost took more than %s s in conversation %s.",
                ANSWER_WITHIN,
                asked.conversation_pk,
            )
            return guiding.fault(asked)

    async def look_for_left(self) -> None:
        """Find what another process, or this one, did not bring to its end."""
        before = clock.now() - LEFT_AFTER
        for pk in await self._process.read(queries.left_unanswered, before):
            self._begin(pk)

    async def stop(self) -> None:
        """Begin nothing more. What was begun and is not stored is found by another."""
        self._is_stopped = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._pool is not None:
            for _ in range(THINKERS):
                self._pool.submit(connections.close_all)
            self._pool.shutdown(wait=False)
