"""An editor writes a trigger in the admin, by keyboard if need be, and visitors are asked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.watching import Watcher
from tests.servers import SiteServer

TRIGGERS = "/admin/livechat/triggers/"
BUILDER = ".livechat-conditions"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}


def editor(new_context: ContextMaker, site: SiteServer, **look: Any) -> Page:
    page = logs_in(new_context, site, "admin", **look).page
    # These are Wagtail's heaviest pages, and the machine may have more to do.
    page.set_default_timeout(60_000)
    return page


def test_a_trigger_is_written_and_asks_the_next_visitor(
    come_by: ComeBy, watcher: Watcher, watching_site: SiteServer, new_context: ContextMaker
) -> None:
    page = editor(new_context, watching_site)
    page.goto(f"{watching_site.url}{TRIGGERS}add/")
    page.get_by_role("textbox", name="Name").fill("Lost among authors")
    page.get_by_role("textbox", name="Question").fill("Do you miss somebody here?")
    builder = page.locator(BUILDER)
    builder.get_by_label("What it is about").select_option("The page is …")
    builder.get_by_role("button", name="Choose a page").click()
    page.locator(".modal").get_by_role("textbox", name="Search").fill("Authors")
    page.locator(".modal").get_by_role("link", name="Authors", exact=True).first.click()
    expect(builder.locator("output")).to_have_text("Authors")
    builder.get_by_role("button", name="Add a condition").click()
    second = builder.locator(".livechat-conditions__row").nth(1)
    expect(second.get_by_label("What it is about")).to_be_focused()
    second.get_by_label("What it is about").select_option("Seconds on the page, at least …")
    second.get_by_role("spinbutton").fill("1")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("main")).to_contain_text("Lost among authors")
    expect(page.locator("main")).to_contain_text("Everybody: no consent needed")

    visit = come_by("/en/authors/")
    expect(visit.card).to_contain_text("Do you miss somebody here?")
    expect(visit.card).to_contain_text("Automatic message")

    page.get_by_role("link", name="Lost among authors").first.click()
    expect(builder.locator("output").first).to_have_text("Authors")
    expect(builder.locator(".livechat-conditions__row")).to_have_count(2)


def test_conditions_are_built_with_the_keyboard_alone(
    watching_site: SiteServer, new_context: ContextMaker
) -> None:
    page = editor(new_context, watching_site)
    page.goto(f"{watching_site.url}{TRIGGERS}add/")
    builder = page.locator(BUILDER)
    first = builder.get_by_label("What it is about")
    first.focus()
    first.select_option("returning")
    page.keyboard.press("Tab")
    expect(builder.get_by_role("button", name="Remove").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(builder.get_by_role("button", name="Add a condition")).to_be_focused()
    page.keyboard.press("Enter")
    rows = builder.locator(".livechat-conditions__row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).get_by_label("What it is about")).to_be_focused()
    expect(builder.get_by_role("status")).to_have_text("Condition added.")
    rows.nth(1).get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.first.get_by_label("What it is about")).to_be_focused()
    expect(builder.get_by_role("status")).to_have_text("Condition removed.")


@pytest.mark.parametrize("look", LOOKS)
def test_the_builder_can_be_used_by_everybody(
    watching_site: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = editor(new_context, watching_site, **LOOKS[look])
    page.goto(f"{watching_site.url}{TRIGGERS}add/")
    builder = page.locator(BUILDER)
    for number, kind in enumerate(("page", "page_type", "hours", "tags", "stuck_reasons")):
        if number:
            builder.get_by_role("button", name="Add a condition").first.click()
        builder.get_by_label("What it is about").nth(number).select_option(kind)
    builder.get_by_role("button", name="Add a group").click()
    expect(builder.get_by_label("The trigger speaks if")).to_be_visible()
    assert_accessible(page, within=BUILDER)
    assert builder.evaluate("box => box.scrollWidth <= box.clientWidth")


def test_why_not_shown_can_be_read_by_everybody(
    watching_site: SiteServer, new_context: ContextMaker
) -> None:
    page = editor(new_context, watching_site)
    page.goto(watching_site.url + TRIGGERS)
    page.get_by_role("link", name="Gift cards").first.click()
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name="Why not shown?").click()
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("heading", name="It is not shown.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("The page is “Gift cards”.")
    assert_accessible(page)


def test_the_preview_shows_the_card_that_visitors_see(
    watching_site: SiteServer, new_context: ContextMaker
) -> None:
    page = editor(new_context, watching_site)
    page.goto(watching_site.url + TRIGGERS)
    page.get_by_role("link", name="Gift cards").first.click()
    page.get_by_role("button", name="Toggle preview").click()
    card = page.frame_locator("#w-preview-iframe").locator("livechat-assist")
    expect(card.get_by_text("Shall we help you choose?")).to_be_visible()
    expect(card.get_by_role("button", name="No, thanks")).to_be_visible()
