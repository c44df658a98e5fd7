"""The number on Wagtail's menu, on pages that have nothing to do with the chat."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer


@pytest.fixture
def admin(site: SiteServer, new_context: ContextMaker) -> Agent:
    """Somebody who edits pages and answers visitors."""
    agent = logs_in(new_context, site, "admin").opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def asks(site: SiteServer, new_context: ContextMaker, question: str) -> None:
    """A visitor comes and asks."""
    visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visit.says(question)


def test_a_visitor_is_announced_on_an_edit_screen_and_the_unsaved_form_stays(
    admin: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    edit = admin.page
    asks(site, new_context, "Somebody who waits already")
    edit.goto(f"{site.url}/admin/pages/")
    address = edit.locator('a[href*="/edit/"]').first.get_attribute("href")
    edit.goto(f"{site.url}{address}")
    title = edit.locator("#id_title")
    expect(title).to_be_visible()
    # Only what is typed now may be here afterwards: nothing is saved behind our back.
    edit.route(re.compile("/edit/"), lambda route: route.abort())
    title.press("ControlOrMeta+a")
    title.press_sequentially("An unfinished title")
    edit.evaluate("window.sameDocument = true")
    badge = edit.locator(".livechat-badge__number")
    expect(badge).to_be_visible()
    before = int(badge.inner_text())

    asks(site, new_context, "Can you hear me from there?")

    expect(badge).to_have_text(str(before + 1))
    expect(edit).to_have_title(re.compile(rf"^\({before + 1}\) "))
    expect(edit.get_by_text("Live chat: a visitor is waiting.")).to_have_attribute("role", "status")
    expect(title).to_have_value("An unfinished title")
    expect(title).to_be_focused()
    assert edit.evaluate("window.sameDocument") is True


def test_the_number_goes_down_when_a_colleague_picks_up(
    admin: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, site, "ada").opens_console()
    ada.takes_at_most(50)
    for question in ("Somebody else, later", "Whoever is free, please"):
        asks(site, new_context, question)
        expect(ada.row(question)).to_be_visible()
    dashboard = admin.page
    dashboard.goto(f"{site.url}/admin/")
    badge = dashboard.locator(".livechat-badge__number")
    expect(badge).to_be_visible()
    before = int(badge.inner_text())

    ada.picks_up("Whoever is free, please")

    expect(badge).to_have_text(str(before - 1))


def test_on_a_phone_the_number_is_on_the_button_of_the_menu(
    site: SiteServer, new_context: ContextMaker
) -> None:
    agent = logs_in(new_context, site, "admin", viewport={"width": 360, "height": 740})
    asks(site, new_context, "Do you see me on a phone?")
    agent.page.goto(f"{site.url}/admin/")
    toggle = agent.page.get_by_role("button", name="Toggle sidebar")
    number = toggle.locator(".livechat-badge")
    expect(number).to_be_visible()
    expect(number).to_be_in_viewport(ratio=1)
    before = int(number.inner_text())
    asks(site, new_context, "And me?")
    expect(number).to_have_text(str(before + 1))
    toggle.click()
    expect(agent.page.locator(".livechat-badge__number")).to_be_in_viewport()
    toggle.click()
    expect(number).to_have_text(str(before + 1))


def test_the_number_stays_when_the_menu_is_folded(
    admin: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    asks(site, new_context, "Do you see me when folded?")
    dashboard = admin.page
    dashboard.goto(f"{site.url}/admin/")
    badge = dashboard.locator(".livechat-badge__number")
    expect(badge).to_be_visible()

    for _ in range(3):
        dashboard.get_by_role("button", name="Toggle sidebar").click()
        expect(badge).to_be_visible()
    entry = dashboard.locator("[data-controller~=livechat-badge]")
    expect(entry).to_contain_text("waiting")
