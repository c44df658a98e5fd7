"""A site where live assistance is on, agents who are ready, and somebody who agreed."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Locale, Site

from tests.factories import Agent, new_ref
from tests.watched import Agreed, make_watched_site, make_watcher
from wagtail_livechat.engagement import actions
from wagtail_livechat.engagement.models import Invitation, Trigger


@pytest.fixture
def site(db: None) -> Site:
    return make_watched_site()


def make_ready(username: str, site: Site, alias: str, capacity: int = 3) -> Agent:
    """An agent who is there, available, and may invite."""
    agent = make_watcher(username, site, alias=alias)
    agent.chooses("available", capacity)
    agent.arrives()
    return agent


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_ready("alice", site, "Alice")


@pytest.fixture
def bruno(site: Site) -> Agent:
    return make_ready("bruno", site, "Bruno")


@pytest.fixture
def visitor(site: Site) -> Agreed:
    """Somebody who agreed, and has the home page open."""
    visitor = Agreed(site)
    visitor.is_seen_on(site.root_page)
    return visitor


def invites(
    agent: Agent, visitor: Agreed, text: str = "Can I help?", ref: str | None = None
) -> actions.Made | actions.NotMade:
    """This agent asks this visitor."""
    return actions.invite(
        rights=agent.rights,
        profile_id=agent.profile.pk,
        visit_id=str(visitor.visit.public_id),
        text=text,
        ref=ref or new_ref(),
    )


def answers(visitor: Agreed, answer: str, invitation: Invitation, **more: Any) -> actions.Answered:
    """This visitor answers an invitation."""
    return actions.answer(
        site_id=visitor.site.pk,
        visit_key_hash=visitor.key_hash,
        invitation_id=str(invitation.public_id),
        answer=answer,
        **more,
    )


def make_trigger(site: Site, conditions: Any = None, **fields: Any) -> Trigger:
    """A trigger that is published; without conditions, for the home page."""
    return Trigger.objects.create(
        **{
            "site": site,
            "locale": Locale.objects.get(language_code="en"),
            "name": "Home",
            "text": "Are you looking for something?",
            "conditions": conditions or {"all": [{"is": "page", "page": site.root_page_id}]},
        }
        | fields
    )


def latest() -> Invitation:
    return Invitation.objects.latest("pk")
