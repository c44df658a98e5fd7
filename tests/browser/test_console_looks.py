"""The console in Wagtail's themes, on a phone, from right to left, and under axe."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

# The broken picture of an account is Wagtail's own, and so is its sidebar.
OURS = ".lc-console"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def ada(site: SiteServer, new_context: ContextMaker, **options: Any) -> Agent:
    agent = logs_in(new_context, site, "ada", **options).opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def asks(site: SiteServer, new_context: ContextMaker, question: str) -> Visit:
    visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visit.says(question)
    return visit


def left_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    site: SiteServer, new_context: ContextMaker, scheme: str
) -> None:
    agent = ada(site, new_context, color_scheme=scheme)
    visitor = asks(site, new_context, f"Is it well lit, {scheme}?")
    expect(agent.row(f"Is it well lit, {scheme}?")).to_be_visible()
    dark = agent.page.evaluate(
        "getComputedStyle(document.querySelector('.lc-console')).colorScheme"
    )
    assert ("dark" in dark) == (scheme == "dark")
    assert_accessible(agent.page, within=OURS)

    agent.picks_up(f"Is it well lit, {scheme}?")
    agent.replies("Quite. https://example.com/")
    visitor.says("Thank you")
    expect(agent.log).to_contain_text("Thank you")
    assert_accessible(agent.page, within=OURS)

    agent.presses("Internal note")
    agent.writes("Asks about lamps.")
    assert_accessible(agent.page, within=OURS)
    agent.presses("Add the note")
    agent.presses("Close")
    expect(agent.page.get_by_role("alertdialog")).to_be_visible()
    agent.page.locator(".lc-team summary").click()
    agent.page.locator(".lc-keys summary").click()
    assert_accessible(agent.page, within=OURS)

    agent.page.locator(".lc-keys summary").click()
    agent.context.set_offline(True)
    expect(agent.page.locator(".lc-banner--lost")).to_be_visible()
    assert_accessible(agent.page, within=OURS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_has_waited_long_can_be_read_on_the_chosen_row(
    site: SiteServer, new_context: ContextMaker, scheme: str
) -> None:
    agent = ada(site, new_context, color_scheme=scheme)
    agent.page.add_init_script("const now = Date.now; Date.now = () => now() + (window.later ?? 0)")
    agent.opens_console()
    asks(site, new_context, f"Is it late, {scheme}?")
    agent.opens(f"Is it late, {scheme}?")
    agent.page.evaluate("window.later = 240_000")
    expect(agent.page.locator(".lc-row[aria-current] .lc-wait--late")).to_be_visible()
    assert_accessible(agent.page, within=OURS)


def test_queue_and_conversation_are_landmarks(site: SiteServer, new_context: ContextMaker) -> None:
    agent = ada(site, new_context)
    asks(site, new_context, "Where am I?")
    agent.opens("Where am I?")
    expect(agent.page.get_by_role("region", name="Conversations")).to_be_visible()
    expect(agent.page.get_by_role("region", name=re.compile("^Conversation with"))).to_be_visible()
    expect(agent.page.get_by_role("log", name="Messages")).to_be_visible()
    expect(agent.page.get_by_role("heading", level=2)).to_have_count(1)


def test_on_a_phone_one_pane_at_a_time(site: SiteServer, new_context: ContextMaker) -> None:
    agent = ada(site, new_context, **PHONE)
    asks(site, new_context, "Is there room for two?")
    page = agent.page
    queue = page.get_by_role("region", name="Conversations")
    agent.row("Is there room for two?").tap()

    expect(agent.log).to_contain_text("Is there room for two?")
    expect(queue).not_to_be_visible()
    # A finger gets no keyboard unasked, but everything is there.
    expect(agent.composer).not_to_be_focused()
    expect(agent.composer).to_be_in_viewport()
    agent.presses("Pick up")
    expect(agent.head).to_contain_text("You answer")
    agent.replies("Just enough.")
    expect(agent.message("Just enough.")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('#main').scrollWidth") <= 360
    assert_accessible(page, within=OURS)

    page.get_by_role("button", name="Back to the conversations").tap()
    expect(queue).to_be_visible()
    expect(agent.row("Just enough.")).to_be_visible()
    assert_accessible(page, within=OURS)


def test_from_right_to_left_everything_changes_sides(
    site: SiteServer, new_context: ContextMaker
) -> None:
    agent = ada(site, new_context)
    asks(site, new_context, "من اليمين؟ (yes!)")
    agent.picks_up("من اليمين؟ (yes!)")
    agent.replies("From the right.")
    theirs, ours = agent.message("من اليمين"), agent.message("From the right.")
    queue = agent.page.get_by_role("region", name="Conversations")
    assert left_of(queue) < left_of(agent.conversation)
    assert left_of(theirs.locator(".lc-bubble")) < left_of(ours.locator(".lc-bubble"))

    agent.page.evaluate("document.documentElement.dir = 'rtl'")
    assert left_of(queue) > left_of(agent.conversation)
    assert left_of(theirs.locator(".lc-bubble")) > left_of(ours.locator(".lc-bubble"))
    # What somebody wrote keeps its own direction, whatever the admin's is.
    text = theirs.locator(".lc-text")
    assert text.evaluate("(element) => getComputedStyle(element).direction") == "rtl"
    text = ours.locator(".lc-text")
    assert text.evaluate("(element) => getComputedStyle(element).direction") == "ltr"
    assert agent.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_large_text_and_a_short_window_leave_room_to_write(
    site: SiteServer, new_context: ContextMaker
) -> None:
    agent = ada(site, new_context, viewport={"width": 640, "height": 400})
    asks(site, new_context, "Can you still write?")
    agent.picks_up("Can you still write?")
    expect(agent.composer).to_be_in_viewport(ratio=1)
    agent.replies("I can.")
    expect(agent.message("I can.")).to_be_in_viewport()
