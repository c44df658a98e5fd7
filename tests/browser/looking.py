"""What an agent does and sees in the console's table of visitors."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.servers import SiteServer


class Looker:
    """An agent at the console, looking at the visitors."""

    def __init__(self, agent: Agent, page: Page | None = None) -> None:
        self.agent = agent
        self.page = page or agent.page

    def looks(self, *, at_nobody: bool = True) -> Looker:
        """Turn to the visitors; at first nobody is there, for those of before have left."""
        self.page.get_by_role("navigation", name="What to look at").get_by_role(
            "button", name="Visitors"
        ).click()
        expect(self.table).to_be_visible()
        if at_nobody:
            expect(self.table).to_contain_text("Nobody who agreed to be seen", timeout=40_000)
        return self

    def turns_away(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Conversations")).click()
        expect(self.table).to_have_count(0)

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Visitors")

    @property
    def rows(self) -> Locator:
        return self.table.locator(".lc-visit[aria-rowindex]:not([aria-rowindex='1'])")

    def row_on(self, title: str) -> Locator:
        return self.rows.filter(has=self.page.locator(".lc-pagename__title", has_text=title))

    @property
    def trail(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^Visit( of|$)"))

    @property
    def steps(self) -> Locator:
        return self.trail.locator(".lc-step-of .lc-pagename__title")

    def opens_trail_on(self, title: str) -> None:
        self.row_on(title).get_by_role("button").click()
        expect(self.trail).to_be_visible()

    def invites(self, text: str | None = None) -> None:
        if text is not None:
            self.trail.get_by_role("textbox", name="What to ask the visitor").fill(text)
        self.trail.get_by_role("button", name=re.compile("^Invite")).click()


def ada_at(site: SiteServer, new_context: ContextMaker, **options: Any) -> Looker:
    """Ada, who has places free, at her console."""
    agent = logs_in(new_context, site, "ada", **options).opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return Looker(agent)
