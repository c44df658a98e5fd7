"""The bookshop in a real browser: for everybody, in every window, under a strict policy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import assert_accessible
from tests.servers import SiteServer, site_server

pytestmark = pytest.mark.browser

ContextMaker = Callable[..., BrowserContext]
Scheme = Literal["light", "dark"]

PATHS = [
    "/en/",
    "/fr/livres/romans/",
    "/en/books/novels/to-the-lighthouse/",
    "/en/authors/",
    "/en/events/",
    "/en/questions/",
    "/en/contact/",
    "/en/search/?q=Woolf",
]


@pytest.fixture(scope="module")
def strict_site(
    bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SiteServer]:
    """The bookshop with a strict content security policy."""
    copy = tmp_path_factory.mktemp("strict") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}", extra_env={"LIVECHAT_CSP": "1"}) as server:
        yield server


def quay_of(site: SiteServer) -> str:
    """The second site is the same server by its other name."""
    return site.url.replace("localhost", "127.0.0.1")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_everybody_can_use_every_page_in_every_window(
    site: SiteServer, new_context: ContextMaker, scheme: Scheme, width: int
) -> None:
    page = new_context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
    for address in [*(site.url + path for path in PATHS), quay_of(site) + "/ar/"]:
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_strict_policy_is_sent_and_nothing_breaks_it(
    strict_site: SiteServer, new_context: ContextMaker
) -> None:
    context = new_context()
    context.add_init_script(
        "window.broken = [];"
        "document.addEventListener('securitypolicyviolation',"
        " (event) => window.broken.push(event.violatedDirective + ' ' + event.blockedURI));"
    )
    page = context.new_page()
    for path in [*PATHS, "/en/?swap=1"]:
        response = page.goto(strict_site.url + path)
        assert response is not None
        policy = response.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.broken") == []


@pytest.mark.parametrize("way", ["body", "inner"])
def test_a_swapped_page_is_shown_without_loading_one(
    site: SiteServer, page: Page, way: str
) -> None:
    page.goto(f"{site.url}/en/?swap={way}")
    page.evaluate("window.sameDocument = true; window.firstBody = document.body")

    page.get_by_role("link", name="Authors").click()
    expect(page).to_have_title("Authors · The Lamplighter")
    expect(page).to_have_url(f"{site.url}/en/authors/")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Auteurs")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Authors")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("window.firstBody === document.body") is (way == "inner")
