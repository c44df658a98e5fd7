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


class _Named:
    """The page that a token names, as it was looked at of late."""

    __slots__ = ("look", "page_id", "site_id", "until")

    def __init__(self, site_id: int, page_id: int) -> None:
        self.site_id = site_id
        self.page_id = page_id
        self.look: PageLook | None = None
        self.until = 0.0


class PageLooks:
    """Pages that were named of late, and whether they are live, and watched at all."""

    def __init__(self, read: Callable[..., Awaitable[Any]]) -> None:
        self._read = read
        self._named: dict[str, _Named] = {}

    def step_at_once(
        self, site_id: int, command: ViewPage | VisitHello, now: datetime, at: float
    ) -> Step | None:
        """The step of a trail that a command tells of, at that moment by either clock;
        ``None`` if a page has to be looked at first. Raises :class:`BadPage`."""
        if command.page is None:
            return visit_reading.step_of(command, None, now)
        named = self._named.get(command.page)
        if named is None or named.until < at or named.site_id != site_id:
            return None
        return visit_reading.step_of(command, named.look, now)

    async def step_of(self, site_id: int, command: ViewPage | VisitHello) -> Step:
        """The same, whatever it takes."""
        step = self.step_at_once(site_id, command, clock.now(), monotonic())
        if step is not None:
            return step
        named = self._page_named(site_id, command.page or "")
        named.look = await self._read(visit_reading.look_at_page, site_id, named.page_id)
        named.until = monotonic() + KEPT_SECONDS
        return visit_reading.step_of(command, named.look, clock.now())

    def _page_named(self, site_id: int, token: str) -> _Named:
        """The page of a token; one that was read once is not read again."""
        named = self._named.get(token)
        if named is None or named.site_id != site_id:
            page_id = visit_reading.page_named(site_id, token)
            if len(self._named) >= MOST:
                self._named.clear()
            named = self._named[token] = _Named(site_id, page_id)
        return named
