"""A site, a visitor who has written, and the agent who has the conversation."""

import pytest
from wagtail.models import Site

from tests.factories import Agent, VisitorInBrowser, make_agent, make_site, make_visitor


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def visitor(site: Site) -> VisitorInBrowser:
    someone = make_visitor(site)
    someone.says("Hello")
    return someone


@pytest.fixture
def alice(site: Site, visitor: VisitorInBrowser) -> Agent:
    agent = make_agent("alice", site, alias="Alice")
    agent.picks_up(visitor.conversation)
    return agent
