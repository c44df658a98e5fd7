"""The screens of the study, in every light and on a telephone."""

from __future__ import annotations

import re
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

# Run in the bookshop's own project: what was said, and a study that is under way elsewhere.
SAID = """
from datetime import timedelta
from wagtail.models import Page, Site
from tests.study.conversations import HOURS, OPEN, VOUCHERS, asked
from wagtail_livechat import clock
from wagtail_livechat.study.models import StudyRun
shop = Site.objects.get(is_default_site=True)
books = Page.objects.get(slug="books", locale__language_code="en")
asked(shop, HOURS, OPEN, page_id=books.pk)
asked(shop, VOUCHERS, page_id=books.pk)
asked(shop, ["هل عندكم قصص للأطفال؟"] * 3, "نعم، عندنا قصص للأطفال.")
later = clock.now() + timedelta(days=1)
StudyRun.objects.create(
    site=Site.objects.get(is_default_site=False),
    state="running", share=0.42, queued_at=later, seen_at=later,
)
"""


@pytest.fixture(scope="module")
def studied(bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    """A strict bookshop that was studied once, and another site of which the study goes on."""
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


@pytest.mark.parametrize("look", LOOKS)
def test_one_group_and_what_to_make_of_it(
    studied: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = administrator(new_context, studied, look)
    page.goto(studied.url + STUDY)
    page.get_by_role("link", name="What are your opening hours").click()
    expect(page.get_by_role("table", name="Excerpts").get_by_role("row")).to_have_count(6)
    button = page.get_by_role("button", name="Draft a canned reply")
    expect(button).to_be_visible()
    # Its icon leaves room for its words.
    assert button.evaluate("button => button.scrollHeight <= button.clientHeight")
    assert_accessible(page, within="main")
    assert fits(page)


@pytest.mark.parametrize("look", LOOKS)
def test_how_far_the_study_is(studied: SiteServer, new_context: ContextMaker, look: str) -> None:
    page = administrator(new_context, studied, look)
    page.goto(studied.url + STUDY)
    page.get_by_label("Site", exact=True).select_option(index=1)
    page.get_by_role("button", name="Show", exact=True).click()
    bar = page.get_by_role("progressbar", name="How far the study is")
    expect(bar).to_have_attribute("value", "42")
    expect(page.get_by_role("status").filter(has_text="Under way")).to_be_visible()
    expect(page.get_by_role("button", name="Study now")).to_be_disabled()
    assert_accessible(page, within="main")
    assert fits(page)


@pytest.mark.parametrize("look", LOOKS)
def test_what_nobody_answered_is_beside_the_page(
    studied: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = administrator(new_context, studied, look)
    page.goto(f"{studied.url}/admin/pages/search/?q=Books")
    page.get_by_role("link", name="Books", exact=True).first.click()
    page.wait_for_url(re.compile(r"/pages/\d+/"))
    number = re.search(r"/pages/(\d+)/", page.url)
    assert number is not None
    page.goto(f"{studied.url}/admin/pages/{number[1]}/edit/")
    page.get_by_role("button", name="Toggle questions of visitors").click()
    panel = page.locator("[data-side-panel=livechat-questions]")
    expect(panel.get_by_role("link", name="Do you sell gift vouchers?")).to_be_visible()
    assert_accessible(page, within="[data-side-panel=livechat-questions]")

    panel.get_by_role("link", name="All that was asked on this page").click()
    expect(page.locator("main")).to_contain_text("Only what was asked on the page “Books”.")
    expect(page.get_by_role("link", name="What are your opening hours")).to_be_visible()
