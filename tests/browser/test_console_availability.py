"""The launcher is there while somebody can answer, and only then."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer, site_server

# A page that only asks now and then whether somebody is there, and a cache in between.
WITHIN = 40_000


@pytest.fixture
def shop(sqlite_bookshop: Callable[[], str]) -> Iterator[SiteServer]:
    """A shop of its own: who is there must be known exactly."""
    with site_server(database=sqlite_bookshop()) as server:
        yield server


def test_all_agents_leave_and_the_launcher_goes_until_one_returns(
    shop: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, shop, "ada").opens_console()
    emile = logs_in(new_context, shop, "emile").opens_console()
    admin = logs_in(new_context, shop, "admin").opens_console()
    for agent in (ada, emile, admin):
        agent.is_now("Available")
    guest = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    guest.says("May I stay until the end?")
    ada.picks_up("May I stay until the end?")
    passer_by = Visit(new_context().new_page(), shop.url).goes_to("/en/")
    expect(passer_by.launcher).to_be_visible()

    # Each leaves in another way: by a switch, by being busy, by closing the browser.
    emile.is_now("Away")
    admin.context.close()
    ada.is_now("Busy")
    expect(passer_by.launcher).not_to_be_visible(timeout=WITHIN)

    # What had begun goes on.
    ada.replies("Of course.")
    guest.sees_texts("May I stay until the end?", "Of course.")
    guest.says("How kind.")
    expect(ada.log).to_contain_text("How kind.")

    emile.is_now("Available")
    expect(passer_by.launcher).to_be_visible(timeout=WITHIN)
    passer_by.opens().says("Are you back?")
    expect(emile.row("Are you back?")).to_be_visible()


def test_the_launcher_goes_when_everybody_is_full_and_comes_back_with_a_free_place(
    shop: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, shop, "ada").opens_console()
    ada.is_now("Available")
    ada.takes_at_most(1)
    guest = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    passer_by = Visit(new_context().new_page(), shop.url).goes_to("/en/")
    expect(passer_by.launcher).to_be_visible()

    guest.says("Only me, please")
    ada.picks_up("Only me, please")
    expect(passer_by.launcher).not_to_be_visible(timeout=WITHIN)
    ada.closes()
    expect(passer_by.launcher).to_be_visible(timeout=WITHIN)
