"""Everybody is asked once, in a way that leaves them free, and can change their mind."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import comes_true
from tests.browser.watching import IN_ASSIST, WatchedVisit

ASSIST = "livechat-assist"
SCREENS = [(1280, 800), (360, 740), (320, 568), (320, 256)]

# Whether some part of what has the focus can be seen: nothing of ours lies on all of it.
FOCUS_IS_IN_SIGHT = """
() => {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  if (!found || found === document.body) return true;
  const own = found.getRootNode().host ?? null;
  const box = found.getBoundingClientRect();
  const spots = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [
    box.left + box.width * x, box.top + box.height * y,
  ]));
  return spots.some(([x, y]) => {
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const top = document.elementFromPoint(x, y);
    return top !== null && (!top.localName.startsWith('livechat-') || top === own);
  });
}
"""


def _in_words(page: Page, change: dict[str, object]) -> None:
    """Let the server's configuration be another one."""

    def answer(route: Route) -> None:
        route.fulfill(json=json.loads(route.fetch().text()) | change)

    page.route("**/livechat/config/**", answer)


def test_before_an_answer_nothing_is_kept_and_nothing_is_told(come_by: ComeBy) -> None:
    asked: list[Request] = []
    visit = come_by("/en/")
    visit.page.on("request", lambda request: asked.append(request))
    expect(visit.question).to_be_visible()
    for path in ("/en/books/", "/en/opening-hours/", "/en/"):
        visit.goes_to(path)
        expect(visit.question).to_be_visible()
        visit.page.keyboard.press("Escape")
        visit.page.mouse.wheel(0, 400)
        visit.page.mouse.click(700, 5)
    expect(visit.question).to_be_visible()
    ours = [each for each in asked if "livechat" in each.url]
    assert [each.url for each in ours if each.method != "GET"] == []
    assert [each.url for each in ours if "cookie" in each.all_headers()] == []
    assert [each.url for each in ours if "visit.js" in each.url] == []
    assert visit.sockets == []
    assert visit.stored() == {}
    assert visit.page.context.cookies() == []


def test_the_question_is_among_the_first_stops_and_holds_nothing(come_by: ComeBy) -> None:
    visit = come_by("/en/")
    region = visit.page.get_by_role("region", name="May we see your pages?")
    expect(region).to_be_visible()
    press = visit.page.keyboard.press
    press("Tab")
    expect(visit.question.get_by_role("link", name="Details")).to_be_focused()
    for label in ("Accept", "Refuse", "Choose"):
        press("Tab")
        expect(visit.answer(label)).to_be_focused()
    press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to the text")).to_be_focused()
    visit.page.get_by_role("link", name="Books").first.click()
    expect(visit.page).to_have_url(visit.url + "/en/books/")


def test_the_three_answers_have_the_same_weight(come_by: ComeBy) -> None:
    for width in (1280, 360, 320):
        visit = come_by("/en/", viewport={"width": width, "height": 740})
        buttons = visit.question.locator(".answers > *")
        expect(buttons).to_have_text(["Accept", "Refuse", "Choose"])
        boxes = [each.bounding_box() for each in buttons.all()]
        assert len({(round(box["width"]), round(box["height"])) for box in boxes if box}) == 1
        looks = visit.page.evaluate(
            f"""[...{IN_ASSIST}.querySelectorAll('.answers > *')].map((each) => {{
              const {{ color, backgroundColor, font, border, opacity }} = getComputedStyle(each);
              return [each.localName, each.type, color, backgroundColor, font, border, opacity].join();
            }})"""
        )
        assert len(set(looks)) == 1
        for box in boxes:
            assert box and box["height"] >= 44


