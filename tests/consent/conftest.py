"""What the tests of consent stand on: a site that asks, and a clock that can be put forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from wagtail.models import Site

from tests.factories import let_assist, make_banner, make_site
from wagtail_livechat import clock
from wagtail_livechat.consent.models import ConsentBanner

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The clock stands still at :data:`NOON`, and can be put forward."""
    stands = [NOON]
    monkeypatch.setattr(clock, "now", lambda: stands[0])

    def put(moment: datetime) -> None:
        stands[0] = moment

    return put


@pytest.fixture
def site(db: None) -> Site:
    return let_assist(make_site("a.test"))


@pytest.fixture
def banner(site: Site, today: Callable[[datetime], None]) -> ConsentBanner:
    return make_banner(site)
