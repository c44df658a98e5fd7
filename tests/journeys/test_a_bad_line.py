"""J8: both lines are cut every three seconds for a minute; a hundred messages go each way."""

import random
from time import monotonic

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.journeys.conftest import Staff
from tests.servers import SiteServer

MESSAGES = 100
CUTS = 20
COMES_BACK_WITHIN = 150
"""After two dead sockets, as a busy machine makes them, a browser polls for a minute."""


class BadLine:
    """All sockets of one page, cut again and again."""

    def __init__(self, page: Page, address: str, seed: int) -> None:
        self.page = page
        self.open: list[WebSocketRoute] = []
        self.cuts = 0
        self._random = random.Random(seed)
        page.route_web_socket(address, self._carry)

    def _carry(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        is_new = True

        def hand_on(message: str | bytes) -> None:
            nonlocal is_new
            if is_new:
                # Not before: browsers take a socket that says nothing for one that is blocked.
                self.open.append(socket)
                is_new = False
            socket.send(message)

        server.on_message(hand_on)

    def cut(self) -> None:
        """Cut what is open, as soon as something is: a line that is down cannot be cut."""
        deadline = monotonic() + COMES_BACK_WITHIN
        while not self.open:
            assert monotonic() < deadline, "the line never came back"
            self.page.wait_for_timeout(50)
        while self.open:
            self.cuts += 1
            self.open.pop().close(code=self._random.choice([1011, 1012, 3000]))


def test_a_hundred_messages_each_way_over_lines_that_are_cut(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada")
    agents_line = BadLine(ada.page, "**/livechat/staff/ws/", seed=1)
    ada.opens_console()
    page = new_context().new_page()
    visitors_line = BadLine(page, "**/livechat/ws/", seed=2)
    visit = Visit(page, shop.url).goes_to("/en/").opens()
    visit.says("visitor 0")
    ada.picks_up("visitor 0")

    said_by_visitor = ["visitor 0"]
    said_by_agent: list[str] = []
    for number in range(1, MESSAGES + 1):
        if number < MESSAGES:
            visit.says(f"visitor {number}")
            said_by_visitor.append(f"visitor {number}")
        ada.replies(f"agent {number}")
        said_by_agent.append(f"agent {number}")
        if number % (MESSAGES // CUTS) == 0:
            visitors_line.cut()
            agents_line.cut()

    # Both sides show the same, in the same order, with nothing lost and nothing doubled.
    expect(visit.texts).to_have_count(2 * MESSAGES, timeout=120_000)
    expect(ada.log.locator(".lc-message")).to_have_count(2 * MESSAGES, timeout=60_000)
    shown = visit.texts.all_inner_texts()
    assert [text for text in shown if text.startswith("visitor")] == said_by_visitor
    assert [text for text in shown if text.startswith("agent")] == said_by_agent
    assert [
        text.strip() for text in ada.log.locator(".lc-message .lc-text").all_inner_texts()
    ] == shown
    expect(visit.panel.get_by_text("Not sent")).to_have_count(0)
    assert visitors_line.cuts >= CUTS
    assert agents_line.cuts >= CUTS