def test_who_refuses_is_not_asked_again_and_two_of_them_cannot_be_told_apart(
    come_by: ComeBy,
) -> None:
    visits = [come_by("/en/").answers("Refuse") for _ in range(2)]
    for visit in visits:
        for path in ("/en/books/", "/en/"):
            visit.goes_to(path)
            expect(visit.control.get_by_role("button", name="Your choice")).to_be_visible()
            expect(visit.question).to_have_count(0)
        assert visit.sockets == []
        assert visit.stored() == {}
        assert len(visit.page.context.cookies()) == 1
    one, other = (visit.page.context.cookies()[0] for visit in visits)
    assert one["value"] == other["value"]
    assert ".nn." in visits[0].choice()


def test_a_yes_is_taken_back_by_one_click_on_any_page(come_by: ComeBy) -> None:
    visit = come_by("/en/").answers("Accept")
    expect(visit.standing).to_have_text("Live help is on.")
    visit.goes_to("/en/books/")
    expect(visit.standing).to_have_text("Live help is on.")
    assert ".yy." in visit.choice()
    visit.presses("Stop live help")
    expect(visit.standing).to_have_text("Your page views are counted.")
    assert ".ny." in visit.choice()
    visit.presses("Stop counting")
    expect(visit.control.get_by_role("button")).to_have_text(["Your choice about live help"])
    visit.goes_to("/en/")
    expect(visit.control).to_be_visible()
    assert ".nn." in visit.choice()
    assert [each["name"] for each in visit.page.context.cookies() if "visit" in each["name"]] == []


def test_each_purpose_is_chosen_apart_in_a_dialog_with_nothing_ticked(come_by: ComeBy) -> None:
    visit = come_by("/en/")
    press = visit.page.keyboard.press
    visit.answer("Choose").focus()
    press("Enter")
    expect(visit.choices.get_by_role("heading").first).to_be_focused()
    boxes = visit.choices.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        expect(box).not_to_be_checked()
    # What is behind it is inert, for everybody.
    assert visit.page.evaluate(f"{IN_ASSIST}.querySelector('dialog').matches(':modal')")
    boxes.first.check()
    press("Escape")
    expect(visit.choices).to_have_count(0)
    expect(visit.answer("Choose")).to_be_focused()
    assert visit.choice() == ""

    press("Enter")
    expect(visit.choices.get_by_role("checkbox").first).not_to_be_checked()
    visit.choices.get_by_role("button", name="Save my choice").click()
    expect(visit.question).to_have_count(0)
    expect(visit.control.get_by_role("button")).to_be_focused()
    assert ".nn." in visit.choice()

    visit.presses("Your choice")
    visit.choices.get_by_role("checkbox", name="Statistics").check()
    visit.choices.get_by_role("button", name="Save my choice").click()
    expect(visit.standing).to_have_text("Your page views are counted.")
    assert ".ny." in visit.choice()
    visit.presses("Your choice")
    expect(visit.choices.get_by_role("checkbox", name="Statistics")).to_be_checked()
    expect(visit.choices).to_contain_text("Receipt of your answer")


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_the_browsers_own_no_is_respected_and_said(header: str, come_by: ComeBy) -> None:
    visit = come_by("/en/", extra_http_headers={header: "1"})
    expect(visit.standing).to_contain_text("Your browser asks not to be tracked")
    expect(visit.question).to_have_count(0)
    assert visit.choice() == ""
    visit.presses("Your choice")
    visit.choices.get_by_role("checkbox", name="Live help").check()
    visit.choices.get_by_role("button", name="Save my choice").click()
    expect(visit.standing).to_have_text("Live help is on.")


