"""The console without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer


@pytest.fixture
def ada(site: SiteServer, new_context: ContextMaker) -> Agent:
    agent = logs_in(new_context, site, "ada").opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The keyboard does not reach {selector}.")


def asks(site: SiteServer, new_context: ContextMaker, question: str) -> Visit:
    visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visit.says(question)
    return visit


def test_a_conversation_from_the_first_key_to_the_last(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    visitor = asks(site, new_context, "Do you hear keys?")
    expect(ada.row("Do you hear keys?")).to_be_visible()
    page = ada.page
    page.reload()
    expect(ada.row("Do you hear keys?")).to_be_visible()
    keys = page.keyboard

    tab_to(page, "[name=livechat-availability]")
    tab_to(page, "[role=tab][aria-selected=true]")
    keys.press("ArrowRight")
    expect(page.get_by_role("tab", name="Mine")).to_be_focused()
    keys.press("ArrowLeft")
    tab_to(page, ".lc-row")
    keys.press("End")
    keys.press("Home")
    while "Do you hear keys?" not in page.evaluate("document.activeElement.textContent"):
        here = page.evaluate("document.activeElement.dataset.conversation")
        keys.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.conversation") != here
    keys.press("Enter")

    expect(ada.composer).to_be_focused()
    keys.type("I do,")
    keys.press("Shift+Enter")
    keys.type("each of them.")
    keys.press("Enter")
    visitor.sees_texts("Do you hear keys?", "I do,\neach of them.")
    expect(ada.head).to_contain_text("You answer")

    # A note, and back to the visitor by itself.
    tab_to(page, ".lc-mode--note", "Shift+Tab")
    keys.press("Enter")
    expect(ada.composer).to_be_focused()
    keys.type("Types fast.")
    keys.press("Enter")
    expect(page.get_by_role("article", name="Internal note by")).to_contain_text("Types fast.")

    # The history scrolls, the way out of the composer leads to the list.
    tab_to(page, ".lc-log__scroll", "Shift+Tab")
    tab_to(page, ".lc-field")
    keys.press("Escape")
    assert page.evaluate("document.activeElement.matches('.lc-row[aria-current]')")

    # Closing asks first, and the careful answer has the focus.
    tab_to(page, ".lc-close")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep it open")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep it open")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(ada.head).to_contain_text("Closed")


def test_the_next_conversation_is_one_key_away(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    for question in ("The earlier one", "The later one"):
        asks(site, new_context, question)
        ada.shows("Waiting")
        ada.picks_up(question)

    ada.page.keyboard.press("Alt+ArrowUp")
    expect(ada.log).to_contain_text("The earlier one")
    expect(ada.composer).to_be_focused()
    ada.page.keyboard.press("Alt+ArrowDown")
    expect(ada.log).to_contain_text("The later one")


def test_the_keyboard_is_never_trapped(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    asks(site, new_context, "Am I in the way?")
    ada.opens("Am I in the way?")
    page = ada.page
    for key in ("Tab", "Shift+Tab"):
        ada.composer.focus()
        inside = True
        for _ in range(40):
            page.keyboard.press(key)
            inside = page.evaluate("!!document.activeElement.closest('.lc-console')")
            if not inside:
                break
        assert not inside
