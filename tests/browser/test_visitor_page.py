"""The widget and the page it lives on leave each other alone."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Arrive
from tests.browser.fixtures import ContextMaker
from tests.browser.people import PASSWORD
from tests.browser.visitors import Visit, comes_true
from tests.browser.wired_agent import WiredAgent
from tests.servers import SiteServer

# What Turbo and htmx do: fetch the next page, and put its body in the place of this one.
SWAP = """
async (path) => {
  const next = await (await fetch(path)).text();
  const parsed = new DOMParser().parseFromString(next, 'text/html');
  document.title = parsed.title;
  document.body.replaceWith(document.adoptNode(parsed.body));
  history.pushState({}, '', path);
  document.dispatchEvent(new Event('turbo:load'));
}
"""

HOSTILE = """
html { font-size: 40px !important; letter-spacing: 9px; direction: rtl; text-transform: uppercase }
* { color: red !important; font-family: cursive !important; box-sizing: content-box !important;
    transition: all 5s; line-height: 4 !important }
livechat-widget { display: none !important; opacity: .1 !important; position: absolute !important;
    transform: rotate(20deg) scale(3) !important; filter: blur(9px) !important; zoom: 3 }
livechat-widget * , aside, button { display: none !important; background: lime !important }
"""


def test_a_swapped_body_keeps_one_widget_one_socket_and_the_conversation(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "I walk through the shop.")
    visit.opens_menu().get_by_role("switch", name="Show the team").click()
    wired_ada.sees_card(conversation, lambda card: card["page"] is not None)
    visit.writes("while I write")
    for path in ("/en/books/", "/en/opening-hours/"):
        visit.page.evaluate(SWAP, path)
        expect(visit.page).to_have_title(visit.page.title())
        wired_ada.sees_card(
            conversation,
            lambda card, path=path: card["page"] is not None and path in card["page"]["url"],
        )
    expect(visit.widget).to_have_count(1)
    expect(visit.field).to_have_value("while I write")
    wired_ada.reply(conversation, "I follow you.")
    visit.sees_texts("I walk through the shop.", "I follow you.")
    assert len(visit.sockets) == 1


def test_the_style_sheets_of_the_page_do_not_reach_the_widget(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive(bypass_csp=True)
    visit.asks(wired_ada, "How do I look?")

    def looks() -> list[object]:
        found: list[object] = visit.page.evaluate(
            """() => {
              const root = document.querySelector('livechat-widget').shadowRoot;
              return ['.launcher', '.panel', '.head h2', '.mine .text', 'textarea'].map((each) => {
                const element = root.querySelector(each);
                const { x, y, width, height } = element.getBoundingClientRect();
                const style = getComputedStyle(element);
                return [x, y, width, height, style.color, style.backgroundColor, style.fontFamily,
                  style.fontSize, style.lineHeight, style.letterSpacing, style.direction,
                  style.textTransform, style.display];
              });
            }"""
        )
        return found

    # Wait for the panel to have risen.
    comes_true(
        visit.page,
        "document.querySelector('livechat-widget').shadowRoot.getAnimations().length === 0",
    )
    before = looks()
    visit.page.add_style_tag(content=HOSTILE)
    expect(visit.page.locator("body")).to_have_css("text-transform", "uppercase")
    assert looks() == before
    assert (
        visit.page.evaluate("getComputedStyle(document.querySelector('livechat-widget')).opacity")
        == "1"
    )


def test_the_widget_changes_nothing_of_the_page(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    """The same bytes for everybody, and no element of the page is touched."""
    visit = arrive()
    visit.asks(wired_ada, "Am I disturbing?")
    other = new_context().new_page()
    other.route("**/loader.js*", lambda route: route.abort())
    other.goto(visit.url + "/en/")
    assert visit.page.evaluate("document.body.outerHTML") == other.evaluate(
        "document.body.outerHTML"
    )


def test_a_loader_that_fails_leaves_the_page_whole(
    arrive: Arrive, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    page.add_init_script("window.fetch = () => { throw new Error('broken') }")
    page.add_init_script("Element.prototype.attachShadow = () => { throw new Error('broken') }")
    visit = arrive(page=page)
    comes_true(page, "window.livechat !== undefined")
    page.get_by_role("link", name="Books").first.click()
    expect(page).to_have_url(f"{visit.url}/en/books/")
    expect(visit.widget).to_have_count(0)


def test_a_chat_that_has_no_configuration_is_not_shown(
    arrive: Arrive, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    with page.expect_response("**/livechat/config/en/"):
        page.route(
            "**/livechat/config/en/", lambda route: route.fulfill(status=500, body="<h1>No</h1>")
        )
        visit = Visit(page, "")
        arrived = arrive(page=page)
    expect(arrived.widget).to_have_count(0)
    assert [each for each in visit.complaints if "500" not in each] == []
    arrived.complaints.clear()


def test_a_panel_that_cannot_be_loaded_says_so_and_can_be_tried_again(
    arrive: Arrive, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    visit = arrive(page=page)

    def fail(route: Route) -> None:
        route.fulfill(status=404, content_type="text/plain", body="gone")

    page.route("**/chat.js*", fail)
    visit.launcher.click()
    expect(visit.widget.get_by_role("alert")).to_have_text("The chat could not be opened.")
    page.unroute("**/chat.js*", fail)
    visit.complaints.clear()
    # A browser remembers a module that failed until the page is loaded anew.
    visit.goes_to("/en/").opens()


def test_names_that_the_page_gives_to_its_elements_are_not_taken_for_ours(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    names = ("config", "livechat", "localStorage", "customElements", "WebSocket", "currentScript")
    clobbering = (
        "<a id=ws name=config href='https://evil.test/'></a><a id=ws name=socket></a>"
        + "".join(f"<form name={name}><input name=config><input name=ws></form>" for name in names)
        + "<a id=__proto__></a><a id=constructor></a>"
    )

    def clobber(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<main", clobbering + "<main", 1))

    page.route("**/en/", clobber)
    visit = arrive(page=page)
    expect(page.locator("form[name=livechat]")).to_have_count(1)
    conversation = visit.asks(wired_ada, "Do you hear me?")
    wired_ada.reply(conversation, "Loud and clear.")
    visit.sees_texts("Do you hear me?", "Loud and clear.")
    page.evaluate("window.livechat.close()")
    expect(visit.panel).to_have_count(0)
    assert all("evil.test" not in socket for socket in visit.sockets)


def test_the_page_may_open_and_close_the_chat_and_hear_of_it(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    expect(visit.launcher).to_be_visible()
    visit.page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ['opened', 'closed', 'message'])
            window.livechat.on(name, (detail) => {
              window.heard.push([name, detail]);
              document.documentElement.dataset.heard = window.heard.length;
            });
          window.livechat.open();
        }"""
    )
    visit.says("Opened by the page.")
    visit.sees_texts("Opened by the page.")
    expect(visit.page.locator("html")).to_have_attribute("data-heard", "2")
    visit.page.evaluate("window.livechat.close()")
    expect(visit.panel).to_have_count(0)
    assert visit.page.evaluate("window.heard") == [
        ["opened", {}],
        ["message", {"from": "visitor"}],
        ["closed", {}],
    ]


def test_the_button_of_editors_and_the_launcher_do_not_cover_each_other(
    wired_ada: WiredAgent, strict_site: SiteServer, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    page.goto(f"{strict_site.url}/admin/login/")
    page.locator("[name=username]").fill("editor")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{strict_site.url}/admin/")
    visit = Visit(page, strict_site.url).goes_to("/en/")
    expect(visit.launcher).to_be_visible()
    button = page.locator("wagtail-userbar").get_by_role("button").first
    expect(button).to_be_visible()
    theirs, ours = button.bounding_box(), visit.launcher.bounding_box()
    assert theirs and ours
    apart = (
        ours["y"] + ours["height"] <= theirs["y"]
        or theirs["y"] + theirs["height"] <= ours["y"]
        or ours["x"] + ours["width"] <= theirs["x"]
        or theirs["x"] + theirs["width"] <= ours["x"]
    )
    assert apart
