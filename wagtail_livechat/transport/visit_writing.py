"""What one process writes of visits: for many at once, a few times a second.

Messages come first: where they leave no time, visits wait and then lose their oldest
steps. Whether anything may be written is asked beside the writing, by the action itself.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from wagtail_livechat import clock
from wagtail_livechat.errors import LiveChatError, Unavailable
from wagtail_livechat.visitors import visits
from wagtail_livechat.visitors.visits import PageViewed, Sighting, Written

from . import visit_reading
from .live_visit import LiveVisit
from .visit_reading import Case

if TYPE_CHECKING:
    from .process import Process
    from .visits import Visits

WRITTEN_EVERY: Final = 0.25
AGAIN_AFTER: Final = 2.0
MOST_TOGETHER: Final = 200
MOST_COUNTED: Final = 5_000

logger = logging.getLogger(__name__)


class VisitWriting:
    """What is still to be written."""

    def __init__(self, process: Process, registry: Visits) -> None:
        self._process = process
        self._registry = registry
        self._due: dict[LiveVisit, None] = {}
        self._lingering: set[str] = set()
        self._counted: list[PageViewed] = []
        self._is_called = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was noted is written."""
        return not self._due and not self._is_called and self._task is None

    @property
    def is_under_way(self) -> bool:
        return self._task is not None

    # What is to be written.

    def note(self, live: LiveVisit) -> None:
        """Something of this visit."""
        self._due[live] = None
        self._call(WRITTEN_EVERY)

    def leave_out(self, live: LiveVisit) -> None:
        """Nothing of this visit any more."""
        self._due.pop(live, None)
        self._lingering.discard(live.key_hash)

    def linger(self, live: LiveVisit) -> None:
        """Its last connection here is gone."""
        self._lingering.add(live.key_hash)
        self._call(WRITTEN_EVERY)

    def is_back(self, live: LiveVisit) -> None:
        """It had not left."""
        self._lingering.discard(live.key_hash)

    def count(self, site_id: int, receipt_id: uuid.UUID, page_id: int | None) -> None:
        """One more view, of somebody who agreed to statistics."""
        if len(self._counted) < MOST_COUNTED:
            day = clock.now().date()
            self._counted.append(PageViewed(site_id, receipt_id, day, page_id or 0))
            self._call(WRITTEN_EVERY)

    # When.

    def _call(self, seconds: float) -> None:
        """Write soon, once."""
        if not self._is_called:
            self._is_called = True
            self._process.loop.call_later(seconds, self._write)

    def _write(self) -> None:
        if self._task is None:
            self._is_called = False
            self._task = self._process.loop.create_task(self._write_all())
        else:  # it goes on with what has come meanwhile, or not at all
            self._process.loop.call_later(WRITTEN_EVERY, self._write)

    async def _write_all(self) -> None:
        again = WRITTEN_EVERY
        try:
            while self._due:
                await self._write_some()
            self._write_lingering()
            self._write_counts()
        except LiveChatError as error:
            # The database is away, or messages come first.
            logger.debug("Visits wait: %s", error.code)
            again = AGAIN_AFTER
        finally:
            self._task = None
        if self._due:
            self._call(again)

    # Visits.

    def _may(self, live: LiveVisit) -> bool:
        return not live.is_over and live.state.is_staffed

    def _put_back(self, live: LiveVisit, sighting: Sighting) -> None:
        """It could not be written; where nobody may watch any more, nothing is kept of it."""
        if self._may(live):
            live.was_not_written(sighting.steps)

    async def _write_some(self) -> None:
        batch = list(islice(self._due, MOST_TOGETHER))
        for live in batch:
            del self._due[live]
        batch = [live for live in batch if self._may(live)]
        try:
            await self.assess(batch)
            handed: list[tuple[LiveVisit, Sighting]] = []
            for live in batch:
                sighting = live.sighting() if self._may(live) else None
                if sighting is not None:
                    handed.append((live, sighting))
            if handed:
                await self._hand_over(handed)
        except LiveChatError:
            for live in batch:
                if not live.is_over:
                    self._due.setdefault(live)
            raise

    async def _hand_over(self, handed: Sequence[tuple[LiveVisit, Sighting]]) -> None:
        write = partial(
            visits.write_visits,
            [sighting for _, sighting in handed],
            worker_id=self._process.worker_id,
        )
        try:
            written: list[Written | None] = await self._after_messages(write)
        except LiveChatError:
            for live, sighting in handed:
                self._put_back(live, sighting)
            raise
        refused: list[LiveVisit] = []
        closed: list[str] = []
        for (live, sighting), found in zip(handed, written, strict=True):
            if live.is_over:
                # Taken back while it was being written: what has just been stored goes.
                self.erase(live)
            elif found is None:
                self._put_back(live, sighting)
                refused.append(live)
            elif self._may(live):
                self._registry.was_written(live, found)
            else:
                closed.append(live.key_hash)
        if closed:  # nobody may watch any more: what was on its way does not open it again
            self.submit(partial(visits.end_visits, key_hashes=closed))
        if refused:
            await self._registry.ask_again(refused)

    async def _after_messages(self, action: Callable[[], Any]) -> Any:
        future: asyncio.Future[Any] = self._process.loop.create_future()

        def done(result: Any, error: Exception | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error if isinstance(error, LiveChatError) else Unavailable())

        self._process.writer.submit_after(action, done)
        return await future

    async def assess(self, batch: Sequence[LiveVisit]) -> list[LiveVisit]:
        """Find out who seems stuck; of whom the answer is another one now."""
        cases = [
            Case(site_id=live.site_id, trail=list(live.trail), idle_since=live.idle_since)
            for live in batch
        ]
        if not cases:
            return []
        changed = []
        found = await self._process.read(visit_reading.assess_all, cases)
        for live, assessment in zip(batch, found, strict=True):
            if live.assessment != assessment:
                live.assessment = assessment
                changed.append(live)
        return changed

    # The rest, before messages: it is little, and it is what takes away.

    def submit(self, action: Callable[[], Any], again: Callable[[], object] | None = None) -> None:
        """Write; where that cannot be now, call ``again``, or do the same later."""

        def later() -> None:
            self._process.loop.call_later(AGAIN_AFTER, self.submit, action)

        retry = again or later

        def done(result: Any, error: Exception | None) -> None:
            if isinstance(error, LiveChatError):
                retry()

        try:
            self._process.writer.submit(action, done)
        except LiveChatError:
            if not self._process.writer.is_stopped:
                retry()

    def erase(self, live: LiveVisit) -> None:
        """Once more, behind whatever of it may be on its way to the database."""
        if live.pk is not None or self.is_under_way:
            self.submit(partial(visits.erase, site_id=live.site_id, key_hash=live.key_hash))

    def close(self, key_hashes: Sequence[str]) -> None:
        """Nobody may watch these any more."""
        for start in range(0, len(key_hashes), MOST_TOGETHER):
            some = key_hashes[start : start + MOST_TOGETHER]
            self.submit(partial(visits.end_visits, key_hashes=some))

    def _write_lingering(self) -> None:
        keys, self._lingering = self._lingering, set()
        if keys:
            self.submit(
                partial(visits.linger, key_hashes=keys, worker_id=self._process.worker_id),
                partial(self._linger_again, keys),
            )

    def _linger_again(self, keys: Iterable[str]) -> None:
        self._lingering |= set(keys)
        self._process.loop.call_later(AGAIN_AFTER, self._write)

    def _write_counts(self) -> None:
        counted, self._counted = self._counted, []
        if counted:
            self.submit(partial(visits.count_pages, counted), partial(self._count_again, counted))

    def _count_again(self, counted: list[PageViewed]) -> None:
        self._counted = [*counted, *self._counted][:MOST_COUNTED]

    async def stop(self, lives: Iterable[LiveVisit]) -> None:
        """The process ends: these may be elsewhere in a moment."""
        if self._task is not None:
            self._task.cancel()
        self._lingering |= {live.key_hash for live in lives if live.pk is not None}
        self._write_lingering()
        self._write_counts()
