"""A site, and nothing kept from the test before."""

from __future__ import annotations

import pytest
from wagtail.models import Site

from tests.factories import make_site
from wagtail_livechat.answers import page_index


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Each test begins with a fresh process."""
    page_index.forget()


@pytest.fixture
def site(db: None) -> Site:
    return make_site("a.test")


@pytest.fixture
def other(db: None) -> Site:
    return make_site("b.test")
