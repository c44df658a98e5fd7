"""An agent of the staff, and what the agent does and sees in the console."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.fixtures import ContextMaker
from tests.servers import SiteServer

PASSWORD = "lamplight"
CONSOLE = "/admin/livechat/"

# Who is logged in already, by server and name: passwords are slow on purpose.
_logged_in: dict[tuple[str, str], Any] = {}


class Agent:
    """Somebody with a browser of their own, logged into the admin."""

    def __init__(self, context: BrowserContext, site: SiteServer) -> None:
        self.context = context
        self.site = site
        self.page = context.new_page()

    def opens_console(self) -> Agent:
        self.page.goto(self.site.url + CONSOLE)
        expect(self.page.get_by_role("tablist")).to_be_visible(timeout=15_000)
        return self

    def opens_tab(self, path: str = CONSOLE) -> Page:
        """Another tab of the same browser."""
        page = self.context.new_page()
        page.goto(self.site.url + path)
        return page

    # Oneself

    def is_now(self, availability: str) -> None:
        self.page.get_by_role("radio", name=availability).check()

    def takes_at_most(self, capacity: int) -> None:
        """Press until the number is reached."""
        value = self.page.locator(".lc-capacity__value > [aria-hidden]")
        found = re.search(r"of (\d+)", value.inner_text())
        assert found is not None
        steps = capacity - int(found[1])
        button = self.page.get_by_role("button", name="One more" if steps > 0 else "One fewer")
        for _ in range(abs(steps)):
            button.click()
        expect(value).to_contain_text(f"of {capacity}")

    # The queue

    def shows(self, name: str) -> None:
        self.page.locator(f"#livechat-tab-{name.lower()}").click()

    def row(self, text: str) -> Locator:
        """The row of the conversation whose last words are these."""
        return self.page.locator(".lc-row", has_text=text)

    # The conversation

    @property
    def conversation(self) -> Locator:
        return self.page.locator(".lc-conversation")

    @property
    def head(self) -> Locator:
        return self.page.locator(".lc-head")

    @property
    def composer(self) -> Locator:
        return self.conversation.get_by_role("textbox")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def opens(self, text: str) -> None:
        self.row(text).click()
        expect(self.log).to_contain_text(text)

    def presses(self, button: str) -> None:
        self.conversation.get_by_role("button", name=button, exact=True).click()

    def picks_up(self, text: str) -> None:
        self.opens(text)
        self.presses("Pick up")
        expect(self.head).to_contain_text("You answer")

    def writes(self, text: str) -> None:
        self.composer.fill(text)

    def replies(self, text: str) -> None:
        self.writes(text)
        self.composer.press("Enter")
        expect(self.composer).to_have_value("")

    def message(self, text: str) -> Locator:
        return self.log.locator(".lc-message", has_text=text)

    def closes(self) -> None:
        self.presses("Close")
        self.presses("Close the conversation")
        expect(self.head).to_contain_text("Closed")


def logs_in(
    new_context: ContextMaker,
    site: SiteServer,
    username: str,
    *,
    remembered: bool = True,
    **options: Any,
) -> Agent:
    """Come to the admin; who has been there before in this run is still logged in.

    `remembered=False` logs in anew, into a session that no other test shares.
    """
    key = (site.url, username)
    if remembered and key in _logged_in:
        return Agent(_quiet(new_context(storage_state=_logged_in[key], **options)), site)
    agent = Agent(_quiet(new_context(**options)), site)
    agent.page.goto(site.url + "/admin/login/")
    agent.page.locator("[name=username]").fill(username)
    agent.page.locator("[name=password]").fill(PASSWORD)
    agent.page.locator("[name=password]").press("Enter", timeout=60_000)
    agent.page.wait_for_url(re.compile(r"/admin/$"))
    if remembered:
        _logged_in[key] = agent.context.storage_state()
    return agent


def _quiet(context: BrowserContext) -> BrowserContext:
    """Wagtail's admin asks another site for faces; nothing outside is asked here."""
    context.route("**/*gravatar.com/**", lambda route: route.abort())
    return context
