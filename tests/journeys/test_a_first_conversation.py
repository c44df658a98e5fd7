"""J1: somebody reads, asks, walks on and is answered, and may ignore the banner all the while."""

from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent
from tests.browser.visitors import Visit
from tests.browser.watching import WatchedVisit
from tests.journeys.conftest import Staff
from tests.servers import SiteServer

PAGES = ["/en/", "/en/books/", "/en/authors/", "/en/events/", "/en/books/novels/"]


def test_a_visitor_reads_asks_and_walks_on(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada")
    visit = Visit(new_context().new_page(), shop.url)
    for path in PAGES:
        visit.goes_to(path)
        _leaves_no_trace(visit)
    _asks_and_is_answered(visit, ada)


def test_a_visitor_who_ignores_the_banner_does_so_too_and_is_not_watched(
    watching_shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada", watching_shop)
    ada.page.get_by_role("button", name="Visitors").click()
    visit = WatchedVisit(new_context().new_page(), watching_shop.url)
    for path in PAGES:
        visit.goes_to(path)
        expect(visit.question).to_be_visible()
        _leaves_no_trace(visit)
    expect(ada.page.get_by_role("table", name="Visitors")).to_contain_text("Nobody who agreed")
    ada.page.get_by_role("button", name="Conversations").click()
    _asks_and_is_answered(visit, ada)
    expect(visit.question).to_be_visible()
    assert visit.choice() == ""
    assert visit.visit_frames == []


def _leaves_no_trace(visit: Visit) -> None:
    """The launcher is there, and not a trace of the visitor."""
    expect(visit.launcher).to_be_visible()
    assert visit.page.context.cookies() == []
    assert visit.stored() == {}
    assert visit.sockets == []


def _asks_and_is_answered(visit: Visit, ada: Agent) -> None:
    context = visit.page.context
    visit.opens()
    [cookie] = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    visit.says("hello")

    ada.picks_up("hello")
    ada.replies("Good morning! What are you looking for?")
    visit.sees_texts("hello", "Good morning! What are you looking for?")
    expect(ada.message("Good morning!")).to_contain_text("Seen")

    # Two pages further, each in the middle of something.
    visit.writes("A book for a long")
    visit.goes_to("/en/books/")
    expect(visit.field).to_have_value("A book for a long")
    visit.says("A book for a long journey")
    visit.goes_to("/en/authors/")
    ada.replies("By train or by sea?")
    visit.sees_texts(
        "hello",
        "Good morning! What are you looking for?",
        "A book for a long journey",
        "By train or by sea?",
    )
    expect(ada.log.locator(".lc-message")).to_have_count(4)
    expect(ada.message("A book for a long")).to_have_count(1)

    # The key was never where a script, an address or a page could give it away.
    key = context.cookies()[0]["value"]
    assert key not in visit.page.content()
    assert key not in str(visit.stored())
    assert key not in visit.page.evaluate("document.cookie + location.href")
    assert visit.complaints == []
