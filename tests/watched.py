"""Visitors who agreed to be watched, and those who may watch them, for tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wagtail.models import Page, Site

from tests.factories import Agent, allow, make_agent, make_site
from wagtail_livechat import clock, tokens
from wagtail_livechat.agents.permissions import INVITE, WATCH
from wagtail_livechat.consent import cookies
from wagtail_livechat.consent.models import Action, Interface, Receipt
from wagtail_livechat.consent.rules import EXTERNAL, Choice
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.visitors import visits
from wagtail_livechat.visitors.models import Visit
from wagtail_livechat.visitors.visits import Sighting, Step
from wagtail_livechat.workers.actions import enlist


def make_watched_site(hostname: str = "a.test") -> Site:
    """A site where visitors who agreed may be watched; its own tool asks them."""
    site = make_site(hostname)
    LiveChatSettings.objects.create(
        site=site, enabled=True, mode="proactive", external_consent=True
    )
    forget()
    return site


def make_page(site: Site, title: str = "The Waves", parent: Page | None = None) -> Page:
    """A page of this site that is public."""
    above = Page.objects.get(pk=(parent or site.root_page).pk)
    return above.add_child(instance=Page(title=title, slug=uuid.uuid4().hex))


def make_watcher(username: str, site: Site, *, alias: str | None = None) -> Agent:
    """An agent who may watch and invite the visitors of this site."""
    agent = make_agent(username, site, alias=alias)
    agent.user = allow(agent.user, site, WATCH, INVITE)
    return agent


@dataclass
class Agreed:
    """A browser whose visitor answered the question about live assistance."""

    site: Site
    assistance: bool = True
    statistics: bool = False
    returning: bool = False
    never: bool = False
    key: str = ""
    receipt: Receipt = field(init=False)
    choice: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or tokens.new_visit_key(self.site.pk)
        self.receipt = Receipt.objects.create(
            site=self.site,
            language="en",
            assistance=self.assistance,
            statistics=self.statistics,
            action=Action.GIVEN,
            interface=Interface.EXTERNAL,
            software="tests",
            at=clock.now(),
        )
        self.choice = cookies.sign(
            self.site.pk,
            Choice(
                version=EXTERNAL,
                assistance=self.assistance,
                statistics=self.statistics,
                day=clock.now().date(),
                returning=self.returning,
                never=self.never,
                receipt=self.receipt.pk,
            ),
        )

    @property
    def key_hash(self) -> str:
        found = tokens.hash_visit_key(self.site.pk, self.key)
        assert found is not None
        return found

    def changes_their_mind(self) -> None:
        """Another answer ends the receipt; nothing hears of it."""
        Receipt.objects.create(
            site=self.site,
            language="en",
            assistance=False,
            statistics=False,
            action=Action.WITHDRAWN,
            interface=Interface.EXTERNAL,
            software="tests",
            at=clock.now(),
            previous=self.receipt,
        )

    def sighting(self, *pages: Page | None, at: datetime | None = None, **more: Any) -> Sighting:
        """What a process saw: these pages, one after the other."""
        now = at or clock.now()
        steps = [
            Step(
                kind="page" if page else "other",
                page_id=page.pk if page else None,
                results=None,
                at=now,
            )
            for page in pages
        ]
        given: dict[str, Any] = {
            "site_id": self.site.pk,
            "key_hash": self.key_hash,
            "receipt_id": self.receipt.pk,
            "language": "en",
            "device": "desktop",
            "origin": "",
            "returning": self.returning,
            "silenced": self.never,
            "began_at": now,
            "seen_at": now,
            "idle_since": None,
            "here": steps[-1] if steps else Step(kind="other", page_id=None, results=None, at=now),
            "steps": steps,
            "score": 0,
            "reasons": (),
            "acknowledged": 0,
            "visitor_id": None,
            "expires_at": None,
        }
        return Sighting(**given | more)

    def is_seen_on(self, *pages: Page | None, **more: Any) -> Visit:
        """Opens these pages, and that is written down by a living process."""
        worker = uuid.uuid4()
        enlist(worker)
        visits.write_visits([self.sighting(*pages, **more)], worker_id=worker)
        return self.visit

    @property
    def visit(self) -> Visit:
        return Visit.objects.get(key_hash=self.key_hash)
