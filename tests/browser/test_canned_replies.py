"""Answering with what is kept ready: found, put in, sent, suggested, written and tried."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

LIST = "/admin/livechat/replies/"


@pytest.fixture
def ada(site: SiteServer, new_context: ContextMaker) -> Agent:
    agent = logs_in(new_context, site, "ada").opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def asks(site: SiteServer, new_context: ContextMaker, path: str, question: str) -> Visit:
    visit = Visit(new_context().new_page(), site.url).goes_to(path).opens()
    visit.says(question)
    return visit


@pytest.mark.parametrize(
    ("path", "question", "answer", "card"),
    [
        ("/en/", "Until when are you open?", "Hello there! We are open from", "Opening hours"),
        ("/fr/", "Vous fermez quand ?", "Bonjour à vous ! Nous sommes ouverts", "Horaires"),
    ],
)
def test_a_question_is_answered_with_five_keys(
    ada: Agent,
    site: SiteServer,
    new_context: ContextMaker,
    path: str,
    question: str,
    answer: str,
    card: str,
) -> None:
    visitor = asks(site, new_context, path, question)
    ada.row(question).click()
    keys = ada.page.keyboard
    expect(ada.composer).to_be_focused()

    keys.type("/ho")
    first = ada.page.get_by_role("option").first
    expect(first).to_contain_text(answer)
    expect(first).to_have_attribute("aria-selected", "true")
    assert_accessible(ada.page, within=".lc-composer")
    keys.press("Enter")
    expect(ada.composer).to_have_value(re.compile(f"^{re.escape(answer)}"))
    expect(ada.page.get_by_role("group", name="Sent with it")).to_contain_text(card)
    assert_accessible(ada.page, within=".lc-composer")
    keys.press("Enter")

    log = visitor.page.get_by_role("log")
    expect(log).to_contain_text(answer)
    expect(log.get_by_role("link", name=card)).to_be_visible()


def test_what_is_not_known_is_not_sent(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    visitor = asks(site, new_context, "/en/", "Which page do you mean?")
    ada.row("Which page do you mean?").click()
    keys = ada.page.keyboard
    keys.type("/here")
    expect(ada.page.get_by_role("option").first).to_contain_text("Not known")
    keys.press("Enter")
    alert = ada.page.locator("#livechat-unfilled")
    expect(alert).to_contain_text("the title of the page that the visitor shows")
    assert_accessible(ada.page, within=".lc-composer")
    keys.press("Enter")
    expect(ada.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    # The first one is selected: it is typed over; the other is still named.
    keys.type("Events")
    expect(alert).not_to_contain_text("the title")
    ada.composer.fill("I mean the page of events.")
    keys.press("Enter")
    expect(visitor.page.get_by_role("log")).to_contain_text("I mean the page of events.")
    expect(visitor.page.get_by_role("log")).not_to_contain_text("{{")


def test_what_fits_is_suggested_and_never_sent_by_itself(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    visitor = asks(site, new_context, "/en/", "Do you gift wrap?")
    ada.row("Do you gift wrap?").click()
    strip = ada.page.get_by_role("group", name="Suggestions")
    suggestion = strip.get_by_role("button", name="Gift wrapping")
    expect(suggestion).to_be_visible()
    assert_accessible(ada.page, within=".lc-composer")
    suggestion.click()
    expect(ada.composer).to_be_focused()
    expect(visitor.page.get_by_role("log")).not_to_contain_text("brown paper")
    ada.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("log")).to_contain_text("brown paper")
    expect(strip).to_be_hidden()


def test_the_library_is_written_tried_and_taken_in_with_wagtails_own_screens(
    site: SiteServer, new_context: ContextMaker
) -> None:
    editor = logs_in(new_context, site, "editor")
    page = editor.page
    page.goto(site.url + LIST)
    expect(page.get_by_role("link", name="Gift wrapping")).to_be_visible()
    assert_accessible(page, within="#main")
    page.goto(site.url + LIST + "upload/")
    expect(page.get_by_role("button", name="Take in", exact=True)).to_be_visible()
    assert_accessible(page, within="#main")
