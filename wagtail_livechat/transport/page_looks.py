"""What one process knows of pages, so that most page views ask no database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic
from typing import Any, Final

from wagtail_livechat import clock
from wagtail_livechat.protocol.commands import ViewPage, VisitHello
from wagtail_livechat.visitors.visits import Step

from . import visit_reading
from .visit_reading import PageLook

KEPT_SECONDS: Final = 5.0
MOST: Final = 10_000


class PageLooks:
    """Pages that were named of late, and whether they are live, and watched at all."""

    def __init__(self, read: Callable[..., Awaitable[Any]]) -> None:
        self._read = read
        self._named: dict[str, tuple[int, int]] = {}
        self._looks: dict[tuple[int, int], tuple[float, PageLook]] = {}

    def step_at_once(
        self, site_id: int, command: ViewPage | VisitHello, now: datetime
    ) -> Step | None:
        """The step of a trail that a command tells of; ``None`` if a page has to be looked
        at first. Raises :class:`BadPage`."""
        page_id = self._page_named(site_id, command)
        look = None
        if page_id is not None:
            look = self._look(site_id, page_id)
            if look is None:
                return None
        return visit_reading.step_of(command, page_id, look, now)

    async def step_of(self, site_id: int, command: ViewPage | VisitHello) -> Step:
        """The same, whatever it takes."""
        page_id = self._page_named(site_id, command)
        look = None
        if page_id is not None:
            look = self._look(site_id, page_id) or await self._look_again(site_id, page_id)
        return visit_reading.step_of(command, page_id, look, clock.now())

    def _page_named(self, site_id: int, command: ViewPage | VisitHello) -> int | None:
        """The page of a token; one that was read once is not read again."""
        if command.page is None:
            return None
        named = self._named.get(command.page)
        if named is None or named[0] != site_id:
            page_id = visit_reading.page_named(site_id, command)
            if page_id is None:
                return None
            if len(self._named) >= MOST:
                self._named.clear()
            named = self._named[command.page] = (site_id, page_id)
        return named[1]

    def _look(self, site_id: int, page_id: int) -> PageLook | None:
        found = self._looks.get((site_id, page_id))
        return found[1] if found is not None and monotonic() < found[0] else None

    async def _look_again(self, site_id: int, page_id: int) -> PageLook:
        look: PageLook = await self._read(visit_reading.look_at_page, site_id, page_id)
        if len(self._looks) >= MOST:
            self._looks.clear()
        self._looks[site_id, page_id] = (monotonic() + KEPT_SECONDS, look)
        return look
