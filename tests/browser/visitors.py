"""A visitor of the shop, and what the visitor does and sees in the panel."""

from __future__ import annotations

from time import monotonic

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.browser.wired_agent import WiredAgent

COUNT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI);
});
"""
# What a browser itself reports when a test cuts its network.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection", "ERR_FAILED", "ERR_CONNECTION")


def comes_true(page: Page, expression: str, *, within: float = 30) -> None:
    """Wait until it is so. A strict policy forbids the page itself to evaluate a string."""
    deadline = monotonic() + within
    while not page.evaluate(expression):
        assert monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(50)


class Visit:
    """One tab on the shop's pages."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.sockets: list[str] = []
        page.add_init_script(COUNT_VIOLATIONS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hears)
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in EXPECTED):
            self.complaints.append(message.text)

    # What the visitor does.

    def goes_to(self, path: str) -> Visit:
        self.page.goto(self.url + path)
        return self

    def opens(self) -> Visit:
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def writes(self, text: str) -> None:
        self.field.fill(text)

    def says(self, text: str) -> None:
        self.writes(text)
        self.field.press("Enter")
        expect(self.field).to_have_value("")

    def asks(self, ada: WiredAgent, text: str) -> str:
        """Open the chat and say the first words; ada picks it up. The conversation's id."""
        return self.opens().asks_further(ada, text)

    def asks_further(self, ada: WiredAgent, text: str) -> str:
        """The same, in a panel that is open."""
        self.says(text)
        conversation = ada.sees_conversation(with_text=text)
        ada.pick_up(conversation)
        ada.follow(conversation)
        expect(self.notices.last).to_contain_text("joined")
        return conversation

    def opens_menu(self) -> Locator:
        self.panel.get_by_role("button", name="Options").click()
        return self.panel.locator("#menu")

    # What the visitor sees.

    @property
    def widget(self) -> Locator:
        return self.page.locator("livechat-widget")

    @property
    def launcher(self) -> Locator:
        return self.widget.locator(".launcher")

    @property
    def panel(self) -> Locator:
        return self.widget.get_by_role("dialog")

    @property
    def field(self) -> Locator:
        return self.panel.get_by_role("textbox")

    @property
    def texts(self) -> Locator:
        """What was said, without the welcome."""
        return self.panel.locator(".rows .text")

    @property
    def notices(self) -> Locator:
        return self.panel.locator(".rows .notice")

    @property
    def states(self) -> Locator:
        return self.panel.locator(".state")

    @property
    def banner(self) -> Locator:
        return self.panel.locator(".banner")

    def sees_texts(self, *texts: str) -> None:
        expect(self.texts).to_have_text(list(texts))

    def stored(self) -> dict[str, str]:
        """What the pages left in this browser."""
        found: dict[str, str] = self.page.evaluate("({...localStorage, ...sessionStorage})")
        return found
