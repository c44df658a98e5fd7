"""What happens to a visitor, and what is kept of it, for each choice that there is.

Each line of the table is proved by a real browser: all its traffic, cookies and storage are
captured, and all rows of the database that came with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.watching import (
    GREETED,
    WatchedVisit,
    Watcher,
    let_the_shop_watch,
    watcher_at_work,
)
from tests.journeys.capture import Capture, Rows, accounts_in, as_text, new, rows
from tests.servers import SiteServer, site_server
from tests.servers.site import manage, site_environment

# The question that a page asks by itself is there where an editor has published one, and
# off otherwise; who refused may meet it too, since it is the same for all and keeps nothing.
TABLE = """
                                     | no choice yet | refused       | chat opened    | assistance     | statistics
scripts and styles, the same for all | yes           | yes           | yes            | yes            | yes
availability, asked anonymously      | yes           | yes           | yes            | yes            | yes
choice cookie                        | -             | without an id | without an id  | with a receipt | with a receipt
key cookie                           | -             | -             | chat           | visit          | -
browser storage                      | -             | -             | the chat's own | marks of a tab | -
socket                               | -             | -             | chat           | visit          | -
what the browser tells               | -             | the choice    | choice, start  | the choice     | choice, a page
rows in the database                 | -             | a number      | conversation   | visit, receipt | number, receipt
page seen by the staff               | -             | -             | by a switch    | live           | -
staff see that somebody is there     | -             | -             | conversation   | visit          | -
invitation by what a visitor did     | -             | -             | -              | once           | -
question that a page asks by itself  | keeps nothing | keeps nothing |                |                |
language and device                  | -             | -             | language       | both           | -
link to an account                   | -             | -             | -              | -              | -
"""  # fmt: skip

STATES = [state.strip() for state in TABLE.strip("\n").splitlines()[0].split("|")[1:]]
INVITES_WHO_WANDERS = """
from wagtail.models import Page, Site
from wagtail_livechat.engagement.models import Trigger
page = Page.objects.get(slug="events", locale__language_code="en")
trigger = Trigger(
    site=Site.objects.get(is_default_site=True),
    locale=page.locale,
    name="Wanders",
    text="Are you looking for something?",
    conditions={"all": [{"is": "pages", "least": 3}, {"is": "page", "page": page.pk}]},
    live=False,
)
trigger.save()
trigger.save_revision().publish()
"""
WALK = ["/en/", "/en/books/?reset=nobody@example.test#there", "/en/authors/", "/en/events/"]
WITNESSED = [("/en/books/novels/", "Novels"), ("/en/books/adventure/", "Adventure")]


def expected(state: str) -> dict[str, str]:
    """A column of the table; what is empty is not looked at in this state."""
    column = STATES.index(state) + 1
    lines = [line.split("|") for line in TABLE.strip("\n").splitlines()[1:]]
    return {cells[0].strip(): cells[column].strip() for cells in lines if cells[column].strip()}


@pytest.fixture(scope="module")
def database(bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    copy = tmp_path_factory.mktemp("kept") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    address = f"sqlite:///{copy}"
    let_the_shop_watch(address)
    env = site_environment(database=address)
    manage("shell", "--no-imports", "-c", INVITES_WHO_WANDERS, env=env)
    return str(copy)


@pytest.fixture(scope="module")
def shop(database: str) -> Iterator[SiteServer]:
    """A shop that asks, with a question on one page and one for whoever wanders."""
    with site_server(database=f"sqlite:///{database}") as server:
        yield server


@pytest.fixture
def ada(shop: SiteServer) -> Iterator[Watcher]:
    """Ada, who looks at the table all the time."""
    with watcher_at_work(shop.url) as watcher:
        yield watcher.watches()


@pytest.fixture
def witness(shop: SiteServer, ada: Watcher, new_context: ContextMaker) -> WatchedVisit:
    """Somebody else who agreed, and by whom one knows how far the server is."""
    visit = WatchedVisit(new_context().new_page(), shop.url)
    visit.goes_to(WITNESSED[1][0])
    _chooses(visit, "Live help")
    expect(visit.watched).to_contain_text("Ada")
    return visit


@dataclass
class Seen:
    """One visitor, and all that could be found out."""

    database: str
    ada: Watcher
    witness: WatchedVisit
    visit: WatchedVisit
    capture: Capture
    before: Rows = field(init=False)
    known: set[str] = field(init=False)
    heard: int = field(init=False)
    turns: int = 0

    def begins(self) -> None:
        """From here on everything counts."""
        self.is_written()
        self.before = rows(self.database)
        windows = self.ada.windows()
        self.known = {row["id"] for window in windows for row in window["rows"]}
        self.heard = len(self.ada.agent.updates)

    def is_written(self) -> None:
        """Whatever came before is in the database, and told: the witness's next page is."""
        path, title = WITNESSED[self.turns % 2]
        self.turns += 1
        mark = len(self.ada.agent.updates)
        self.witness.goes_to(path)

        def told() -> bool:
            windows = self.ada.agent.updates[mark:]
            rows = [row for window in windows for row in window.get("rows", [])]
            return any(row["page"] and row["page"]["title"] == title for row in rows)

        deadline = monotonic() + 45
        while not told():
            assert monotonic() < deadline, f"the witness was never seen on {title}"
            self.witness.page.wait_for_timeout(50)

    def added(self) -> dict[str, list[dict[str, Any]]]:
        """The rows that came with this visitor."""
        now = rows(self.database)
        witness = {pk for pk, row in self.before["visit"].items()}
        found = new(self.before, now)
        found["pageview"] = [r for r in found.get("pageview", []) if r["visit_id"] not in witness]
        return {table: added for table, added in found.items() if added}

    # What was found out, line by line.

    def table(self) -> dict[str, str]:
        self.is_written()
        found = self.added()
        capture, cookies = self.capture, self.capture.cookies()
        self._nothing_goes_elsewhere(found)
        return {
            "scripts and styles, the same for all": self._scripts(),
            "availability, asked anonymously": self._availability(),
            "choice cookie": self._choice(cookies.get("choice")),
            "key cookie": self._keys(cookies),
            "browser storage": self._storage(),
            "socket": self._sockets(),
            "what the browser tells": _words(capture.told(), TOLD),
            "rows in the database": _words(sorted(found), ROWS),
            "page seen by the staff": self._page(found),
            "staff see that somebody is there": self._presence(found),
            "invitation by what a visitor did": self._invited(found),
            "language and device": self._language(found),
            "link to an account": self._account(found),
        }

    def _nothing_goes_elsewhere(self, found: dict[str, Any]) -> None:
        """Not a line of the table, since it is so in each state."""
        assert self.capture.foreign() == []
        kept = as_text(found)
        assert "127.0.0.1" not in kept
        assert "Chrome" not in kept
        assert "nobody@example.test" not in kept

    def _scripts(self) -> str:
        asked = self.capture.of("/static/wagtail_livechat/")
        assert self.capture.set_by("/static/") == set()
        # The query is the version of the file: each browser asks for the same.
        assert {each.url.partition("?")[2].partition("=")[0] for each in asked} <= {"", "v"}
        return "yes" if asked else "-"

    def _availability(self) -> str:
        asked = self.capture.of("/livechat/availability/")
        assert [each.url for each in asked if self.capture.has_cookies(each)] == []
        answers = [each for each in self.capture.answers if "/availability/" in each.url]
        assert all("max-age" in each.headers["cache-control"] for each in answers)
        assert self.capture.set_by("/availability/") == set()
        return "yes" if asked else "-"

    def _choice(self, cookie: Any) -> str:
        if cookie is None:
            return "-"
        assert not cookie["httpOnly"]
        *_, receipt, _signature = cookie["value"].split(".")
        return "without an id" if receipt == "-" else "with a receipt"

    def _keys(self, cookies: dict[str, Any]) -> str:
        keys = {use: cookie for use, cookie in cookies.items() if use != "choice"}
        assert all(each["httpOnly"] and each["secure"] for each in keys.values())
        assert all(each["sameSite"] == "Lax" for each in keys.values())
        if "visit" in keys:
            assert keys["visit"]["expires"] == -1  # it ends with the browser
        return ", ".join(sorted(keys)) or "-"

    def _storage(self) -> str:
        kept = self.capture.stored(self.visit.page)
        return STORAGE.get(tuple(kept), str(kept))

    def _sockets(self) -> str:
        names = {"/livechat/ws/": "chat", "/livechat/visit/ws/": "visit"}
        return ", ".join(sorted({names.get(path, path) for path in self.capture.sockets})) or "-"

    def _told(self) -> list[dict[str, Any]]:
        return self.ada.agent.updates[self.heard :]

    def _rows(self) -> list[dict[str, Any]]:
        """What the table told of somebody who was not there before."""
        windows = [update for update in self._told() if update["type"] == "visitors.window"]
        return [row for window in windows for row in window["rows"] if row["id"] not in self.known]

    def _cards(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        """What was told of this visitor's conversation."""
        own = {str(UUID(row["public_id"])) for row in found.get("conversation", [])}
        cards = [update["card"] for update in self._told() if update["type"] == "card.changed"]
        return [card for card in cards if card["id"] in own]

    def _page(self, found: dict[str, Any]) -> str:
        cards = self._cards(found)
        if any(card["page"] for card in cards):
            # Not before the switch: the first card comes with the first words.
            assert cards[0]["page"] is None
            return "by a switch"
        return "live" if any(row["page"] for row in self._rows()) else "-"

    def _presence(self, found: dict[str, Any]) -> str:
        seen = {"visit": bool(self._rows()), "conversation": bool(self._cards(found))}
        return ", ".join(what for what, is_seen in seen.items() if is_seen) or "-"

    def _invited(self, found: dict[str, Any]) -> str:
        return {0: "-", 1: "once"}.get(len(found.get("invitation", [])), "again and again")

    def _language(self, found: dict[str, Any]) -> str:
        # A receipt says in which language was asked.
        told = [row for table, added in found.items() if table != "receipt" for row in added]
        language = any(row.get("language") for row in told)
        device = any(row.get("device") for row in told)
        return {(0, 0): "-", (1, 0): "language", (1, 1): "both"}.get((language, device), "device")

    def _account(self, found: dict[str, Any]) -> str:
        linked = [
            (table, column)
            for table, added in found.items()
            for column in accounts_in(self.database, table)
            if any(row[column] is not None for row in added)
        ]
        return str(linked) if linked else "-"


def _words(found: list[str], names: dict[tuple[str, ...], str]) -> str:
    return names.get(tuple(found), ", ".join(found))


TOLD = {
    (): "-",
    ("consent",): "the choice",
    ("consent", "start"): "choice, start",
    ("consent", "visit/exchange"): "choice, a page",
}
ROWS = {
    (): "-",
    ("refusalcount",): "a number",
    ("pagecount", "receipt"): "number, receipt",
    ("invitation", "pageview", "receipt", "triggercount", "visit"): "visit, receipt",
    ("conversation", "message", "visitor", "visitorconnection"): "conversation",
}
STORAGE: dict[tuple[str, ...], str] = {
    (): "-",
    # Whether it is open, what is being written.
    ("livechat:N:state",): "the chat's own",
    # That this tab asked for a key, and who was announced: no name of anybody's.
    ("livechat-choice:N:visit", "livechat-choice:N:watched"): "marks of a tab",
}

Arrive = Callable[[], Seen]


@pytest.fixture
def arrives(
    database: str, shop: SiteServer, ada: Watcher, witness: WatchedVisit, new_context: ContextMaker
) -> Arrive:
    """Somebody comes who was never here."""

    def comes() -> Seen:
        context = new_context()
        capture = Capture(context, shop.url)
        visit = WatchedVisit(context.new_page(), shop.url)
        return Seen(database, ada, witness, visit, capture)

    return comes


def _walks(seen: Seen) -> None:
    for path in WALK:
        seen.visit.goes_to(path)
        expect(seen.visit.launcher).to_be_visible()


def _is_asked_by_a_page(seen: Seen) -> str:
    """Whether anything is kept of somebody whom a page has asked."""
    cookies, stored = seen.capture.cookies(), seen.capture.stored(seen.visit.page)
    before = set(seen.added())
    seen.visit.goes_to(GREETED)
    expect(seen.visit.card).to_contain_text("Automatic message")
    seen.is_written()
    # That it was shown is counted: a number, which does not say to whom.
    more = set(seen.added()) - before - {"triggercount"}
    is_same = (cookies, stored) == (seen.capture.cookies(), seen.capture.stored(seen.visit.page))
    return "keeps nothing" if is_same and not more else f"keeps {more}"


def test_no_choice_yet(arrives: Arrive) -> None:
    seen = arrives()
    seen.begins()
    _walks(seen)
    seen.visit.launcher.hover()
    expect(seen.visit.question).to_be_visible()
    found = seen.table()
    found["question that a page asks by itself"] = _is_asked_by_a_page(seen)
    assert found == expected("no choice yet")


def test_refused(arrives: Arrive) -> None:
    seen = arrives()
    seen.begins()
    seen.visit.goes_to("/en/").answers("Refuse")
    _walks(seen)
    found = seen.table()
    found["question that a page asks by itself"] = _is_asked_by_a_page(seen)
    assert found == expected("refused")


def test_chat_opened(arrives: Arrive) -> None:
    seen = arrives()
    seen.visit.goes_to("/en/").answers("Refuse")
    seen.begins()
    seen.visit.launcher.hover()
    assert set(seen.capture.cookies()) == {"choice"}
    seen.visit.opens()
    assert set(seen.capture.cookies()) == {"choice", "chat"}
    seen.is_written()
    assert seen.added() == {}  # not before the first words
    seen.visit.says("Do you sell maps?")
    conversation = seen.ada.agent.sees_conversation(with_text="Do you sell maps?")
    seen.visit.opens_menu().get_by_role("switch", name="Show the team").click()
    seen.ada.agent.sees_card(conversation, lambda card: card["page"] is not None)
    assert seen.table() == expected("chat opened")


def test_live_assistance(arrives: Arrive) -> None:
    seen = arrives()
    seen.begins()
    seen.visit.goes_to("/en/")
    _chooses(seen.visit, "Live help")
    expect(seen.visit.watched).to_contain_text("Ada")
    _walks(seen)
    expect(seen.visit.card).to_contain_text("Are you looking for something?")
    assert seen.table() == expected("assistance")


def test_statistics(arrives: Arrive) -> None:
    seen = arrives()
    seen.begins()
    seen.visit.goes_to("/en/")
    _chooses(seen.visit, "Statistics")
    _walks(seen)
    assert seen.table() == expected("statistics")


def _chooses(visit: WatchedVisit, purpose: str) -> None:
    visit.answer("Choose").click()
    visit.choices.get_by_role("checkbox", name=purpose).check()
    visit.choices.get_by_role("button", name="Save my choice").click()
    expect(visit.question).to_have_count(0)
