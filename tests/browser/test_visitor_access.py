"""Everybody can use the panel: by keyboard, by ear, enlarged, on a telephone, in the dark."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import Arrive
from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit, comes_true
from tests.browser.wired_agent import WiredAgent

WIDGET = "livechat-widget"
IN_WIDGET = f"document.querySelector('{WIDGET}').shadowRoot"
FOCUS = f"{IN_WIDGET}.activeElement"


def _in_words(page: Page, change: Callable[[dict[str, object]], None]) -> None:
    """Let the server's configuration be another one."""

    def answer(route: Route) -> None:
        config = json.loads(route.fetch().text())
        change(config)
        route.fulfill(json=config)

    page.route("**/livechat/config/**", answer)


def _at_rest(visit: Visit) -> None:
    comes_true(
        visit.page, f"{IN_WIDGET}.getAnimations().every((each) => each.playState !== 'running')"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scheme: str, arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive(color_scheme=scheme, reduced_motion="reduce")
    expect(visit.launcher).to_be_visible()
    assert_accessible(visit.page, within=WIDGET)

    visit.opens()
    expect(visit.panel.locator(".standing")).to_contain_text("Somebody is here")
    assert_accessible(visit.page, within=WIDGET)

    conversation = visit.asks_further(wired_ada, "Hello, see https://shop.example.test/a")
    wired_ada.reply(conversation, "Hello!")
    expect(visit.texts.last).to_have_text("Hello!")
    wired_ada.writes(conversation)
    expect(visit.panel.locator(".typing")).to_be_visible()
    assert_accessible(visit.page, within=WIDGET)

    menu = visit.opens_menu()
    menu.get_by_role("switch").first.click()
    assert_accessible(visit.page, within=WIDGET)
    menu.get_by_role("button", name="End the conversation").click()
    expect(menu.get_by_role("button", name="End it")).to_be_visible()
    assert_accessible(visit.page, within=WIDGET)
    visit.page.keyboard.press("Escape")

    visit.panel.get_by_role("button", name="Insert an emoji").click()
    assert_accessible(visit.page, within=WIDGET)
    visit.page.keyboard.press("Escape")

    visit.writes("x" * 4_001)
    expect(visit.panel.get_by_role("alert")).to_contain_text("Too long by 1")
    assert_accessible(visit.page, within=WIDGET)

    visit.page.context.set_offline(True)
    visit.says("Without a network.")
    expect(visit.banner).to_contain_text("Connection lost")
    expect(visit.states.last).to_have_text("Sending…")
    assert_accessible(visit.page, within=WIDGET)


def test_a_message_that_failed_is_an_alert_with_two_ways_on(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()

    def refuse(frame: str) -> str | None:
        asked = json.loads(frame)
        if asked["type"] != "message.send":
            return None
        words = "This message cannot be stored."
        return json.dumps(
            {"type": "refused", "code": "conflict", "message": words, "ref": asked["ref"]}
        )

    def carry(socket: object) -> None:
        server = socket.connect_to_server()  # type: ignore[attr-defined]

        def heard(frame: str) -> None:
            refusal = refuse(frame)
            if refusal:
                socket.send(refusal)  # type: ignore[attr-defined]
            else:
                server.send(frame)

        socket.on_message(heard)  # type: ignore[attr-defined]

    page.route_web_socket("**/livechat/ws/", carry)
    visit = arrive(page=page).opens()
    visit.says("Keep this.")
    expect(visit.panel.get_by_role("alert")).to_have_text("This message cannot be stored.")
    assert_accessible(visit.page, within=WIDGET)
    visit.panel.get_by_role("button", name="Edit", exact=True).click()
    expect(visit.field).to_have_value("Keep this.")
    expect(visit.field).to_be_focused()


def test_everything_is_reached_by_the_keyboard_alone(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    expect(visit.launcher).to_be_visible()
    press = visit.page.keyboard.press
    visit.page.locator("footer a").last.focus()
    press("Tab")
    expect(visit.launcher).to_be_focused()
    press("Enter")
    expect(visit.field).to_be_focused()
    visit.page.keyboard.type("Typed, not clicked.")
    press("Enter")
    visit.sees_texts("Typed, not clicked.")

    # Backwards through the panel: log, close, options.
    press("Shift+Tab")
    expect(visit.panel.get_by_role("log")).to_be_focused()
    press("Shift+Tab")
    expect(visit.panel.get_by_role("button", name="Close chat")).to_be_focused()
    press("Shift+Tab")
    options = visit.panel.get_by_role("button", name="Options")
    expect(options).to_be_focused()
    press("Enter")
    expect(visit.panel.get_by_role("switch").first).to_be_focused()
    press("Escape")
    expect(options).to_be_focused()

    # Forwards out of it: nothing holds the focus.
    for _ in range(7):
        press("Tab")
    assert visit.page.evaluate(f"!{IN_WIDGET}.querySelector('.panel').contains({FOCUS})")
    visit.field.focus()
    press("Escape")
    expect(visit.panel).to_have_count(0)
    expect(visit.launcher).to_be_focused()
    expect(visit.launcher).to_have_attribute("aria-expanded", "false")


def test_what_arrives_moves_neither_focus_nor_page_and_is_said_once(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "I go on reading.")
    visit.page.get_by_role("link", name="Books").first.focus()
    wired_ada.reply(conversation, "Do.")
    expect(visit.widget.locator("p[role=status]")).to_have_text("Ada: Do.")
    expect(visit.panel.get_by_role("log")).to_have_attribute("aria-live", "off")
    expect(visit.page.get_by_role("link", name="Books").first).to_be_focused()
    assert visit.page.evaluate("scrollY") == 0


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 568), (740, 360), (320, 256)])
def test_on_a_small_screen_the_field_and_the_last_message_are_visible(
    width: int, height: int, arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive(viewport={"width": width, "height": height}, has_touch=True)
    conversation = visit.asks(wired_ada, "On the train.")
    wired_ada.reply(conversation, "Where to?")
    _at_rest(visit)
    expect(visit.field).to_be_in_viewport(ratio=1)
    expect(visit.texts.last).to_be_in_viewport()
    close = visit.panel.get_by_role("button", name="Close chat")
    expect(close).to_be_in_viewport(ratio=1)
    assert visit.page.evaluate(f"{IN_WIDGET}.querySelector('.log').scrollWidth") <= width
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    size = visit.field.evaluate("field => parseFloat(getComputedStyle(field).fontSize)")
    assert size >= 16
    close.click()
    expect(visit.launcher).to_be_visible()


def test_text_of_twice_the_size_fits(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive(viewport={"width": 640, "height": 800})
    conversation = visit.asks(wired_ada, "Large letters, please.")
    wired_ada.reply(
        conversation, "Certainly: incomprehensibilities and https://shop.test/" + "a" * 80
    )
    visit.page.evaluate(f"{IN_WIDGET}.querySelector('.frame').style.fontSize = '30px'")
    expect(visit.field).to_be_in_viewport(ratio=1)
    expect(visit.panel.get_by_role("button", name="Close chat")).to_be_in_viewport(ratio=1)
    for part in (".log", ".head", ".composer"):
        assert visit.page.evaluate(
            f"(part => part.scrollWidth <= part.clientWidth)({IN_WIDGET}.querySelector('{part}'))"
        )


def test_targets_are_large_enough(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive(viewport={"width": 360, "height": 740}, has_touch=True)
    visit.asks(wired_ada, "With my thumb.")
    visit.opens_menu()
    _at_rest(visit)
    for button in visit.panel.get_by_role("button").all() + visit.panel.get_by_role("switch").all():
        box = button.bounding_box()
        assert box and box["width"] >= 24 and box["height"] >= 24
    box = visit.panel.get_by_role("button", name="Close chat").bounding_box()
    assert box and box["width"] >= 44 and box["height"] >= 44


def test_a_language_from_right_to_left_mirrors_the_panel(
    arrive: Arrive, wired_ada: WiredAgent, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    _in_words(page, lambda config: config.update(dir="rtl", language="ar"))
    visit = arrive(page=page)
    conversation = visit.asks(wired_ada, "مرحبا، هل لديكم هذا الكتاب؟")
    wired_ada.reply(conversation, "Yes, we do.")
    visit.sees_texts("مرحبا، هل لديكم هذا الكتاب؟", "Yes, we do.")
    _at_rest(visit)
    mine, theirs = visit.texts.nth(0).bounding_box(), visit.texts.nth(1).bounding_box()
    close = visit.panel.get_by_role("button", name="Close chat").bounding_box()
    panel = visit.panel.bounding_box()
    assert mine and theirs and close and panel
    assert mine["x"] < theirs["x"]
    assert close["x"] - panel["x"] < 60
    # The corner is the editor's choice and stays.
    assert panel["x"] > 500
    assert visit.texts.nth(1).evaluate("text => getComputedStyle(text).direction") == "ltr"
    assert visit.texts.nth(0).evaluate("text => getComputedStyle(text).direction") == "rtl"
    assert_accessible(visit.page, within=WIDGET)


def test_who_asks_for_less_motion_gets_none(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive(reduced_motion="reduce")
    conversation = visit.asks(wired_ada, "Quietly.")
    wired_ada.writes(conversation)
    expect(visit.panel.locator(".typing")).to_be_visible()
    moving = visit.page.evaluate(
        f"{IN_WIDGET}.getAnimations().filter((each) => each.effect.getTiming().duration > 0).length"
    )
    assert moving == 0


def test_in_the_colours_of_the_system_everything_has_an_edge(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive(forced_colors="active")
    conversation = visit.asks(wired_ada, "High contrast.")
    wired_ada.reply(conversation, "Clear.")
    visit.sees_texts("High contrast.", "Clear.")
    for part in (".panel", ".mine .text", ".theirs .text", ".field", ".send", ".launcher"):
        width = visit.page.evaluate(
            f"parseFloat(getComputedStyle({IN_WIDGET}.querySelector('{part}')).borderTopWidth)"
        )
        assert width >= 1, part


def test_sound_is_off_until_it_is_wanted_and_then_it_stays_on(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    visit.asks(wired_ada, "Softly.")
    switch = visit.opens_menu().get_by_role("switch", name="Sound for new messages")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    visit.goes_to("/en/books/")
    expect(visit.opens_menu().get_by_role("switch", name="Sound for new messages")).to_be_checked()
