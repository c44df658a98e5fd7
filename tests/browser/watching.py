"""A shop that may watch, and what its visitors see of it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitors import Visit
from tests.browser.wired_agent import WiredAgent, agent_at_work
from tests.servers.site import manage, site_environment

IN_ASSIST = "document.querySelector('livechat-assist').shadowRoot"

# Where the page asks by itself, after a moment.
GREETED = "/en/gift-cards/"

# Run in the bookshop's own project: what an editor does in the admin.
LET_THE_SHOP_WATCH = """
from django.contrib.auth import get_user_model
from wagtail.models import Page, Site
from tests.factories import allow, let_assist, make_banner
from wagtail_livechat.agents.permissions import INVITE, REPLY, WATCH
from wagtail_livechat.engagement.models import Trigger
site = let_assist(Site.objects.get(is_default_site=True))
make_banner(site, details_url="https://shop.example.test/privacy/")
for user in get_user_model().objects.filter(username__in=["ada", "emile", "noor"]):
    allow(user, site, REPLY, WATCH, INVITE)
page = Page.objects.get(slug="gift-cards", locale__language_code="en")
trigger = Trigger(
    site=site,
    locale=page.locale,
    name="Gift cards",
    text="Shall we help you choose?",
    conditions={"all": [{"is": "page", "page": page.pk}, {"is": "dwell", "least": 1}]},
    live=False,
)
trigger.save()
trigger.save_revision().publish()
"""


def let_the_shop_watch(database: str) -> None:
    """Live assistance is on, a banner asks in English, and all agents may watch."""
    manage(
        "shell", "--no-imports", "-c", LET_THE_SHOP_WATCH, env=site_environment(database=database)
    )


class WatchedVisit(Visit):
    """One tab of somebody who is asked whether the team may see the pages."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.visit_frames: list[str] = []
        page.on("websocket", self._listens)

    def _listens(self, socket: object) -> None:
        if "/visit/" in socket.url:  # type: ignore[attr-defined]
            told = self.visit_frames
            socket.on("framesent", lambda frame: told.append(frame))  # type: ignore[attr-defined]

    # What the visitor does.

    def answers(self, label: str) -> WatchedVisit:
        self.answer(label).click()
        expect(self.question).to_have_count(0)
        return self

    # What the visitor sees.

    @property
    def assist(self) -> Locator:
        return self.page.locator("livechat-assist")

    @property
    def question(self) -> Locator:
        return self.assist.locator(".banner")

    def answer(self, label: str) -> Locator:
        return self.question.get_by_role("button", name=label, exact=True)

    @property
    def choices(self) -> Locator:
        return self.assist.locator("dialog.choices")

    @property
    def control(self) -> Locator:
        return self.assist.locator(".control")

    @property
    def standing(self) -> Locator:
        return self.control.locator(".standing")

    @property
    def watched(self) -> Locator:
        return self.assist.locator(".watched")

    @property
    def card(self) -> Locator:
        return self.assist.locator(".card")

    def presses(self, name: str) -> None:
        self.control.get_by_role("button", name=name).click()

    def choice(self) -> str:
        """The choice's cookie, without its signature."""
        found = [
            str(cookie["value"])
            for cookie in self.page.context.cookies()
            if "livechat-choice-" in cookie["name"]
        ]
        return found[0].rpartition(".")[0] if found else ""


class Watcher:
    """An agent at work who looks at the visitors of the shop, and keeps looking."""

    def __init__(self, agent: WiredAgent) -> None:
        self.agent = agent
        self._window = str(uuid.uuid4())
        self._invited: set[str] = set()
        self._ends = threading.Event()
        self._keeper: threading.Thread | None = None
        ready = agent.wait_for(lambda update: update["type"] == "staff.ready")
        self.site: int = next(site["id"] for site in ready["sites"] if site["can_watch"])

    def watches(self) -> Watcher:
        self.agent.say("visitors.watch", ref=str(uuid.uuid4()), window=self._window, site=self.site)
        self._ends.clear()
        self._keeper = threading.Thread(target=self._keeps, daemon=True)
        self._keeper.start()
        return self

    def looks_away(self) -> None:
        if self._keeper is None:
            return
        self._ends.set()
        self._keeper.join(5)
        self._keeper = None
        self.agent.say("visitors.leave", ref=str(uuid.uuid4()), window=self._window)

    def invites(self, row: dict[str, Any], text: str) -> None:
        self._invited.add(row["id"])
        self.agent.ask("invitation.send", visit=row["id"], text=text)

    def refusal_of(self, row: dict[str, Any], text: str) -> str:
        """Ask where nobody may be asked any more; the code of the answer."""
        ref = str(uuid.uuid4())
        self.agent.say("invitation.send", ref=ref, visit=row["id"], text=text)
        return str(self.agent.wait_for(lambda update: update.get("ref") == ref).get("code"))

    def sees_invitation(self, state: str) -> dict[str, Any]:
        """Wait until an invitation of ours has come to this; what is told of it.

        Whoever comes to work is also told of those that stood before.
        """

        def told(update: dict[str, Any]) -> bool:
            if update["type"] != "invitation.changed":
                return False
            card = update["invitation"]
            return card["state"] == state and card["visit"] in self._invited

        card: dict[str, Any] = self.agent.wait_for(told)["invitation"]
        return card

    def _keeps(self) -> None:
        while not self._ends.wait(1):
            self.agent.say("watching.keep")

    def sees_on(self, title: str) -> dict[str, Any]:
        """Wait until somebody is seen on the page with this title; the row."""

        def here(update: dict[str, Any]) -> bool:
            return update["type"] == "visitors.window" and self._row(update, title) is not None

        row = self._row(self.agent.wait_for(here), title)
        assert row is not None
        return row

    def sees_now(self, title: str, *, stuck: bool = False) -> dict[str, Any]:
        """The same, as the table stands now: somebody was on this page before."""

        def there(_: object) -> bool:
            row = self._row(self.windows()[-1], title)
            return row is not None and bool(row["stuck"]) >= stuck

        self.agent.wait_for(there)
        row = self._row(self.windows()[-1], title)
        assert row is not None
        return row

    def sees_nobody(self) -> None:
        """Wait until whoever was here has left."""
        self.agent.wait_for(lambda _: not self.windows()[-1]["rows"])

    def windows(self) -> list[dict[str, Any]]:
        return [update for update in self.agent.updates if update["type"] == "visitors.window"]

    @staticmethod
    def _row(window: dict[str, Any], title: str) -> dict[str, Any] | None:
        return next(
            (row for row in window["rows"] if row["page"] and row["page"]["title"] == title), None
        )


@contextmanager
def watcher_at_work(url: str, username: str = "ada") -> Iterator[Watcher]:
    """Somebody who may watch, and looks away at the end."""
    with agent_at_work(url, username) as agent:
        watcher = Watcher(agent)
        try:
            yield watcher
        finally:
            watcher.looks_away()
