"""What agents do with conversations, in real browsers against a real server."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

Ask = Callable[[str], Visit]


@pytest.fixture
def ask(site: SiteServer, new_context: ContextMaker) -> Ask:
    """A visitor comes to the shop, opens the chat and asks."""

    def asks(question: str) -> Visit:
        visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
        visit.says(question)
        return visit

    return asks


@pytest.fixture
def ada(site: SiteServer, new_context: ContextMaker) -> Agent:
    return at_work(logs_in(new_context, site, "ada"))


@pytest.fixture
def emile(site: SiteServer, new_context: ContextMaker) -> Agent:
    return at_work(logs_in(new_context, site, "emile"))


def at_work(agent: Agent) -> Agent:
    """Available, and never full: each test leaves its conversations behind."""
    agent.opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def test_a_visitor_asks_and_an_agent_answers(ada: Agent, ask: Ask) -> None:
    visitor = ask("Do you have Middlemarch?")

    ada.picks_up("Do you have Middlemarch?")
    ada.replies("Two copies, on the second shelf.")

    visitor.sees_texts("Do you have Middlemarch?", "Two copies, on the second shelf.")
    expect(ada.message("Two copies")).to_contain_text("Seen")
    expect(ada.message("Two copies")).to_have_count(1)
    ada.closes()
    ada.shows("Closed")
    expect(ada.page.locator(".lc-row[aria-current]")).to_be_visible()


def test_both_see_that_the_other_is_writing(ada: Agent, ask: Ask) -> None:
    visitor = ask("Is anybody writing?")
    ada.picks_up("Is anybody writing?")

    visitor.field.press_sequentially("I am")
    expect(ada.log).to_contain_text("The visitor is writing")

    ada.composer.press_sequentially("So am I")
    expect(visitor.panel).to_contain_text("Ada is writing")


def test_two_agents_pick_up_and_only_one_wins(
    site: SiteServer, new_context: ContextMaker, ask: Ask
) -> None:
    lines = [Held(), Held()]
    agents = []
    for name, line in zip(("ada", "emile"), lines, strict=True):
        agent = logs_in(new_context, site, name)
        agent.context.route_web_socket(re.compile("/staff/ws/"), line)
        agents.append(at_work(agent))
    ask("Who takes me first?")
    for agent in agents:
        agent.opens("Who takes me first?")

    # Neither has heard of the other when both press.
    for line in lines:
        line.hold()
    for agent in agents:
        agent.presses("Pick up")
        expect(agent.head).to_contain_text("Picking up")
    for line in lines:
        line.let_go()

    winners = []
    for agent in agents:
        expect(agent.head.get_by_text(re.compile("You answer|answers$"))).to_be_visible()
        winners.append("You answer" in agent.head.inner_text())
    assert sorted(winners) == [False, True]
    loser = agents[winners.index(False)]
    winner = ("Ada", "Émile")[winners.index(True)]
    expect(loser.page.locator(".lc-banner--problem")).to_contain_text(winner)
    expect(loser.head).to_contain_text(f"{winner} answers")
    expect(loser.conversation.get_by_role("button", name="Pick up")).to_have_count(0)


class Held:
    """A staff socket whose news can be held back for a while."""

    def __init__(self) -> None:
        self._holds = False
        self._kept: list[tuple[WebSocketRoute, str | bytes]] = []

    def __call__(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda frame: self._passes(browser, frame))

    def _passes(self, browser: WebSocketRoute, frame: str | bytes) -> None:
        if self._holds:
            self._kept.append((browser, frame))
        else:
            browser.send(frame)

    def hold(self) -> None:
        self._holds = True

    def let_go(self) -> None:
        self._holds = False
        for browser, frame in self._kept:
            browser.send(frame)
        self._kept.clear()


def test_a_colleague_takes_it_while_one_writes_and_the_text_is_kept(
    ada: Agent, emile: Agent, ask: Ask
) -> None:
    visitor = ask("Which of you answers?")
    ada.opens("Which of you answers?")
    ada.writes("I will, in a moment")

    emile.picks_up("Which of you answers?")

    expect(ada.conversation.get_by_role("alert")).to_contain_text("Émile has picked up")
    ada.composer.press("Enter")
    expect(ada.composer).to_have_value("I will, in a moment")
    emile.replies("I do.")
    visitor.sees_texts("Which of you answers?", "I do.")


def test_a_note_is_for_colleagues_and_never_reaches_the_visitor(
    ada: Agent, emile: Agent, site: SiteServer, new_context: ContextMaker
) -> None:
    visitor = Visit(new_context().new_page(), site.url)
    frames: list[str] = []
    visitor.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))),
    )
    visitor.goes_to("/en/").opens().says("May I have a discount?")
    ada.picks_up("May I have a discount?")

    ada.presses("Internal note")
    ada.writes("Asks each week. Ten per cent at most.")
    ada.presses("Add the note")

    emile.shows("Team")
    emile.opens("May I have a discount?")
    notes = emile.page.get_by_role("article", name="Internal note by")
    expect(notes).to_contain_text("Ten per cent at most")
    # After a note one writes to the visitor again.
    reply = ada.conversation.get_by_role("button", name="Reply")
    expect(reply).to_have_attribute("aria-pressed", "true")
    ada.replies("Ten per cent.")
    visitor.sees_texts("May I have a discount?", "Ten per cent.")
    assert any("Ten per cent." in frame for frame in frames)
    assert not any("Asks each week" in frame for frame in frames)


def test_each_conversation_keeps_its_draft_also_after_a_reload(ada: Agent, ask: Ask) -> None:
    for question in ("First question", "Second question"):
        ask(question)
        ada.shows("Waiting")
        ada.picks_up(question)

    ada.writes("an answer to the second")
    ada.opens("First question")
    expect(ada.composer).to_have_value("")
    ada.writes("an answer to the first")
    expect(ada.row("First question")).to_contain_text("Draft")

    ada.page.reload()
    expect(ada.composer).to_have_value("an answer to the first")
    ada.shows("Mine")
    ada.opens("Second question")
    expect(ada.composer).to_have_value("an answer to the second")


def test_what_is_begun_in_two_tabs_is_sent_once_and_nothing_of_it_is_lost(
    ada: Agent, ask: Ask
) -> None:
    visitor = ask("Do you keep two tabs open?")
    ada.picks_up("Do you keep two tabs open?")
    conversation = ada.page.url.partition("#")[2]
    other = ada.opens_tab(f"/admin/livechat/#{conversation}")
    theirs = other.locator(".lc-conversation").get_by_role("textbox")

    ada.writes("Always")
    expect(theirs).to_have_value("Always")
    theirs.fill("Always, and")
    expect(ada.composer).to_have_value("Always, and")
    # The browser loses what the tabs had in common, and each goes on by itself.
    ada.page.evaluate(
        "key => localStorage.removeItem(Object.keys(localStorage).find(each => each.includes(key)))",
        f"{conversation}:reply",
    )
    expect(theirs).to_have_value("")
    theirs.fill("Sometimes three.")
    theirs.press("Enter")

    visitor.sees_texts("Do you keep two tabs open?", "Sometimes three.")
    expect(ada.composer).to_have_value("Always, and")
    ada.page.reload()
    expect(ada.composer).to_have_value("Always, and")


def test_a_closed_conversation_is_reopened_and_goes_on(ada: Agent, ask: Ask) -> None:
    visitor = ask("Can it be repaired?")
    ada.picks_up("Can it be repaired?")
    ada.replies("Yes.")
    ada.closes()

    ada.presses("Reopen")
    expect(ada.head).to_contain_text("You answer")
    ada.replies("By Friday.")
    visitor.sees_texts("Can it be repaired?", "Yes.", "By Friday.")


def test_what_a_visitor_writes_is_text_and_only_honest_links_are_links(
    ada: Agent, ask: Ask
) -> None:
    ask(
        "<img src=x onerror=\"document.title='owned'\"> javascript:alert(1) "
        "https://good.test@evil.test/ https://shop.test/books?q=1"
    )
    ada.opens("javascript:alert(1)")

    link = ada.log.get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://shop.test/books?q=1")
    expect(ada.log.locator("img")).to_have_count(0)
    assert "owned" not in ada.page.title()


def test_somebody_new_is_announced_once(ada: Agent, ask: Ask) -> None:
    ada.page.evaluate(
        """() => {
            window.announced = [];
            const region = document.querySelector(".lc-app > [role=status]");
            new MutationObserver(() => window.announced.push(region.textContent))
                .observe(region, {childList: true, characterData: true, subtree: true});
        }"""
    )
    visitor = ask("Hello, counter?")
    expect(ada.row("Hello, counter?")).to_be_visible()
    visitor.says("Anybody?")
    expect(ada.row("Anybody?")).to_be_visible()

    announced = ada.page.evaluate("window.announced")
    assert len([text for text in announced if "is waiting" in text]) == 1
