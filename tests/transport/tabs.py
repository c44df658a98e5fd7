"""Tabs of visits, and consoles that watch, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.factories import new_ref
from tests.transport.browsers import Answer, Line, StaffBrowser, in_database, post
from tests.watched import Agreed
from wagtail_livechat import tokens
from wagtail_livechat.consent import actions as consent
from wagtail_livechat.visitors.models import Visit


def token_of(page: Any, site: Any) -> str:
    return tokens.page_token(site.pk, page.pk)


class VisitTab(Line):
    """A tab whose visitor agreed to live assistance (or did not)."""

    def __init__(self, agreed: Agreed, *, chat: str = "", also: str = "") -> None:
        self.agreed = agreed
        self.site = agreed.site
        self.chat = chat
        self.also = also
        self.wants_little = False
        super().__init__(
            "/livechat/visit/ws/",
            ("Host", self.site.hostname),
            ("Origin", f"http://{self.site.hostname}"),
            ("Cookie", self.cookie),
        )

    @property
    def cookie(self) -> str:
        site = self.site.pk
        parts = [f"__Host-livechat-visit-{site}={self.agreed.key}"] if self.agreed.key else []
        if self.agreed.choice:
            parts.append(f"__Host-livechat-choice-{site}={self.agreed.choice}")
        if self.chat:
            parts.append(f"__Host-livechat-{site}={self.chat}")
        if self.also:
            parts.append(self.also)
        return "; ".join(parts)

    def hello(self, page: Any = None, **more: Any) -> dict[str, Any]:
        said = {"type": "visit.hello", "v": 1, "language": "en", "device": "desktop"}
        if page is not None:
            said["page"] = token_of(page, self.site)
        return said | more

    async def says_hello(self, page: Any = None, **more: Any) -> dict[str, Any]:
        """Open with this page, and hear who watches."""
        if not self.is_accepted:
            assert await self.open()
        self.say(**self.hello(page, **more))
        return await self.hears("visit.ready")

    async def views(self, page: Any, **more: Any) -> dict[str, Any]:
        """Open another page, and hear that it was noted."""
        ref = more.pop("ref", None) or new_ref()
        said = {"type": "page.view", "ref": ref} | more
        if page is not None:
            said["page"] = token_of(page, self.site)
        self.say(**said)

        def found() -> dict[str, Any] | None:
            return next((update for update in self.told if update.get("ref") == ref), None)

        return await self._until(found)  # type: ignore[no-any-return]

    async def sees_watchers(self, *aliases: str) -> int:
        """Is told that these watch, shows it, and says so; the number."""

        def found() -> dict[str, Any] | None:
            for update in reversed(self.told):
                if "watchers" in update and update["type"] != "visit.shown":
                    names = [watcher["alias"] for watcher in update["watchers"]]
                    return update if names == list(aliases) else None
            return None

        update = await self._until(found)
        self.say(type="watchers.seen", number=update["number"])
        return int(update["number"])

    async def polls(self, *commands: dict[str, Any], page: Any = None, **more: Any) -> Answer:
        """The same over HTTP."""
        body = {"hello": self.hello(page, **more), "commands": list(commands)}
        headers = [("Cookie", self.cookie)]
        if self.wants_little:
            headers.append(("Prefer", "return=minimal"))
        return await post(self.site, "/livechat/visit/exchange/", body, *headers)


async def eventually(read: Callable[[], Any]) -> Any:
    """What the database says as soon as it says anything."""
    for _ in range(400):
        found = await in_database(read)
        if found:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("It never came to that.")


async def visit_of(agreed: Agreed, **fields: Any) -> Visit:
    """The row of a visit, as soon as it has these values."""
    return await eventually(
        lambda: Visit.objects.filter(key_hash=agreed.key_hash, **fields).first()
    )


async def console_of(site: Any, agent: Any, session: Any = None) -> StaffBrowser:
    """A console that has greeted."""
    console = await StaffBrowser.of(site, agent, session)
    await console.says_hello()
    return console


async def watches(console: StaffBrowser, site: Any, **question: Any) -> str:
    """Open a window of the site's table; its name."""
    window = new_ref()
    await console.asks("visitors.watch", window=window, site=site.pk, **question)
    await console.hears("visitors.window", window=window)
    return window


async def shows(console: StaffBrowser, window: str, **wanted: Any) -> dict[str, Any]:
    """The only row of a window, as soon as it has these values."""

    def found() -> dict[str, Any] | None:
        told = [u for u in console.all_of("visitors.window") if u["window"] == window]
        rows = told[-1]["rows"] if told else []
        if len(rows) == 1 and all(_of(rows[0], name) == value for name, value in wanted.items()):
            return rows[0]
        return None

    return await console._until(found)  # type: ignore[no-any-return]


def _of(row: dict[str, Any], path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def pages_told(console: StaffBrowser) -> list[Any]:
    """All that a console was ever told of pages."""
    rows = [row for u in console.all_of("visitors.window") for row in u["rows"]]
    rows += [u["visit"] for u in console.all_of("visit.trail")]
    steps = [step for u in console.all_of("visit.trail") for step in u["steps"]]
    return [row["page"] for row in rows if row["page"]] + [step["page"] for step in steps]


async def withdraws(agreed: Agreed) -> None:
    """Says no, as the address for choices does."""
    await in_database(
        consent.answer,
        site_id=agreed.site.pk,
        cookie=agreed.choice,
        version=None,
        assistance=False,
        statistics=False,
        interface="external",
        language="en",
        visit_key_hash=agreed.key_hash,
    )
