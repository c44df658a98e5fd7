"""A visitor with two tabs: what is chosen in one holds in both, what is begun in both is kept."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitors import Visit
from tests.browser.wired_agent import WiredAgent


def sharing(visit: Visit) -> bool:
    """Whether the menu says that the page is shown; the menu is closed again."""
    switch = visit.opens_menu().get_by_role("switch", name="Show the team")
    on = switch.get_attribute("aria-checked") == "true"
    visit.page.keyboard.press("Escape")
    return on


def shown(card: dict[str, object]) -> str:
    page = card["page"]
    return str(page["url"]) if isinstance(page, dict) else ""


def test_the_page_is_shown_from_the_first_message_on(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive("/en/delivery/").opens()
    visit.opens_menu().get_by_role("switch", name="Show the team").click()
    bar = visit.panel.locator(".sharing")
    expect(bar).to_contain_text("The team will see that you are on")
    conversation = visit.asks_further(wired_ada, "Do you deliver to here?")
    wired_ada.sees_card(conversation, lambda card: "/delivery/" in shown(card))
    expect(bar).to_contain_text("The team sees that you are on")


def test_what_one_tab_takes_back_no_other_tab_shows_again(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    first = arrive("/en/delivery/")
    conversation = first.asks(wired_ada, "What do you see of me?")
    first.opens_menu().get_by_role("switch", name="Show the team").click()
    wired_ada.sees_card(conversation, lambda card: "/delivery/" in shown(card))
    second = arrive("/en/books/", page=first.page.context.new_page())
    expect(second.panel.locator(".sharing")).to_contain_text("The team sees")
    wired_ada.sees_card(conversation, lambda card: "/books/" in shown(card))

    wired_ada.updates.clear()
    second.opens_menu().get_by_role("switch", name="Show the team").click()
    wired_ada.sees_card(conversation, lambda card: not shown(card))
    for visit in (first, second):
        expect(visit.panel.locator(".sharing")).to_have_count(0)
    # The first tab notes something of its own, and both go to other pages.
    first.panel.get_by_role("button", name="Close chat").click()
    first.goes_to("/en/opening-hours/").opens()
    second.goes_to("/en/events/")
    first.sees_texts("What do you see of me?")
    assert [sharing(visit) for visit in (first, second)] == [False, False]
    thread = wired_ada.follow(conversation)
    assert not shown(thread["card"])


def test_a_page_that_is_still_shown_is_seen_to_be_and_is_taken_back(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    """The browser's memory of the choice is lost, and the next page makes it good."""
    visit = arrive("/en/delivery/")
    conversation = visit.asks(wired_ada, "Am I seen?")
    visit.opens_menu().get_by_role("switch", name="Show the team").click()
    wired_ada.sees_card(conversation, lambda card: "/delivery/" in shown(card))
    visit.page.evaluate(
        "key => localStorage.setItem(key, JSON.stringify("
        "{...JSON.parse(localStorage.getItem(key)), sharing: false}))",
        "livechat:1:state",
    )
    wired_ada.updates.clear()
    visit.goes_to("/en/books/")
    wired_ada.sees_card(conversation, lambda card: not shown(card))
    expect(visit.panel.locator(".sharing")).to_have_count(0)


def test_two_texts_that_were_begun_are_both_kept(arrive: Arrive, wired_ada: WiredAgent) -> None:
    first = arrive()
    conversation = first.asks(wired_ada, "I have two tabs.")
    second = arrive("/en/books/", page=first.page.context.new_page())
    second.sees_texts("I have two tabs.")
    first.writes("begun in the first")
    expect(second.field).to_have_value("begun in the first")
    # The browser loses what the tabs had in common, and each goes on by itself.
    first.page.evaluate("localStorage.removeItem('livechat:1:draft')")
    expect(second.field).to_have_value("")
    second.writes("begun in the second")

    second.field.press("Enter")
    expect(second.field).to_have_value("")
    expect(first.field).to_have_value("begun in the first")
    first.goes_to("/en/events/")
    expect(first.field).to_have_value("begun in the first")
    first.says("begun in the first")
    wired_ada.sees_card(conversation, lambda card: card["excerpt"] == "begun in the first")
    assert wired_ada.texts_of(conversation)[1:] == ["begun in the second", "begun in the first"]
