"""What a visitor writes arrives, once and in order, whatever the network does."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.conftest import Arrive
from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.browser.wired_agent import WiredAgent, agent_at_work
from tests.servers import site_server

SOCKETS = "**/livechat/ws/"


class Line:
    """The visitor's sockets, in our hands, which are never still while the agent waits."""

    def __init__(self, page: Page, agent: WiredAgent) -> None:
        self.open: list[WebSocketRoute] = []
        self.opened = 0
        self.loses: Callable[[dict[str, object]], bool] = lambda update: False
        self.dead = False
        page.route_web_socket(SOCKETS, self._carry)
        agent.meanwhile = lambda: page.wait_for_timeout(50)

    def _carry(self, socket: WebSocketRoute) -> None:
        self.opened += 1
        if self.dead:
            socket.close(code=1011)
            return
        server = socket.connect_to_server()
        server.on_message(
            lambda frame: None if self.loses(json.loads(frame)) else socket.send(frame)
        )
        self.open.append(socket)

    def cut(self) -> None:
        while self.open:
            self.open.pop().close(code=1011)


@contextmanager
def without_requests(page: Page) -> Iterator[None]:
    """Nothing goes over HTTP either."""

    def block(route: Route) -> None:
        route.abort()

    paths = ("**/livechat/exchange/", "**/livechat/start/")
    for path in paths:
        page.route(path, block)
    yield
    for path in paths:
        page.unroute(path, block)


def test_a_line_that_is_cut_again_and_again_loses_and_doubles_nothing(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    line = Line(page, wired_ada)
    visit = arrive(page=page)
    conversation = visit.asks(wired_ada, "visitor 0")
    expected = ["visitor 0"]
    for number in range(1, 13):
        visit.says(f"visitor {number}")
        if number % 3 == 0:
            line.cut()
        card = wired_ada.sees_card(
            conversation, lambda card, said=f"visitor {number}": card["excerpt"] == said
        )
        assert card["state"] == "active"
        wired_ada.reply(conversation, f"agent {number}")
        expected += [f"visitor {number}", f"agent {number}"]
    visit.sees_texts(*expected)
    assert wired_ada.texts_of(conversation) == expected
    assert line.opened >= 2


def test_an_acknowledgement_that_is_lost_doubles_nothing_and_fails_nothing(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    line = Line(page, wired_ada)
    visit = arrive(page=page)
    conversation = visit.asks(wired_ada, "Hello.")
    # A heartbeat, a new line or a request would tell it as well.
    line.loses = lambda update: True
    with without_requests(page):
        visit.says("Did you get this?")
        wired_ada.sees_card(conversation, lambda card: "get this" in card["excerpt"])
        expect(visit.states.last).to_have_text("Sending…")
    line.loses = lambda update: False
    expect(visit.states.last).to_have_text("Sent", timeout=20_000)
    visit.sees_texts("Hello.", "Did you get this?")
    assert wired_ada.texts_of(conversation) == ["Hello.", "Did you get this?"]


def test_where_sockets_are_blocked_the_chat_works_all_the_same(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    line = Line(page, wired_ada)
    line.dead = True
    visit = arrive(page=page)
    conversation = visit.asks(wired_ada, "No sockets here.")
    expect(visit.banner).to_contain_text("messages may take a few seconds")
    wired_ada.reply(conversation, "It does not matter.")
    visit.sees_texts("No sockets here.", "It does not matter.")
    visit.says("Indeed.")
    wired_ada.sees_card(conversation, lambda card: card["excerpt"] == "Indeed.")
    assert wired_ada.texts_of(conversation) == [
        "No sockets here.",
        "It does not matter.",
        "Indeed.",
    ]
    expect(visit.states.last).to_have_text("Sent")

    # On the next page it does not try in vain for long, and still resumes.
    visit.goes_to("/en/books/")
    visit.sees_texts("No sockets here.", "It does not matter.", "Indeed.")


def test_what_was_written_without_a_network_survives_a_reload_and_is_sent_once(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    context = new_context()
    page = context.new_page()
    line = Line(page, wired_ada)
    visit = arrive(page=page)
    conversation = visit.asks(wired_ada, "Hello.")
    line.dead = True
    with without_requests(page):
        line.cut()
        visit.says("Written in the tunnel.")
        visit.writes("half a")
        expect(visit.banner).to_contain_text("Connection lost")
        expect(visit.states.last).to_have_text("Sending…")

        visit.goes_to("/en/books/")
        visit.sees_texts("Written in the tunnel.")
        expect(visit.field).to_have_value("half a")

        line.dead = False
    # Not by the button: it goes as soon as the widget has tried again by itself.
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    visit.sees_texts("Hello.", "Written in the tunnel.")
    expect(visit.states.last).to_have_text("Sent")
    assert wired_ada.texts_of(conversation) == ["Hello.", "Written in the tunnel."]


def test_a_burst_is_slowed_down_and_nothing_of_it_is_lost(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "one, two")
    said = [f"word {number}" for number in range(14)]
    for word in said:
        visit.says(word)
    wired_ada.sees_card(conversation, lambda card: card["excerpt"] == said[-1])
    visit.sees_texts("one, two", *said)
    assert wired_ada.texts_of(conversation) == ["one, two", *said]
    expect(visit.panel.locator(".failure")).to_have_count(0)


def test_a_server_that_is_killed_comes_back_and_nothing_was_lost(
    sqlite_bookshop: Callable[[], str], new_context: ContextMaker
) -> None:
    with site_server(database=sqlite_bookshop()) as server:
        with agent_at_work(server.url, "ada") as ada:
            visit = Visit(new_context().new_page(), server.url).goes_to("/en/")
            conversation = visit.asks(ada, "Before.")
        server.kill()
        visit.says("While it was gone.")
        expect(visit.banner).to_contain_text("Connection lost")
        expect(visit.states.last).to_have_text("Sending…")
        server.start()
        expect(visit.states.last).to_have_text("Sent", timeout=40_000)
        visit.sees_texts("Before.", "While it was gone.")
        with agent_at_work(server.url, "ada") as ada:
            assert ada.texts_of(conversation) == ["Before.", "While it was gone."]
            ada.reply(conversation, "I am back.")
            visit.sees_texts("Before.", "While it was gone.", "I am back.")
