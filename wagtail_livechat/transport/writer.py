"""The one thread that writes: what waits is stored together, in one transaction.

Each caller is answered after the commit. Within the transaction runs of plain messages
take the hot path, everything else is its own action in its own savepoint, so that one
that fails takes nothing with it. A transaction that fails as a whole is tried again job
by job. Trying twice is harmless: what carries a ``ref`` is done once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import hot_path
from wagtail_livechat.errors import Busy, LiveChatError, Unavailable

from .threads import is_broken

MOST_WAITING: Final = 2_000
MOST_AT_ONCE: Final = 256
MOST_AFTERWARDS: Final = 8
FLUSHED_WITHIN: Final = 2.0
WAITED_FOR: Final = 30.0

logger = logging.getLogger(__name__)

Done = Callable[[Any, Exception | None], None]
Outcome = tuple[Any, Exception | None]


@dataclass(slots=True, eq=False)
class Job:
    """Something to write. ``draft`` is the plain case of ``action``, if there is one."""

    action: Callable[[], Any]
    draft: hot_path.Draft | None
    done: Done


class Writer:
    """Takes jobs from the event loop and from other threads; see the module."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        # What waits until no message does; an empty run in the queue makes the thread look.
        self._afterwards: deque[Job] = deque()
        self._inline = configuration().inline_database
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._inline_tasks: set[asyncio.Task[None]] = set()
        if not self._inline:
            self._thread = threading.Thread(target=self._run, name="livechat-write", daemon=True)
            self._thread.start()

    def submit(
        self, action: Callable[[], Any], done: Done, *, draft: hot_path.Draft | None = None
    ) -> None:
        """Write soon; ``done(result, error)`` is called in the loop after the commit.

        Raises :class:`Busy` if too much waits already.
        """
        if self._stopped or self._queue.qsize() >= MOST_WAITING:
            raise Busy
        self._queue.put(Job(action, draft, done))
        if self._inline:
            task = self._loop.create_task(self._write_inline())
            self._inline_tasks.add(task)
            task.add_done_callback(self._inline_tasks.discard)

    def submit_after(self, action: Callable[[], Any], done: Done) -> None:
        """Write when no message waits, in a transaction of its own.

        Raises :class:`Busy` where that has not come for a while: then it is dropped.
        """
        if self._inline:
            self.submit(action, done)
            return
        if self._stopped or len(self._afterwards) >= MOST_AFTERWARDS:
            raise Busy
        self._afterwards.append(Job(action, None, done))
        self._queue.put(_NUDGE)

    async def run(self, action: Callable[[], Any]) -> Any:
        """Write, and wait for the commit."""
        future: asyncio.Future[Any] = self._loop.create_future()

        def done(result: Any, error: Exception | None) -> None:
            if future.done():
                return  # nobody waits any more
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.submit(action, done)
        return await future

    def run_from_thread(
        self, action: Callable[[], Any], draft: hot_path.Draft | None = None
    ) -> Any:
        """Write, and wait for the commit, in a thread that is not the loop's."""
        future: Future[Any] = Future()

        def done(result: Any, error: Exception | None) -> None:
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.submit(action, done, draft=draft)
        try:
            return future.result(WAITED_FOR)
        except TimeoutError as error:
            raise Unavailable from error

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is taken any more."""
        return self._stopped

    @property
    def has_thread(self) -> bool:
        """Whether another thread may wait for this writer."""
        return self._thread is not None and not self._stopped

    async def stop(self) -> None:
        """Take nothing more, and store what was taken."""
        self._stopped = True
        if self._thread is None:
            await asyncio.gather(*self._inline_tasks, return_exceptions=True)
            return
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join, FLUSHED_WITHIN)

    def stop_at_exit(self) -> None:
        """The same, once the loop is gone: what was taken is stored, nobody is told."""
        self._stopped = True
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(FLUSHED_WITHIN)

    # In the writer's thread.

    def _take(self) -> list[Job | None]:
        """What waits, at least one; there is no lingering for more."""
        taken = [self._queue.get()]
        while len(taken) < MOST_AT_ONCE and taken[-1] is not None:
            try:
                taken.append(self._queue.get_nowait())
            except Empty:
                break
        return taken

    def _run(self) -> None:
        ended = False
        while not ended:
            taken = self._take()
            ended = taken[-1] is None
            jobs = [job for job in taken if job is not None and job is not _NUDGE]
            if jobs:
                self._answer(jobs, write(jobs))
            while self._afterwards and (ended or self._queue.empty()):
                jobs = [self._afterwards.popleft()]
                self._answer(jobs, write(jobs))
        connection.close()

    def _answer(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(settle, jobs, outcomes)
        except RuntimeError:
            pass  # the loop is closed: everybody is gone

    async def _write_inline(self) -> None:
        jobs: list[Job] = []
        while len(jobs) < MOST_AT_ONCE:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is not None:
                jobs.append(job)
        if jobs:
            settle(jobs, await sync_to_async(write, thread_sensitive=True)(jobs))


def settle(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
    """Tell everybody how it went."""
    for job, (result, error) in zip(jobs, outcomes, strict=True):
        try:
            job.done(result, error)
        except Exception:
            logger.exception("An answer could not be given.")


def write(jobs: Sequence[Job]) -> list[Outcome]:
    """Store these together, or, where that fails, one by one."""
    for last in (False, True):
        try:
            return _write_together(jobs, hot=not last)
        except (hot_path.Collision, LiveChatError):
            continue  # something is not plain after all: each by its action
        except (OperationalError, InterfaceError) as error:
            # A deadlock or a stale connection passes; a lock held for so long does not.
            if (is_broken() or connection.vendor != "sqlite") and not last:
                continue
            logger.warning("The database did not store: %s", type(error).__name__)
            return [(None, _unavailable(error))] * len(jobs)
        except Exception:
            if last:
                logger.exception("Storing together failed.")
    return [_write_alone(job) for job in jobs]


def _write_together(jobs: Sequence[Job], *, hot: bool) -> list[Outcome]:
    if hot and all(job.draft is not None for job in jobs) and hot_path.stands_alone():
        return _append(jobs)
    outcomes: list[Outcome] = []
    with transaction.atomic():
        for plain, run in groupby(jobs, key=lambda job: hot and job.draft is not None):
            if plain:
                outcomes += _append(list(run))
            else:
                outcomes += [_act(job) for job in run]
    return outcomes


def _append(jobs: Sequence[Job]) -> list[Outcome]:
    stored = hot_path.append([job.draft for job in jobs if job.draft is not None])
    return [
        _act(job) if event is None else (event, None)
        for job, event in zip(jobs, stored, strict=True)
    ]


def _act(job: Job) -> Outcome:
    """One action in a savepoint of its own. A database that is gone fails them all."""
    try:
        with transaction.atomic():
            result = job.action()
        # A refusal that was written down is handed back, so that what was written stays.
        return (None, result) if isinstance(result, LiveChatError) else (result, None)
    except (OperationalError, InterfaceError):
        raise
    except LiveChatError as error:
        return None, error
    except Exception as error:
        logger.exception("A command could not be carried out.")
        return None, error


def _write_alone(job: Job) -> Outcome:
    try:
        with transaction.atomic():
            return _act(job)
    except (DatabaseError, InterfaceError) as error:
        is_broken()
        return None, _unavailable(error)


def _unavailable(error: Exception) -> Unavailable:
    refusal = Unavailable()
    refusal.__cause__ = error
    return refusal


def write_now(action: Callable[[], Any], draft: hot_path.Draft | None = None) -> Any:
    """Write in this thread, where there is no writer: under WSGI."""
    result, error = write([Job(action, draft, _ignore)])[0]
    if error is not None:
        raise error
    return result


def _ignore(result: Any, error: Exception | None) -> None:
    """For jobs whose caller looks at the outcome itself."""


_NUDGE: Final = Job(lambda: None, None, _ignore)
"""Nothing to write: the thread shall only look at what waits besides."""
