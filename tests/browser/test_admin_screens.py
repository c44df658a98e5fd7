"""The chat's screens in Wagtail's admin, besides the console: in every light, and narrow."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import Arrive
from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.wired_agent import WiredAgent
from tests.servers import SiteServer

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
    "forced colours": {"forced_colors": "active"},
}
SETTINGS = "/admin/settings/wagtail_livechat/livechatsettings/"
FORMS = {
    SETTINGS: "form[data-edit-form]",
    "/admin/account/#tab-livechat": "form[data-edit-form]",
    "/admin/settings/wagtail_livechat/stucksettings/": "form[data-edit-form]",
    # The rest of this form is Wagtail's own, and its tables are wider than a telephone.
    "/admin/groups/new/": "#livechat-conversations-permissions-section",
    "/admin/groups/new/#watching": "#livechat-watching-permissions-section",
}


def fits(page: Page) -> bool:
    return bool(page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth"))


def administrator(new_context: ContextMaker, site: SiteServer, **look: Any) -> Page:
    page = logs_in(new_context, site, "admin", **look).page
    # These are Wagtail's heaviest pages, and the machine may have more to do.
    page.set_default_timeout(60_000)
    return page


@pytest.mark.parametrize("look", LOOKS)
def test_every_form_can_be_used_by_everybody(
    strict_site: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = administrator(new_context, strict_site, **LOOKS[look])
    for address, part in FORMS.items():
        page.goto(strict_site.url + address)
        expect(page.get_by_role("button", name=re.compile("Save|Create")).first).to_be_visible()

        assert_accessible(page, within=part)
        if part.startswith("form"):
            assert fits(page)


def test_an_agent_of_the_demo_saves_the_own_account(
    new_context: ContextMaker, site: SiteServer
) -> None:
    # Saving gives the session another name: not the one that others remember.
    page = logs_in(new_context, site, "ada", remembered=False).page
    page.goto(site.url + "/admin/account/#tab-livechat")
    capacity = page.locator("[name$=capacity]")
    capacity.fill("7")
    capacity.press("Enter")
    expect(page.locator(".messages")).to_contain_text("successfully")
    page.goto(site.url + "/admin/account/#tab-livechat")
    expect(capacity).to_have_value("7")


@pytest.mark.parametrize("look", LOOKS)
def test_a_transcript_is_read_from_the_closed_conversation(
    arrive: Arrive,
    wired_ada: WiredAgent,
    strict_site: SiteServer,
    new_context: ContextMaker,
    look: str,
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, f"Is it {look} in the reading room?")
    wired_ada.reply(conversation, "هل تريد مصباحًا؟")
    wired_ada.close_conversation(conversation)

    page = administrator(new_context, strict_site, **LOOKS[look])
    page.goto(f"{strict_site.url}/admin/livechat/#{conversation}")
    page.get_by_role("link", name="Transcript").click()

    expect(page.get_by_role("heading", level=2).first).to_contain_text("Conversation")
    expect(page.get_by_role("cell", name=f"Is it {look} in the reading room?")).to_be_visible()
    arabic = page.get_by_role("cell", name="هل تريد مصباحًا؟")
    assert arabic.evaluate("cell => getComputedStyle(cell).direction") == "rtl"
    expect(page.get_by_role("cell", name="Ada ada")).to_be_visible()
    assert_accessible(page)
    assert fits(page)


def test_an_editor_switches_the_chat_off_on_a_page_and_below(
    arrive: Arrive, strict_site: SiteServer, new_context: ContextMaker
) -> None:
    visit = arrive("/en/books/")
    expect(visit.launcher).to_be_visible()
    page = administrator(new_context, strict_site)
    page.goto(f"{strict_site.url}/admin/pages/search/?q=Books")
    page.get_by_role("link", name="Books", exact=True).first.click()
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name="Chat on this page").click()
    here = page.get_by_role("row", name="Chat")
    expect(here).to_contain_text("As in the settings of the site.")
    assert_accessible(page)

    said = page.get_by_role("group", name="Chat", exact=True)
    said.get_by_role("radio", name="Off, here and below").check()
    page.get_by_role("button", name="Save").click()

    try:
        expect(here).to_contain_text("Off This page says so.")
        visit.page.reload()
        assert visit.page.locator("script[data-livechat]").count() == 0
        visit.goes_to("/en/")
        expect(visit.launcher).to_be_visible()
    finally:
        said.get_by_role("radio", name="Inherit").check()
        page.get_by_role("button", name="Save").click()
        expect(here).to_contain_text("As in the settings of the site.")


def test_whoever_may_sees_who_looked_at_what(
    strict_site: SiteServer, new_context: ContextMaker
) -> None:
    page = administrator(new_context, strict_site)
    page.goto(f"{strict_site.url}/admin/livechat/access/")

    newest = page.get_by_role("row").nth(1)
    expect(newest).to_contain_text("Viewed this log")
    expect(newest).to_contain_text("admin")
    assert_accessible(page, within="#listing-results")


def test_a_visitor_reads_the_charter(strict_site: SiteServer, new_context: ContextMaker) -> None:
    page = new_context().new_page()
    page.goto(f"{strict_site.url}/en/live-help/")

    charter = page.locator(".livechat-charter")
    expect(charter.get_by_role("heading", name="How long it is kept")).to_be_visible()
    expect(charter).to_contain_text("90 days after its last word")
    assert_accessible(page)


def test_an_editor_is_told_which_colour_can_be_read(
    strict_site: SiteServer, new_context: ContextMaker
) -> None:
    page = administrator(new_context, strict_site)
    page.goto(strict_site.url + SETTINGS)
    page.get_by_label("Accent colour").fill("#7b7b7b")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("main")).to_contain_text("The nearest shade that works is")
    # Wagtail's own banner above the form fades in.
    assert_accessible(page, within="form[data-edit-form]")
