"""Everything that one visitor's browser sends, keeps and leaves on the server."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Response

STORED = """
async () => ({
  here: {...localStorage, ...sessionStorage},
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})
"""
# What the staff do, what editors have set, and what processes say of themselves.
OF_THE_STAFF = frozenset(
    {
        "accessentry",
        "agentconnection",
        "agentprofile",
        "bannerversion",
        "consentbanner",
        "heldplace",
        "housekeepingrun",
        "livechatsettings",
        "pagepolicy",
        "staffticket",
        "stucksettings",
        "trigger",
        "watch",
        "watchcounter",
        "widgettext",
        "worker",
    }
)
COUNTS = frozenset({"pagecount", "refusalcount", "triggercount"})
"""Tables of numbers, which grow by being counted up."""

Rows = Mapping[str, Mapping[int | str, dict[str, Any]]]
"""By table, without its prefix, and primary key."""


@dataclass
class Capture:
    """One person's browser, from the first page on."""

    context: BrowserContext
    url: str
    requests: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self.requests.append(request))
        self.context.on("response", lambda answer: self.answers.append(answer))
        self.context.on("page", self._listens)

    def _listens(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.sockets.append(self._path(socket.url)))

    def _path(self, url: str) -> str:
        return urlsplit(url).path

    # Traffic.

    def foreign(self) -> list[str]:
        """What was asked of anybody but the site itself."""
        return [each.url for each in self.requests if not each.url.startswith(self.url)]

    def of(self, part: str) -> list[Request]:
        """The requests to addresses with this in them."""
        return [each for each in self.requests if part in self._path(each.url)]

    def told(self) -> list[str]:
        """The addresses of ours to which something was said, in order of the alphabet."""
        found = {self._path(each.url) for each in self.of("/livechat/") if each.method != "GET"}
        return sorted(path.removeprefix("/livechat/").rstrip("/") for path in found)

    def has_cookies(self, request: Request) -> bool:
        """Whether a cookie went with it."""
        return "cookie" in request.all_headers()

    def set_by(self, part: str) -> set[str]:
        """The cookies that answers of these addresses gave."""
        found = [each for each in self.answers if part in self._path(each.url)]
        given = [each for answer in found for each in answer.headers_array()]
        return {each["value"] for each in given if each["name"].lower() == "set-cookie"}

    # What stays in the browser.

    def cookies(self) -> dict[str, Mapping[str, Any]]:
        """By what they are for: the prefix, our name and the site's number left aside."""
        found = {}
        for cookie in self.context.cookies():
            assert cookie["name"].startswith("__Host-livechat-"), cookie
            use = re.sub(r"^__Host-livechat-|-?\d+$", "", cookie["name"])
            found[use or "chat"] = cookie
        return found

    def stored(self, page: Page) -> list[str]:
        """The names of what lies in the browser's storage, the numbers left aside."""
        found = page.evaluate(STORED)
        assert (found["databases"], found["caches"], found["workers"]) == (0, 0, 0)
        return sorted({re.sub(r"\d+", "N", name) for name in found["here"]})


def rows(database: str) -> Rows:
    """All rows of ours that are about visitors, and those of nobody knows whom."""
    with closing(sqlite3.connect(database, timeout=20)) as file:
        file.row_factory = sqlite3.Row
        tables = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'wagtail_livechat_%'"
        ).fetchall()
        found = {}
        for (table,) in tables:
            name = table.removeprefix("wagtail_livechat_")
            if name not in OF_THE_STAFF:
                found[name] = {row[0]: dict(row) for row in file.execute(f"SELECT * FROM {table}")}
    return found


def accounts_in(database: str, table: str) -> list[str]:
    """The columns of a table of ours that lead to an account."""
    with closing(sqlite3.connect(database, timeout=20)) as file:
        keys = file.execute(f"PRAGMA foreign_key_list(wagtail_livechat_{table})").fetchall()
    return [column for _, _, other, column, *_ in keys if other == "auth_user"]


def new(before: Rows, after: Rows) -> dict[str, list[dict[str, Any]]]:
    """What was added in between, or counted up."""
    found = {}
    for table, now in after.items():
        had = before.get(table, {})
        added = [
            row for pk, row in now.items() if pk not in had or (table in COUNTS and row != had[pk])
        ]
        if added:
            found[table] = added
    return found


def as_text(found: Mapping[str, Any]) -> str:
    """All of it, to search in."""
    return json.dumps(found, default=str)
