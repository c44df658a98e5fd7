"""The conversation is there on the next page and in the next tab, as it was."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitors import comes_true
from tests.browser.wired_agent import WiredAgent


def test_the_next_page_shows_the_same_conversation_open(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "Where was I?")
    wired_ada.reply(conversation, "Here.")
    visit.sees_texts("Where was I?", "Here.")
    visit.writes("half a thought")

    visit.goes_to("/en/books/")
    visit.sees_texts("Where was I?", "Here.")
    expect(visit.field).to_have_value("half a thought")
    expect(visit.page.locator("body")).not_to_have_js_property("inert", True)
    assert visit.page.evaluate("document.activeElement === document.body")


def test_the_next_page_shows_it_closed_and_counts_what_came(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "I am browsing meanwhile.")
    visit.field.press("Escape")
    visit.goes_to("/en/books/")
    expect(visit.launcher).to_be_visible()
    expect(visit.panel).to_have_count(0)

    wired_ada.reply(conversation, "Take your time.")
    expect(visit.launcher).to_have_accessible_name("Chat with us. Unread messages: 1")
    visit.goes_to("/en/events/")
    expect(visit.launcher).to_have_accessible_name("Chat with us. Unread messages: 1")
    visit.opens()
    visit.field.press("Escape")
    expect(visit.launcher).to_have_accessible_name("Chat with us")


def test_the_reader_stands_where_the_reader_stood(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive(viewport={"width": 1000, "height": 500})
    conversation = visit.asks(wired_ada, "Tell me a long story.")
    for line in range(12):
        wired_ada.reply(conversation, f"Line {line} of the story.")
    expect(visit.texts).to_have_count(13)
    log = visit.panel.get_by_role("log")
    log.evaluate("log => { log.scrollTop = 120 }")
    comes_true(visit.page, "sessionStorage.getItem('livechat:1:place') === '120'")

    visit.goes_to("/en/books/")
    expect(visit.texts).to_have_count(13)
    comes_true(
        visit.page,
        "document.querySelector('livechat-widget').shadowRoot.querySelector('.log').scrollTop === 120",
    )
    wired_ada.reply(conversation, "And then?")
    newer = visit.panel.get_by_role("button", name="New messages: 1")
    expect(newer).to_be_visible()
    assert log.evaluate("log => log.scrollTop") == 120
    newer.click()
    expect(newer).to_have_count(0)
    expect(visit.texts.last).to_be_in_viewport()


def test_two_tabs_agree(arrive: Arrive, wired_ada: WiredAgent) -> None:
    first = arrive()
    conversation = first.asks(wired_ada, "From the first tab.")
    second = arrive("/en/books/", page=first.page.context.new_page())
    second.sees_texts("From the first tab.")
    second.says("From the second tab.")
    first.sees_texts("From the first tab.", "From the second tab.")
    wired_ada.reply(conversation, "I hear both.")
    for visit in (first, second):
        visit.sees_texts("From the first tab.", "From the second tab.", "I hear both.")
    assert wired_ada.texts_of(conversation) == [
        "From the first tab.",
        "From the second tab.",
        "I hear both.",
    ]


def test_an_unsent_message_of_a_closed_tab_is_sent_by_another(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    first = arrive()
    conversation = first.asks(wired_ada, "Two tabs, one network.")
    second = arrive("/en/books/", page=first.page.context.new_page())
    second.sees_texts("Two tabs, one network.")
    first.page.context.set_offline(True)
    expect(second.banner).to_be_visible()
    second.says("Written where there was no network.")
    first.sees_texts("Two tabs, one network.", "Written where there was no network.")
    second.page.close()
    first.page.context.set_offline(False)
    wired_ada.sees_card(conversation, lambda card: "no network" in card["excerpt"])
    expect(first.states.last).to_have_text("Sent")
    assert wired_ada.texts_of(conversation) == [
        "Two tabs, one network.",
        "Written where there was no network.",
    ]


def test_another_visitor_sees_nothing_of_it(arrive: Arrive, wired_ada: WiredAgent) -> None:
    arrive().asks(wired_ada, "Between us.")
    stranger = arrive().opens()
    expect(stranger.panel.locator(".welcome")).to_be_visible()
    stranger.sees_texts()
