"""Everybody who plays a part in the journeys, each with a browser of their own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.servers import SiteServer, site_server

Staff = Callable[[str], Agent]


@pytest.fixture
def shop(bookshop_file: Path, tmp_path: Path) -> Iterator[SiteServer]:
    """A bookshop of one's own, where nobody has said anything yet and nobody is there."""
    copy = tmp_path / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}") as server:
        yield server


@pytest.fixture
def comes_to_work(shop: SiteServer, new_context: ContextMaker) -> Staff:
    """A member of staff logs in, opens the console and is available."""

    def comes(username: str) -> Agent:
        agent = logs_in(new_context, shop, username).opens_console()
        agent.is_now("Available")
        expect(agent.page.get_by_role("radio", name="Available")).to_be_checked()
        return agent

    return comes
