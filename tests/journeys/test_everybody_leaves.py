"""J5: the button is there only while somebody can answer; a running chat is never cut."""

from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.journeys.conftest import Staff
from tests.servers import SiteServer

PASSIVE = 40_000
"""A page without a socket asks every four seconds, and what it asks may come from a cache."""

BEFORE_THE_GRACE = 10_000
"""Half of the time for which an agent counts as present between two pages."""


def test_three_agents_leave_and_one_returns(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada, emile, admin = (comes_to_work(name) for name in ("ada", "emile", "admin"))

    def arrives() -> Visit:
        visit = Visit(new_context().new_page(), shop.url).goes_to("/en/")
        expect(visit.launcher).to_be_visible()
        return visit

    passer_by, talker, looker = arrives(), arrives(), arrives()
    talker.opens().says("Are you open on Sunday?")
    emile.picks_up("Are you open on Sunday?")
    looker.opens()
    expect(looker.panel).to_contain_text("Somebody is here to answer.")

    # Each leaves in another way: by closing the browser, by a switch, by being busy.
    admin.context.close()
    emile.is_now("Away")
    ada.is_now("Busy")

    # Who has a socket is told; who has none asks now and then; who talks goes on talking.
    expect(looker.panel).to_be_hidden(timeout=PASSIVE)
    expect(looker.launcher).to_be_hidden()
    expect(passer_by.launcher).to_be_hidden(timeout=PASSIVE)
    expect(talker.panel).to_be_visible()
    talker.says("Hello?")
    emile.replies("From ten to five.")
    talker.sees_texts("Are you open on Sunday?", "Hello?", "From ten to five.")
    newcomer = Visit(new_context().new_page(), shop.url).goes_to("/en/books/")
    expect(newcomer.page.get_by_role("heading").first).to_be_visible()
    expect(newcomer.launcher).to_be_hidden()

    ada.is_now("Available")
    expect(looker.launcher).to_be_visible(timeout=PASSIVE)
    expect(passer_by.launcher).to_be_visible(timeout=PASSIVE)


def test_who_logs_out_is_gone_at_once_and_who_is_full_counts_as_nobody(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada")
    ada.takes_at_most(1)
    looker = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    expect(looker.panel).to_contain_text("Somebody is here to answer.")

    talker = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    talker.says("One moment of your time?")
    ada.picks_up("One moment of your time?")
    expect(looker.launcher).to_be_hidden()
    ada.closes()
    expect(looker.launcher).to_be_visible(timeout=PASSIVE)
    looker.opens()
    expect(looker.panel).to_contain_text("Somebody is here to answer.")

    tab = ada.opens_tab("/admin/")
    token = tab.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    tab.request.post(
        shop.url + "/admin/logout/",
        form={"csrfmiddlewaretoken": token or ""},
        headers={"Referer": shop.url + "/admin/"},
    )
    expect(looker.panel).to_be_hidden(timeout=BEFORE_THE_GRACE)
    expect(looker.launcher).to_be_hidden()
