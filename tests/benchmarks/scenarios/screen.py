"""Two real browsers: from the Enter key of the one to the text on the screen of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer
from tests.servers.chromium import find_chromium, launch_arguments

from ..figures import Figure
from ..processes import started_on
from ..seed import Plan
from ..statistics import percentile
from ..workbench import Workbench
from . import raw_limits

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
    paces = [raw_limits.pace_of_echoes(bench)]
    relay = "tests.benchmarks.applications.relay:application"
    with (
        bench.app(relay, port=bench.raw_port),
        bench.site(shop) as site,
        # Nobody else is there: the browsers may have what the server leaves.
        started_on(bench.ours | bench.others),
        sync_playwright() as playwright,
    ):
        browsers = [
            playwright.chromium.launch(
                executable_path=find_chromium(), args=launch_arguments(), headless=True
            )
            for _ in range(2)
        ]
        pairs = {
            "bare": bare_pages(browsers, f"http://127.0.0.1:{bench.raw_port}/"),
            "ours": our_pages(browsers, site),
        }
        # The first of each are not counted: everything is cold.
        ways = {name: ([], []) for name in pairs}
        for number in range(-3, rounds):
            for name, (asks, answers) in pairs.items():
                for direction, say in enumerate((asks, answers)):
                    took = say(f"{direction} {number} said")
                    if number >= 0:
                        ways[name][direction].append(took)
        for browser in browsers:
            browser.close()
    paces.append(raw_limits.pace_of_echoes(bench))
    bare = [*ways["bare"][0], *ways["bare"][1]]
    for name, took in zip(("visitor_to_agent", "agent_to_visitor"), ways["ours"], strict=True):
        for suffix, share in (("p50", 0.5), ("p95", 0.95)):
            yield Figure(
                name=f"screen.{name}.{suffix}",
                value=percentile(took, share),
                unit="ms",
                limit=percentile(bare, share),
                pace=sum(paces) / len(paces),
            )


Say = Callable[[str], float]
"""Says something, and returns how long it was on its way to the other's screen, in ms."""


def our_pages(browsers: list[Browser], site: SiteServer) -> tuple[Say, Say]:
    """A visitor and an agent in a conversation: how the one speaks, and the other."""
    agents, visitors = browsers
    agent = logs_in(agents.new_context, site, "ada", remembered=False, locale="en-GB")
    agent.opens_console().is_now("Available")
    visitor = Visit(visitors.new_context(locale="en-GB").new_page(), site.url)
    visitor.goes_to("/en/").opens().says("Good day")
    agent.picks_up("Good day")
    for page in (agent.page, visitor.page):
        page.evaluate(NOTE_ENTER)
    return (
        lambda text: way(visitor.page, agent.page, CONSOLE, text, visitor.says),
        lambda text: way(agent.page, visitor.page, WIDGET, text, agent.replies),
    )


def bare_pages(browsers: list[Browser], url: str) -> tuple[Say, Say]:
    """Two pages that do nothing else."""
    one, other = (browser.new_context().new_page() for browser in browsers)
    for page in (one, other):
        page.goto(url)
        page.get_by_text("connected").wait_for()
        page.evaluate(NOTE_ENTER)

    def says(page: Page, text: str) -> None:
        page.get_by_label("Say").fill(text)
        page.get_by_label("Say").press("Enter")

    return (
        lambda text: way(one, other, "body", text, partial(says, one)),
        lambda text: way(other, one, "body", text, partial(says, other)),
    )


def way(sender: Page, receiver: Page, root: str, text: str, say: Any) -> float:
    """From the one's Enter to the other's frame."""
    receiver.evaluate(AWAIT_TEXT, [root, text])
    say(text)
    seen: float = receiver.evaluate("() => window.seenAt")
    entered: float = sender.evaluate("() => window.enteredAt")
    return seen - entered
