"""Who is watched knows it before anybody sees a page, can look, and can stop it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Response, WebSocketRoute, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.fixtures import ContextMaker
from tests.browser.watching import Watcher, watcher_at_work
from tests.servers import SiteServer

ASSIST = "livechat-assist"
DECLARED = {
    "visit.hello": {
        *("type", "v", "language", "device", "view", "page", "kind", "results"),
        *("origin", "active", "seen"),
    },
    "page.view": {"type", "ref", "page", "kind", "results"},
    "activity.set": {"type", "active"},
    "watchers.seen": {"type", "number"},
    "invitation.seen": {"type", "invitation"},
    "visit.show": {"type", "ref"},
    "pong": {"type"},
}


def test_it_is_shown_who_is_watching_before_a_page_is_told(
    come_by: ComeBy, watcher: Watcher, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    held: list[str] = []

    def carry(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def heard(frame: str | bytes) -> None:
            # What would tell that the watcher was shown is kept back.
            if json.loads(frame)["type"] == "watchers.seen":
                held.append(str(frame))
            else:
                server.send(frame)

        route.on_message(heard)

    page.route_web_socket("**/visit/ws/", carry)
    visit = come_by("/en/", page=page).answers("Accept")
    expect(visit.standing).to_have_text("Live help is on.")
    watcher.watches()
    expect(visit.watched).to_contain_text("Watched by Ada")
    visit.goes_to("/en/books/")
    expect(visit.watched).to_contain_text("Watched by Ada")
    rows = [row for window in watcher.windows() for row in window["rows"]]
    assert rows and all(row["page"] is None for row in rows)
    assert held


def test_where_sockets_are_blocked_all_of_it_holds_as_well(
    come_by: ComeBy, watcher: Watcher, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    answers: list[int] = []

    def answered(response: Response) -> None:
        if response.url.endswith("/visit/exchange/"):
            answers.append(response.status)

    page.on("response", answered)
    page.route_web_socket("**/visit/ws/", lambda route: route.close())
    visit = come_by("/en/", page=page).answers("Accept")
    expect(visit.standing).to_have_text("Live help is on.")
    for _ in range(200):
        if answers:
            break
        page.wait_for_timeout(100)
    assert set(answers) == {204}  # nobody watches: there is nothing to say
    watcher.watches()
    expect(visit.watched).to_contain_text("Watched by Ada", timeout=15_000)
    watcher.sees_on("The Lamplighter")
    visit.goes_to("/en/books/")
    expect(visit.watched).to_contain_text("Watched by Ada", timeout=15_000)
    watcher.sees_on("Books")
    assert set(answers) == {200, 204}


def test_the_team_sees_the_pages_as_they_come_and_nothing_but_what_is_declared(
    come_by: ComeBy, watcher: Watcher
) -> None:
    watcher.watches()
    visit = come_by("/en/?email=somebody@example.test&token=abc#part").answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada")
    watcher.sees_on("The Lamplighter")
    for path, title in (("/en/books/", "Books"), ("/en/authors/", "Authors")):
        visit.goes_to(path)
        row = watcher.sees_on(title)
        assert row["origin"] == ""
    for frame in map(json.loads, visit.visit_frames):
        assert set(frame) <= DECLARED[frame["type"]]
    text = "".join(visit.visit_frames)
    for secret in ("somebody", "token=abc", "#part", "http"):
        assert secret not in text


def test_one_click_stops_it_and_the_end_of_watching_is_told(
    come_by: ComeBy, watcher: Watcher
) -> None:
    watcher.watches()
    visit = come_by("/en/").answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada")
    watcher.looks_away()
    expect(visit.watched).to_have_count(0)
    expect(visit.standing).to_have_text("Nobody is watching any more.")
    watcher.watches()
    expect(visit.watched).to_be_visible()
    visit.watched.get_by_role("button", name="Stop live help").click()
    expect(visit.watched).to_have_count(0)
    expect(visit.standing).to_have_text("Your page views are counted.")
    assert ".ny." in visit.choice()
    visit.goes_to("/en/books/")
    expect(visit.standing).to_have_text("Your page views are counted.")


def test_everything_that_the_staff_see_is_shown_on_request(
    come_by: ComeBy, watcher: Watcher
) -> None:
    watcher.watches()
    visit = come_by("/en/books/").answers("Accept")
    row = watcher.sees_on("Books")
    visit.watched.get_by_role("button", name="What the staff see").click()
    seen = visit.assist.locator("dialog.seen")
    expect(seen).to_be_visible()
    for part in (row["label"], row["id"], row["language"], "Books", "Ada", "Computer"):
        expect(seen).to_contain_text(part)
    expect(seen.locator("dt")).to_have_count(len(row) + 1)
    assert_accessible(visit.page, within=ASSIST)
    visit.page.keyboard.press("Escape")
    expect(visit.watched.get_by_role("button", name="What the staff see")).to_be_focused()


def test_two_who_watch_are_both_named(
    come_by: ComeBy, watcher: Watcher, watching_site: SiteServer
) -> None:
    watcher.watches()
    visit = come_by("/en/").answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada")
    with watcher_at_work(watching_site.url, "noor") as noor:
        noor.watches()
        expect(visit.watched).to_contain_text("Ada and Noor")
    expect(visit.watched.locator(".standing")).to_have_text("Watched by Ada")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_watched(scheme: str, come_by: ComeBy, watcher: Watcher) -> None:
    watcher.watches()
    visit = come_by("/en/", color_scheme=scheme).answers("Accept")
    expect(visit.watched).to_be_visible()
    assert_accessible(visit.page, within=ASSIST)


def test_on_a_telephone_the_open_chat_does_not_hide_who_is_watching(
    come_by: ComeBy, watcher: Watcher
) -> None:
    watcher.watches()
    visit = come_by("/en/", viewport={"width": 360, "height": 740}, has_touch=True)
    visit.answers("Accept")
    expect(visit.watched).to_be_visible()
    visit.opens()
    expect(visit.watched.locator(".standing")).to_be_in_viewport(ratio=1)
    close = visit.panel.get_by_role("button", name="Close chat")
    expect(close).to_be_in_viewport(ratio=1)
    indicator, button = visit.watched.bounding_box(), close.bounding_box()
    assert indicator and button
    assert indicator["y"] + indicator["height"] <= button["y"]
    expect(visit.field).to_be_in_viewport(ratio=1)
    close.click()


def test_without_sockets_it_is_the_same_over_http(
    come_by: ComeBy, watcher: Watcher, new_context: ContextMaker
) -> None:
    page = new_context().new_page()
    page.route_web_socket("**/visit/ws/", lambda socket: socket.close())
    watcher.watches()
    visit = come_by("/en/", page=page).answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada", timeout=30_000)
    watcher.sees_on("The Lamplighter")
    visit.watched.get_by_role("button", name="Stop live help").click()
    expect(visit.watched).to_have_count(0)


def test_a_swapped_body_is_a_page_of_the_same_visit(come_by: ComeBy, watcher: Watcher) -> None:
    watcher.watches()
    visit = come_by("/en/?swap=body").answers("Accept")
    expect(visit.watched).to_be_visible()
    visit.page.get_by_role("link", name="Books").first.click()
    row = watcher.sees_on("Books")
    assert row["pages"] == 2
    assert len([url for url in visit.sockets if "/visit/" in url]) == 1


def test_two_tabs_are_one_visit_and_a_stop_in_one_stops_both(
    come_by: ComeBy, watcher: Watcher, new_context: ContextMaker
) -> None:
    watcher.watches()
    context = new_context()
    first = come_by("/en/", page=context.new_page()).answers("Accept")
    expect(first.watched).to_be_visible()
    second = come_by("/en/books/", page=context.new_page())
    expect(second.watched).to_be_visible()
    row = watcher.sees_on("Books")
    assert row["pages"] == 2
    second.watched.get_by_role("button", name="Stop live help").click()
    expect(second.standing).to_have_text("Your page views are counted.")
    expect(first.watched).to_have_count(0)
    # It hears of the choice when its line may not come back.
    expect(first.standing).to_have_text("Your page views are counted.", timeout=60_000)
