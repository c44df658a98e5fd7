"""J1: somebody reads, asks, walks on and is answered."""

from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.journeys.conftest import Staff
from tests.servers import SiteServer

PAGES = ["/en/", "/en/books/", "/en/authors/", "/en/events/", "/en/books/novels/"]


def test_a_visitor_reads_asks_and_walks_on(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada")
    context = new_context()
    visit = Visit(context.new_page(), shop.url)

    # Five pages: the launcher is there, and not a trace of the visitor.
    for path in PAGES:
        visit.goes_to(path)
        expect(visit.launcher).to_be_visible()
    assert context.cookies() == []
    assert visit.stored() == {}
    assert visit.sockets == []

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
