"""The console's line to the server: shared by the tabs of a browser, lost, and back again."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

STAFF_SOCKET = re.compile("/staff/ws/")


@pytest.fixture
def ada(site: SiteServer, new_context: ContextMaker) -> Agent:
    return at_work(logs_in(new_context, site, "ada"))


def at_work(agent: Agent) -> Agent:
    agent.opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def asks(site: SiteServer, new_context: ContextMaker, question: str) -> Visit:
    visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visit.says(question)
    return visit


def test_a_lost_line_is_told_and_what_was_missed_is_shown_when_it_is_back(
    ada: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    visitor = asks(site, new_context, "Is the reading tonight?")
    ada.picks_up("Is the reading tonight?")
    ada.replies("It is, at eight.")
    visitor.sees_texts("Is the reading tonight?", "It is, at eight.")

    ada.context.set_offline(True)
    banner = ada.page.locator(".lc-banner--lost")
    expect(banner).to_contain_text("The connection is lost")
    visitor.says("Who reads?")
    visitor.says("And may I bring a friend?")
    ada.replies("Written without a line.")
    expect(ada.message("Written without a line.")).to_contain_text("Will be sent")

    ada.context.set_offline(False)
    expect(banner).to_have_count(0)
    expect(ada.log.get_by_text("Missed while you were away")).to_be_visible()
    expect(ada.message("Written without a line.")).to_contain_text(re.compile("Sent|Seen"))
    expect(ada.log.locator(".lc-bubble")).to_have_text(
        [
            "Is the reading tonight?",
            "It is, at eight.",
            "Who reads?",
            "And may I bring a friend?",
            "Written without a line.",
        ]
    )
    expect(visitor.texts).to_have_count(5)
    expect(visitor.texts.last).to_have_text("Written without a line.")


def test_what_was_on_its_way_when_the_page_was_reloaded_arrives_once(
    site: SiteServer, new_context: ContextMaker
) -> None:
    deaf = Deaf()
    ada = logs_in(new_context, site, "ada")
    ada.context.route_web_socket(STAFF_SOCKET, deaf)
    at_work(ada)
    visitor = asks(site, new_context, "Does this arrive?")
    ada.picks_up("Does this arrive?")

    deaf.swallows("reply.send")
    ada.replies("Once, and only once.")
    expect(ada.message("Once, and only once.")).to_contain_text("Sending")
    deaf.swallows(None)
    ada.page.reload()

    visitor.sees_texts("Does this arrive?", "Once, and only once.")
    expect(ada.message("Once, and only once.")).to_contain_text(re.compile("Sent|Seen"))
    expect(ada.message("Once, and only once.")).to_have_count(1)


class Deaf:
    """A line on which one kind of command is lost on its way to the server."""

    def __init__(self) -> None:
        self._kind: str | None = None

    def __call__(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(lambda frame: None if self._loses(frame) else server.send(frame))
        server.on_message(browser.send)

    def _loses(self, frame: str | bytes) -> bool:
        return self._kind is not None and self._kind in str(frame)

    def swallows(self, kind: str | None) -> None:
        self._kind = kind


def test_the_tabs_of_a_browser_share_one_socket_and_the_next_takes_it_over(
    site: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, site, "ada")
    sockets: list[tuple[Page, str]] = []
    ada.context.on(
        "page", lambda page: page.on("websocket", lambda ws: sockets.append((page, ws.url)))
    )
    ada.page = ada.context.new_page()
    at_work(ada)
    visitor = asks(site, new_context, "How many are you?")
    ada.picks_up("How many are you?")

    second = ada.opens_tab()
    third = ada.opens_tab("/admin/")
    second.locator("#livechat-tab-mine").click()
    second.locator(".lc-row", has_text="How many are you?").click()
    expect(second.get_by_role("log")).to_contain_text("How many are you?")
    assert [page for page, _ in sockets] == [ada.page]

    # What one tab writes, the other one shows.
    ada.replies("One, with many windows.")
    expect(second.get_by_role("log")).to_contain_text("One, with many windows.")

    ada.page.close()
    visitor.says("And now?")
    expect(second.get_by_role("log")).to_contain_text("And now?")
    assert len(sockets) == 2
    second.get_by_role("textbox").fill("Still one.")
    second.get_by_role("textbox").press("Enter")
    expect(visitor.texts.last).to_have_text("Still one.")
    assert not third.is_closed()


def test_who_logs_out_in_another_tab_is_told(site: SiteServer, new_context: ContextMaker) -> None:
    ada = logs_in(new_context, site, "ada", remembered=False)
    at_work(ada)
    elsewhere = ada.opens_tab("/admin/account/")
    elsewhere.evaluate(
        """() => fetch("/admin/logout/", {
            method: "POST", headers: {[wagtailConfig.CSRF_HEADER_NAME]: wagtailConfig.CSRF_TOKEN}
        })"""
    )
    alert = ada.page.locator(".lc-banner--lost")
    # As its socket says, or as it is told when it asks for the next one: which comes first.
    expect(alert).to_contain_text(re.compile("session has ended|logged out"), timeout=30_000)
    expect(alert.get_by_role("button", name="Reload the page")).to_be_visible()


def test_where_sockets_are_blocked_the_console_works_over_http(
    site: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, site, "ada")
    ada.context.route_web_socket(STAFF_SOCKET, lambda browser: browser.close())
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    at_work(ada)
    visitor = asks(site, new_context, "Does the proxy eat sockets?")

    ada.picks_up("Does the proxy eat sockets?")
    ada.replies("It does, and here we are.")
    visitor.sees_texts("Does the proxy eat sockets?", "It does, and here we are.")
    visitor.says("Well done.")
    expect(ada.log).to_contain_text("Well done.")
    expect(ada.message("It does, and here we are.")).to_contain_text("Seen")
    expect(ada.page.locator(".lc-banner--lost")).to_have_count(0)
    assert any(url.endswith("/admin/livechat/exchange/") for url in asked)


def test_long_replies_over_http_go_in_as_many_requests_as_they_need(
    site: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, site, "ada")
    ada.context.route_web_socket(STAFF_SOCKET, lambda browser: browser.close())
    at_work(ada)
    visitors = {
        question: asks(site, new_context, question) for question in ("One poem?", "Another poem?")
    }
    for question in visitors:
        ada.shows("waiting")
        ada.picks_up(question)
    poem = "古池や蛙飛び込む水の音" * 300
    ada.context.set_offline(True)
    expect(ada.page.locator(".lc-banner--lost")).to_contain_text("The connection is lost")
    for question in visitors:
        ada.shows("mine")
        ada.opens(question)
        ada.replies(poem)

    ada.context.set_offline(False)

    for question, visitor in visitors.items():
        visitor.sees_texts(question, poem)
    ada.shows("mine")
    expect(ada.message(poem)).to_contain_text(re.compile("Sent|Seen"))
