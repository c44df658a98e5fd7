"""What the staff see of a site's visitors: windows and trails, read again when something
changed, at most four times a second.

A window is read as a whole: state before and updates are a fresh state by construction.
Who asks the same is read for once; what says the same is not told twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Final

from wagtail_livechat import clock
from wagtail_livechat.errors import LiveChatError

from . import board_reading

if TYPE_CHECKING:
    from .board_reading import Reader, TrailRead, WindowRead
    from .lookout import Lookout, Trail, Window
    from .process import Process

READ_EVERY: Final = 0.25
REST: Final = 9.0
"""After a read it rests for so many times as long as that took, and messages have the rest."""

REST_AT_MOST: Final = 1.0
PAUSE_WITHOUT_DATABASE: Final = 1.0

logger = logging.getLogger(__name__)

Shown = Sequence[tuple["Lookout", "Window"]]
Followed = Sequence[tuple["Lookout", "Trail"]]


class Board:
    """What is shown to the consoles of one process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._windows: dict[int, dict[Window, Lookout]] = {}
        self._trails: dict[int, dict[Trail, Lookout]] = {}
        self._stale_sites: set[int] = set()
        self._stale_trails: set[int] = set()
        self._read_at = 0.0
        self._pause = READ_EVERY
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    # What changed.

    def visit_changed(self, site_id: int, pk: int) -> None:
        """A visit began, moved or ended."""
        if pk in self._trails:
            self._stale_trails.add(pk)
        self.site_changed(site_id, trails=False)

    def site_changed(self, site_id: int, *, trails: bool = True) -> None:
        """Something of a site's table may be another now."""
        if site_id in self._windows:
            self._stale_sites.add(site_id)
        if trails:
            for pk, followed in self._trails.items():
                if any(trail.site_id == site_id for trail in followed):
                    self._stale_trails.add(pk)
        if (self._stale_sites or self._stale_trails) and self._task is None:
            if not self._is_stopped:
                self._task = self._process.loop.create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._stale_sites or self._stale_trails:
                wait = self._read_at + self._pause - monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                await self._read_once()
        finally:
            self._task = None

    async def _read_once(self) -> None:
        sites, self._stale_sites = self._stale_sites, set()
        pks, self._stale_trails = self._stale_trails, set()
        began = self._read_at = monotonic()
        try:
            await self.show(
                [
                    (lookout, window)
                    for site_id in sites
                    for window, lookout in self._windows.get(site_id, {}).items()
                ],
                [
                    (lookout, trail)
                    for pk in pks
                    for trail, lookout in self._trails.get(pk, {}).items()
                ],
            )
        except LiveChatError:
            self._stale_sites |= sites
            self._stale_trails |= pks
            await asyncio.sleep(PAUSE_WITHOUT_DATABASE)
        except Exception:
            logger.exception("What is shown of visitors could not be read.")
        self._pause = max(READ_EVERY, min(REST * (monotonic() - began), REST_AT_MOST))

    async def show(self, shown: Shown, followed: Followed, *, ref: str | None = None) -> None:
        """Read these windows and trails, and tell those who look at them."""
        await self._show_windows(shown)
        await self._show_trails(followed, ref)

    async def _show_windows(self, shown: Shown) -> None:
        asked: list[tuple[Lookout, Window, Reader]] = []
        for lookout, window in shown:
            reader = lookout.reader_of(window.question.site_id)
            if reader is not None:
                asked.append((lookout, window, reader))
        if not asked:
            return
        found: list[WindowRead] = await self._process.read(
            board_reading.read_windows, [(window.question, reader) for _, window, reader in asked]
        )
        now = clock.now_ms()
        for (lookout, window, reader), read in zip(asked, found, strict=True):
            if not lookout.tell_window(window, reader, read, now):
                # Another watch, or another right, since it was read.
                self.site_changed(window.question.site_id, trails=False)

    async def _show_trails(self, followed: Followed, ref: str | None) -> None:
        asked: list[tuple[Lookout, Trail, Reader]] = []
        for lookout, trail in followed:
            reader = lookout.reader_of(trail.site_id)
            if reader is not None:
                asked.append((lookout, trail, reader))
        if not asked:
            return
        found: list[TrailRead | None] = await self._process.read(
            board_reading.read_trails, [(trail.pk, reader) for _, trail, reader in asked]
        )
        for (lookout, trail, reader), read in zip(asked, found, strict=True):
            if not lookout.tell_trail(trail, reader, read, ref):
                self.visit_changed(trail.site_id, trail.pk)

    def visit_over(self, pk: int, tag: int) -> None:
        """A visit withdrew: what waits to be told of it is taken back, at once."""
        for trail, lookout in list(self._trails.get(pk, {}).items()):
            lookout.forget_visit(trail)
        for windows in self._windows.values():
            for window, lookout in windows.items():
                lookout.forget_tag(window, tag)

    # Who looks.

    def add_window(self, lookout: Lookout, window: Window) -> None:
        site_id = window.question.site_id
        self._windows.setdefault(site_id, {})[window] = lookout
        self._process.hub.join_visits(site_id)

    def drop_window(self, lookout: Lookout, window: Window) -> None:
        site_id = window.question.site_id
        shown = self._windows.get(site_id, {})
        if shown.pop(window, None) is not None:
            self._process.hub.leave_visits(site_id)
            if not shown:
                del self._windows[site_id]

    def add_trail(self, lookout: Lookout, trail: Trail) -> None:
        self._trails.setdefault(trail.pk, {})[trail] = lookout
        self._process.hub.join_visits(trail.site_id)

    def drop_trail(self, lookout: Lookout, trail: Trail) -> None:
        followed = self._trails.get(trail.pk, {})
        if followed.pop(trail, None) is not None:
            self._process.hub.leave_visits(trail.site_id)
            if not followed:
                del self._trails[trail.pk]

    @property
    def sites(self) -> set[int]:
        """The sites that somebody here looks at."""
        return set(self._windows) | {
            trail.site_id for followed in self._trails.values() for trail in followed
        }

    def everything_changed(self) -> None:
        """Look again, whether or not a word has come: words get lost."""
        for site_id in self.sites:
            self.site_changed(site_id)

    async def stop(self) -> None:
        self._is_stopped = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
