"""Everybody who plays a part in the journeys, each with a browser of their own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.watching import let_the_shop_watch
from tests.servers import SiteServer, site_server

Staff = Callable[..., Agent]


@pytest.fixture
def shop(bookshop_file: Path, tmp_path: Path) -> Iterator[SiteServer]:
    """A bookshop of one's own, where nobody has said anything yet and nobody is there."""
    copy = tmp_path / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}") as server:
        yield server


@pytest.fixture
def watching_shop(bookshop_file: Path, tmp_path: Path) -> Iterator[SiteServer]:
    """The same, with a banner that asks, and staff who may watch and invite."""
    database = watching_file(tmp_path)
    shutil.copy(bookshop_file, database)
    let_the_shop_watch(f"sqlite:///{database}")
    with site_server(database=f"sqlite:///{database}") as server:
        yield server


def watching_file(folder: Path) -> Path:
    """Where `watching_shop` keeps its rows."""
    return folder / "watching.sqlite3"


@pytest.fixture
def comes_to_work(request: pytest.FixtureRequest, new_context: ContextMaker) -> Staff:
    """A member of staff logs in, opens the console and is available; at the shop, or elsewhere."""

    def comes(username: str, site: SiteServer | None = None) -> Agent:
        site = site or request.getfixturevalue("shop")
        agent = logs_in(new_context, site, username).opens_console()
        agent.is_now("Available")
        expect(agent.page.get_by_role("radio", name="Available")).to_be_checked()
        return agent

    return comes