def test_it_works_where_sockets_do_not_get_through(
    come_by: ComeBy, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    page.route_web_socket("**", lambda socket: socket.close())
    visit = come_by("/en/", page=page).answers("Accept")
    expect(visit.standing).to_have_text("Live help is on.")
    visit.presses("Stop live help")
    expect(visit.standing).to_have_text("Your page views are counted.")


def test_an_answer_that_cannot_be_stored_is_said(
    come_by: ComeBy, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    page.route("**/livechat/consent/", lambda route: route.abort())
    visit = come_by("/en/", page=page)
    visit.answer("Accept").click()
    expect(visit.question.get_by_role("alert")).to_contain_text("could not be stored")
    page.unroute_all()
    visit.answers("Refuse")
    visit.complaints.clear()


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_of_ours_hides_what_has_the_focus(
    width: int, height: int, answered: bool, come_by: ComeBy
) -> None:
    visit = come_by("/en/", viewport={"width": width, "height": height})
    expect(visit.question).to_be_visible()
    if answered:
        visit.answers("Accept")
        expect(visit.control).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    for _ in range(45):
        visit.page.keyboard.press("Tab")
        visit.page.wait_for_function("() => new Promise((done) => requestAnimationFrame(done))")
        comes_true(visit.page, f"({FOCUS_IS_IN_SIGHT})()", within=5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scheme: str, come_by: ComeBy) -> None:
    visit = come_by("/en/", color_scheme=scheme)
    expect(visit.question).to_be_visible()
    assert_accessible(visit.page, within=ASSIST)
    visit.answer("Choose").click()
    expect(visit.choices).to_be_visible()
    assert_accessible(visit.page, within=ASSIST)
    visit.page.keyboard.press("Escape")
    visit.answers("Accept")
    expect(visit.standing).to_have_text("Live help is on.")
    assert_accessible(visit.page, within=ASSIST)
    visit.presses("Stop live help")
    expect(visit.standing).to_have_text("Your page views are counted.")
    assert_accessible(visit.page, within=ASSIST)


def test_large_text_and_a_language_from_right_to_left_fit(
    come_by: ComeBy, new_context: ContextMaker
) -> None:
    page = new_context(viewport={"width": 640, "height": 900}).new_page()
    _in_words(page, {"dir": "rtl", "language": "ar"})
    visit = come_by("/en/", page=page)
    expect(visit.question).to_be_visible()
    page.evaluate(f"{IN_ASSIST}.querySelector('.frame').style.fontSize = '30px'")
    for label in ("Accept", "Refuse", "Choose"):
        expect(visit.answer(label)).to_be_in_viewport(ratio=1)
    accept, choose = visit.answer("Accept").bounding_box(), visit.answer("Choose").bounding_box()
    assert accept and choose
    assert accept["x"] > choose["x"]
    assert page.evaluate(
        f"(part => part.scrollWidth <= part.clientWidth)({IN_ASSIST}.querySelector('.banner'))"
    )


def test_in_the_colours_of_the_system_everything_has_an_edge_and_nothing_moves(
    come_by: ComeBy,
) -> None:
    visit = come_by("/en/", forced_colors="active", reduced_motion="reduce")
    expect(visit.question).to_be_visible()
    for part in (".banner", ".answer"):
        width = visit.page.evaluate(
            f"parseFloat(getComputedStyle({IN_ASSIST}.querySelector('{part}')).borderTopWidth)"
        )
        assert width >= 1, part
    assert visit.page.evaluate(f"{IN_ASSIST}.getAnimations().length") == 0


def test_a_swapped_body_keeps_the_question_where_it_was(come_by: ComeBy) -> None:
    for how in ("body", "inner"):
        visit = come_by(f"/en/?swap={how}")
        expect(visit.question).to_be_visible()
        visit.page.get_by_role("link", name="Books").first.click()
        expect(visit.page).to_have_url(visit.url + "/en/books/")
        expect(visit.assist).to_have_count(1)
        expect(visit.question).to_be_visible()
        assert visit.page.evaluate(
            "document.querySelector('livechat-assist').nextElementSibling === document.body"
        )
        visit.answers("Refuse")
        visit.page.get_by_role("link", name="Authors").first.click()
        expect(visit.page).to_have_url(visit.url + "/en/authors/")
        expect(visit.question).to_have_count(0)
        expect(visit.control).to_be_visible()


def test_in_a_language_that_nobody_asks_in_there_is_no_question(come_by: ComeBy) -> None:
    visit: WatchedVisit = come_by("/fr/")
    comes_true(visit.page, "document.querySelector('livechat-assist') !== null")
    expect(visit.question).to_have_count(0)
    expect(visit.control).to_have_count(0)
