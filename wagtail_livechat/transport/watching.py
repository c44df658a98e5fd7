"""Who watches which site: found out for the visits that are here, and kept alive for the
consoles that are here.

A tab is told who watches, shows it, and says so; only then is a watcher told a page. No
answer of this process decides that: a watch has a number, a visit has the highest number
that one of its tabs has shown, and both are in the database.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final

from wagtail_livechat import clock
from wagtail_livechat.errors import LiveChatError
from wagtail_livechat.privacy import actions as privacy
from wagtail_livechat.protocol import codec, updates
from wagtail_livechat.visitors import watches
from wagtail_livechat.visitors.rules import WATCH_LEASE

from . import visit_reading
from .visit_reading import NOT_WATCHED, SitesRead, SiteState

if TYPE_CHECKING:
    from .lookout import Lookout
    from .process import Process

LOOKED_EVERY: Final = 1.5
RENEWED_EVERY: Final = 2.0
TOLD_TOGETHER: Final = 200

logger = logging.getLogger(__name__)


def begin(
    *,
    site_id: int,
    key: uuid.UUID,
    user_id: int,
    profile_id: int,
    alias: str,
    session_hash: str,
) -> int:
    """Watch a site from now on, and have it written down who does: the watch's number."""
    number, is_new = watches.begin_watch(
        site_id=site_id, key=key, user_id=user_id, profile_id=profile_id, alias=alias
    )
    if is_new:
        privacy.record_access(
            user_id=user_id,
            site_id=site_id,
            look="watched",
            session_hash=session_hash,
            alias=alias,
            key=key,
        )
    return number


def end(keys: Collection[uuid.UUID]) -> None:
    """Stop watching, and have it written down until when it was."""
    watches.end_watches(keys=keys)
    for key in keys:
        privacy.end_access(key)


def end_lapsed() -> None:
    """The same for consoles that went without a word."""
    for key in watches.end_lapsed_watches():
        privacy.end_access(key)


class Watching:
    """What one process knows of watching; see the module."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._states: dict[int, SiteState] = {}
        self._lookouts: set[Lookout] = set()
        self._read_at = datetime.min.replace(tzinfo=UTC)
        self._is_stale = False
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._renewed_at = 0.0

    # For the visits that are here.

    def state_of(self, site_id: int) -> SiteState:
        """How a site stands, as last read."""
        return self._states.get(site_id, NOT_WATCHED)

    async def attend(self, site_id: int) -> None:
        """Somebody is here of a site of which nobody was: find out how it stands."""
        if site_id not in self._states:
            await self._look_at([site_id])

    def look_soon(self) -> None:
        """Something changed: who watches, who is there, what was agreed to."""
        self._is_stale = True
        if self._looking is None:
            self._looking = self._process.loop.create_task(self._look())

    async def _look(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                await self._look_at(set(self._states) | set(self._process.visits.sites))
        except LiveChatError as error:
            logger.debug("Looking at sites waits: %s", error.code)
        finally:
            self._looking = None

    async def _look_at(self, site_ids: Collection[int]) -> None:
        if not site_ids:
            return
        self._looked_at = monotonic()
        since, now = self._read_at, clock.now()
        if since.year == 1:
            since = now
        found: SitesRead = await self._process.read(visit_reading.read_sites, list(site_ids), since)
        self._read_at = min(now, clock.now())
        self._process.visits.replace_receipts(found.endings)
        for site_id, state in found.states.items():
            await self._take(site_id, state)

    async def _take(self, site_id: int, state: SiteState) -> None:
        before = self._states.get(site_id, NOT_WATCHED)
        self._states[site_id] = state
        visits = self._process.visits
        if state != before:
            visits.stands(site_id, state)
        if not state.is_open:
            for live in visits.of_site(site_id):
                visits.end(live)
        elif before.is_staffed and not state.is_staffed:
            visits.stop_recording(site_id)
        elif state.is_staffed and not before.is_staffed:
            visits.start_recording(site_id)
        if (before.number, before.watchers) != (state.number, state.watchers):
            await self._tell(site_id, state)

    async def _tell(self, site_id: int, state: SiteState) -> None:
        """Tell every tab who watches: to be shown, then answered."""
        text = codec.encode(
            updates.WatchersChanged(number=state.number, watchers=list(state.watchers))
        )
        for place, live in enumerate(self._process.visits.of_site(site_id), start=1):
            for listener in list(live.listeners):
                listener.tell_watchers(state.number, text)
            if place % TOLD_TOGETHER == 0:
                await asyncio.sleep(0)

    # For the consoles that are here.

    def join(self, lookout: Lookout) -> None:
        self._lookouts.add(lookout)

    def leave(self, lookout: Lookout) -> None:
        self._lookouts.discard(lookout)

    async def renew_once(self) -> None:
        """Renew the watches of those who still look, and end those of who does not."""
        now = monotonic()
        held: dict[uuid.UUID, Lookout] = {}
        for lookout in list(self._lookouts):
            if now - lookout.kept_at >= WATCH_LEASE.total_seconds():
                lookout.lapse()
            held |= dict.fromkeys(lookout.keys, lookout)
        if not held:
            return
        going_on = await self._process.writer.run(partial(watches.renew_watches, keys=list(held)))
        for key, lookout in held.items():
            if key in going_on:
                lookout.renewed(key, now + WATCH_LEASE.total_seconds())
            else:
                lookout.lost(key)

    def tick(self, now: float) -> None:
        """What is due by the clock."""
        if now - self._looked_at >= LOOKED_EVERY:
            here = set(self._process.visits.sites)
            for site_id in [site_id for site_id in self._states if site_id not in here]:
                del self._states[site_id]
            if here:
                self.look_soon()
        if now - self._renewed_at >= RENEWED_EVERY and self._renewing is None and self._lookouts:
            self._renewed_at = now
            self._renewing = self._process.loop.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            await self.renew_once()
        except LiveChatError as error:
            logger.debug("Watches wait: %s", error.code)
        finally:
            self._renewing = None

    async def stop(self) -> None:
        """The process ends: nobody watches from here any more."""
        for task in (self._looking, self._renewing):
            if task is not None:
                task.cancel()
        keys = [key for lookout in self._lookouts for key in lookout.keys]
        if keys:
            try:
                await self._process.writer.run(partial(end, keys))
            except LiveChatError:
                pass  # the leases run out by themselves
