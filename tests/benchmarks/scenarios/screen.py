"""Two real browsers: from the Enter key of the one to the text on the screen of the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.servers.chromium import find_chromium, launch_arguments

from ..figures import Figure
from ..seed import Plan
from ..statistics import percentile
from ..workbench import Workbench

NOTE_ENTER: Final = """() => {
    window.addEventListener("keydown", (event) => {
        if (event.key === "Enter") window.enteredAt = performance.timeOrigin + performance.now();
    }, {capture: true});
}"""

# Resolves with the start of the frame that shows the text.
AWAIT_TEXT: Final = """([root, text]) => {
    const host = document.querySelector(root);
    const shown = host.shadowRoot ?? host;
    window.seenAt = new Promise((resolve) => {
        const look = () => {
            if (!shown.textContent.includes(text)) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
        };
        const observer = new MutationObserver(look);
        observer.observe(shown, {childList: true, subtree: true, characterData: true});
        look();
    });
}"""

CONSOLE: Final = "body"
WIDGET: Final = "livechat-widget"


def run(bench: Workbench) -> Iterator[Figure]:
    rounds = bench.number(60, 20)
    shop = bench.shop("sqlite", Plan())
    with bench.site(shop) as site, sync_playwright() as playwright:
        to_agent, to_visitor = talk(site, playwright.chromium, rounds)
    for name, ways in (("visitor_to_agent", to_agent), ("agent_to_visitor", to_visitor)):
        for suffix, share in (("p50", 0.5), ("p95", 0.95)):
            yield Figure(name=f"screen.{name}.{suffix}", value=percentile(ways, share), unit="ms")


def talk(site: Any, chromium: Any, rounds: int) -> tuple[list[float], list[float]]:
    """Messages to and fro; how long each was on its way, in milliseconds."""

    def browser() -> Browser:
        started: Browser = chromium.launch(
            executable_path=find_chromium(), args=launch_arguments(), headless=True
        )
        return started

    agents, visitors = browser(), browser()
    try:
        agent = logs_in(agents.new_context, site, "ada", remembered=False, locale="en-GB")
        agent.opens_console().is_now("Available")
        visitor = Visit(visitors.new_context(locale="en-GB").new_page(), site.url)
        visitor.goes_to("/en/").opens().says("Good day")
        agent.picks_up("Good day")
        for page in (agent.page, visitor.page):
            page.evaluate(NOTE_ENTER)
        # The first of each are not counted: everything is cold.
        ways: tuple[list[float], list[float]] = ([], [])
        for number in range(-3, rounds):
            asked, answered = f"Question {number} here", f"Answer {number} there"
            to_agent = way(visitor.page, agent.page, CONSOLE, asked, visitor.says)
            to_visitor = way(agent.page, visitor.page, WIDGET, answered, agent.replies)
            if number >= 0:
                ways[0].append(to_agent)
                ways[1].append(to_visitor)
        return ways
    finally:
        agents.close()
        visitors.close()


def way(sender: Page, receiver: Page, root: str, text: str, say: Any) -> float:
    """From the one's Enter to the other's frame."""
    receiver.evaluate(AWAIT_TEXT, [root, text])
    say(text)
    seen: float = receiver.evaluate("() => window.seenAt")
    entered: float = sender.evaluate("() => window.enteredAt")
    return seen - entered
