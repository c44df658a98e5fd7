"""A shop that is strict about scripts and styles, and an agent who is there."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.browser.watching import WatchedVisit, Watcher, let_the_shop_watch, watcher_at_work
from tests.browser.wired_agent import WiredAgent, agent_at_work
from tests.servers import SiteServer, site_server


@pytest.fixture(scope="session")
def strict_site(
    bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SiteServer]:
    """The bookshop with a content security policy that allows nothing but its own files."""
    copy = tmp_path_factory.mktemp("strict") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}", extra_env={"LIVECHAT_CSP": "1"}) as server:
        yield server


@pytest.fixture
def wired_ada(strict_site: SiteServer) -> Iterator[WiredAgent]:
    """Ada, present and available."""
    with agent_at_work(strict_site.url, "ada") as ada:
        yield ada


Arrive = Callable[..., Visit]


@pytest.fixture
def arrive(
    strict_site: SiteServer, wired_ada: WiredAgent, new_context: ContextMaker
) -> Iterator[Arrive]:
    """A visitor arrives on the shop's page; at the end, nothing was forbidden or failed."""
    visits: list[Visit] = []

    def arrives(path: str = "/en/", *, page: Page | None = None, **options: object) -> Visit:
        page = page or new_context(**options).new_page()
        visits.append(Visit(page, strict_site.url))
        return visits[-1].goes_to(path)

    yield arrives
    for visit in visits:
        assert visit.complaints == []


@pytest.fixture(scope="session")
def watching_site(
    bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SiteServer]:
    """The same strict bookshop, where visitors are asked whether they may be watched."""
    copy = tmp_path_factory.mktemp("watching") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    let_the_shop_watch(f"sqlite:///{copy}")
    with site_server(database=f"sqlite:///{copy}", extra_env={"LIVECHAT_CSP": "1"}) as server:
        yield server


ComeBy = Callable[..., WatchedVisit]


@pytest.fixture
def come_by(watching_site: SiteServer, new_context: ContextMaker) -> Iterator[ComeBy]:
    """A visitor comes by; at the end, nothing was forbidden or failed."""
    visits: list[WatchedVisit] = []

    def comes_by(
        path: str = "/en/", *, page: Page | None = None, **options: object
    ) -> WatchedVisit:
        page = page or new_context(**options).new_page()
        visits.append(WatchedVisit(page, watching_site.url))
        visits[-1].goes_to(path)
        return visits[-1]

    yield comes_by
    for visit in visits:
        assert visit.complaints == []


@pytest.fixture
def watcher(watching_site: SiteServer) -> Iterator[Watcher]:
    """Ada, who may watch and invite."""
    with watcher_at_work(watching_site.url) as ada:
        yield ada
