"""What the study found, in every light and on a telephone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.servers import SiteServer, site_server
from tests.servers.site import manage, site_environment

STUDY = "/admin/livechat/study/"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}

# Run in the bookshop's own project: what was said.
SAID = """
from wagtail.models import Page, Site
from tests.study.conversations import HOURS, OPEN, VOUCHERS, asked
shop = Site.objects.get(is_default_site=True)
books = Page.objects.get(slug="books", locale__language_code="en")
asked(shop, HOURS, OPEN, page_id=books.pk)
asked(shop, VOUCHERS, page_id=books.pk)
asked(shop, ["هل عندكم قصص للأطفال؟"] * 3, "نعم، عندنا قصص للأطفال.")
asked(shop, ["W" * 400 + " unbreakable"] * 3)
"""


@pytest.fixture(scope="module")
def studied(bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    """A strict bookshop that was studied once."""
    copy = tmp_path_factory.mktemp("studied") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    database = f"sqlite:///{copy}"
    env = site_environment(database=database)
    manage("shell", "--no-imports", "-c", SAID, env=env)
    manage("livechat_study", "--site", "localhost", env=env)
    with site_server(database=database, extra_env={"LIVECHAT_CSP": "1"}) as server:
        yield server


def administrator(new_context: ContextMaker, site: SiteServer, look: str) -> Page:
    page = logs_in(new_context, site, "admin", **LOOKS[look]).page
    page.set_default_timeout(60_000)
    return page


def fits(page: Page) -> bool:
    return bool(page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth"))


@pytest.mark.parametrize("look", LOOKS)
def test_what_recurs_is_read_by_everybody(
    studied: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = administrator(new_context, studied, look)
    page.goto(studied.url + STUDY)
    questions = page.get_by_role("table", name="Recurring questions, the most frequent first")
    expect(questions.get_by_role("link", name="What are your opening hours")).to_be_visible()
    arabic = questions.get_by_role("cell", name="هل عندكم قصص للأطفال؟")
    assert arabic.evaluate("cell => getComputedStyle(cell).direction") == "rtl"
    expect(page.get_by_role("status").filter(has_text="Finished")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    assert_accessible(page, within="main")
    assert fits(page)

    page.get_by_role("navigation", name="What is grouped").get_by_role(
        "link", name="Replies"
    ).click()
    expect(page.get_by_role("link", name="We are open on Sundays")).to_be_visible()
    assert_accessible(page, within="main")
    assert fits(page)

    page.goto(f"{studied.url}{STUDY}?show=dealt")
    expect(page.locator("main")).to_contain_text("Nothing was found.")
    assert_accessible(page, within="main")
