"""What the tests of the transport stand on: people with browsers, and commits that commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Site

from tests.factories import Agent, make_agent, make_site
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.transport import availability, exchange, identity, limits


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Nothing is remembered from the test before."""
    limits.buckets.clear()
    availability.forget()
    exchange.forget_presence()
    identity.forget_sites()


@pytest.fixture
def commits(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What waits for the commit runs when the transaction of the code under test ends.

    The test's own transaction lies around it and is never committed; without this, no
    event would ever leave.
    """
    depth = len(connection.savepoint_ids)
    release = connection.savepoint_commit

    def savepoint_commit(sid: str) -> Any:
        release(sid)
        if len(connection.savepoint_ids) == depth:
            waiting, connection.run_on_commit = connection.run_on_commit, []
            for _sids, function, _robust in waiting:
                function()

    monkeypatch.setattr(connection, "savepoint_commit", savepoint_commit)
    yield
    connection.run_on_commit = []


@pytest.fixture
def site(commits: None):
    """A site at http://a.test that offers the chat."""
    return offering(make_site("a.test"))


@pytest.fixture
def other_site(site):
    """Another site of the same installation."""
    return offering(make_site("b.test"))


def offering(site: Site) -> Site:
    """Switch the chat on, as an editor does."""
    LiveChatSettings.objects.create(site=site, enabled=True)
    return site


@pytest.fixture
def alice(site) -> Agent:
    """An agent of a.test who is willing."""
    agent = make_agent("alice", site, alias="Alice")
    agent.chooses("available")
    return agent


@pytest.fixture
def bob(other_site) -> Agent:
    """An agent of b.test who is willing."""
    agent = make_agent("bob", other_site, alias="Bob")
    agent.chooses("available")
    return agent
