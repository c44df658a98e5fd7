"""The console's table of visitors: who is there, where, since when; asking them; going along."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.fixtures import ContextMaker
from tests.browser.looking import Looker, ada_at
from tests.browser.people import CONSOLE
from tests.servers import SiteServer

OURS = ".lc-console"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def ada(watching_site: SiteServer, new_context: ContextMaker) -> Looker:
    return ada_at(watching_site, new_context)


def test_the_visitor_is_told_first_then_seen_from_page_to_page(
    come_by: ComeBy, ada: Looker
) -> None:
    ada.looks()
    expect(ada.page.get_by_text("Visitors see that you watch.")).to_be_visible()
    visit = come_by("/en/").answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada")
    row = ada.row_on("The Lamplighter")
    expect(row).to_be_visible()
    expect(row).to_contain_text("New")
    ada.opens_trail_on("The Lamplighter")

    visit.goes_to("/en/books/")
    expect(ada.row_on("Books")).to_be_visible()
    expect(ada.rows).to_have_count(1)
    visit.goes_to("/en/authors/")
    expect(ada.steps).to_have_text(
        [re.compile("Authors"), re.compile("Books"), re.compile("The Lamplighter")]
    )

    ada.turns_away()
    expect(visit.watched).to_have_count(0)


def test_who_leaves_is_gone_from_table_and_trail(come_by: ComeBy, ada: Looker) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    expect(ada.steps).to_have_count(1)
    visit.page.close()
    expect(ada.rows).to_have_count(0, timeout=30_000)
    expect(ada.trail).to_contain_text("This visitor has left", timeout=30_000)
    expect(ada.steps).to_have_count(0)
    expect(ada.table).to_contain_text("Nobody who agreed to be seen is on the site now.")


def test_one_click_of_the_visitor_takes_everything_from_the_screen(
    come_by: ComeBy, ada: Looker
) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    expect(ada.steps).to_have_count(1)
    visit.watched.get_by_role("button", name="Stop live help").click()
    expect(ada.rows).to_have_count(0)
    expect(ada.steps).to_have_count(0)


def test_an_invitation_is_seen_where_the_visitor_is_and_becomes_a_conversation(
    come_by: ComeBy, ada: Looker
) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    field = ada.trail.get_by_role("textbox", name="What to ask the visitor")
    expect(field).to_have_value("Hello! Can I help you find something?")
    ada.invites("Are you looking for a map?")

    expect(visit.card).to_contain_text("Are you looking for a map?")
    expect(visit.card).to_contain_text("Ada")
    expect(ada.trail.locator(".lc-became--shown")).to_contain_text("Shown")
    assert visit.page.url.endswith("/en/books/")
    visit.card.get_by_role("button", name="Yes, let us talk").click()

    agent = ada.agent
    expect(agent.log).to_contain_text("Are you looking for a map?")
    expect(agent.head).to_contain_text("Begun by an invitation")
    expect(visit.panel).to_be_visible()
    agent.replies("Which coast?")
    expect(visit.texts.last).to_have_text("Which coast?")
    visit.says("The northern one")
    expect(agent.log).to_contain_text("The northern one")


def test_no_thanks_is_told_and_nobody_asks_again(come_by: ComeBy, ada: Looker) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    ada.invites()
    visit.card.get_by_role("button", name="No, thanks").click()
    expect(ada.trail.locator(".lc-became--declined")).to_be_visible()
    expect(ada.trail.get_by_role("button", name=re.compile("^Invite"))).to_have_count(0)
    ada.table.page.get_by_role("button", name=re.compile("^Declined")).click()
    expect(ada.rows).to_have_count(1)


def test_an_invitation_is_taken_back(come_by: ComeBy, ada: Looker) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    ada.invites()
    expect(visit.card).to_be_visible()
    ada.trail.get_by_role("button", name="Take it back").click()
    expect(visit.card).to_have_count(0)
    expect(ada.trail.locator(".lc-became--cancelled")).to_be_visible()


def test_a_page_is_chosen_sent_and_followed_by_the_visitors_own_click(
    come_by: ComeBy, ada: Looker
) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    ada.opens_trail_on("Books")
    ada.invites()
    visit.card.get_by_role("button", name="Yes, let us talk").click()
    agent = ada.agent
    expect(agent.log).to_contain_text("Can I help")

    agent.presses("Send a page")
    chooser = agent.page.locator(".modal")
    chooser.get_by_role("link", name="Authors", exact=True).click()
    chosen = agent.page.locator(".lc-chosen")
    expect(chosen).to_contain_text("Authors")
    expect(visit.texts).to_have_count(1)
    send = chosen.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_focused()
    send.click()

    link = visit.panel.get_by_role("link", name="Authors")
    expect(link).to_be_visible()
    assert visit.page.url.endswith("/en/books/")
    expect(agent.log.locator(".lc-card")).to_contain_text("Authors")
    expect(agent.head.locator(".lc-along__where")).to_contain_text("Books")
    assert_accessible(agent.page, within=OURS)
    assert_accessible(visit.page, within="livechat-widget")
    link.click()
    visit.page.wait_for_url("**/en/authors/")
    expect(visit.panel.get_by_role("link", name="Authors")).to_be_visible()
    # Whoever was watched goes on being so, and sees it: the agent goes along.
    expect(agent.head.locator(".lc-along__where")).to_contain_text("Authors")
    expect(visit.watched).to_contain_text("Watched by Ada")
    agent.page.get_by_role("button", name="See the visit").click()
    expect(ada.steps.first).to_contain_text("Authors")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_table_trail_and_invitation(
    come_by: ComeBy, watching_site: SiteServer, new_context: ContextMaker, scheme: str
) -> None:
    ada = ada_at(watching_site, new_context, color_scheme=scheme)
    ada.looks()
    assert_accessible(ada.page, within=OURS)
    visit = come_by("/en/books/").answers("Accept")
    expect(ada.row_on("Books")).to_be_visible()
    assert_accessible(ada.page, within=OURS)
    ada.opens_trail_on("Books")
    expect(ada.steps).to_have_count(1)
    assert_accessible(ada.page, within=OURS)
    ada.invites()
    expect(visit.card).to_be_visible()
    assert_accessible(ada.page, within=OURS)
    visit.card.get_by_role("button", name="No, thanks").click()
    expect(ada.trail.locator(".lc-became--declined")).to_be_visible()
    assert_accessible(ada.page, within=OURS)


def test_on_a_phone_the_table_and_a_visit_take_turns(
    come_by: ComeBy, watching_site: SiteServer, new_context: ContextMaker
) -> None:
    ada = ada_at(watching_site, new_context, **PHONE)
    ada.looks()
    come_by("/en/books/").answers("Accept")
    expect(ada.row_on("Books")).to_be_visible()
    for part in ("On this page", "Visit", "Pages", "Directly"):
        expect(ada.row_on("Books")).to_contain_text(part)
    ada.row_on("Books").tap()
    expect(ada.trail).to_be_visible()
    expect(ada.table).not_to_be_visible()
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert_accessible(ada.page, within=OURS)
    ada.page.get_by_role("button", name="Back to the visitors").tap()
    expect(ada.table).to_be_visible()
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert_accessible(ada.page, within=OURS)


def test_from_right_to_left_the_columns_change_sides(come_by: ComeBy, ada: Looker) -> None:
    ada.looks()
    come_by("/en/books/").answers("Accept")
    row = ada.row_on("Books")
    expect(row).to_be_visible()

    def left_of(name: str) -> float:
        box = row.locator(f".lc-visit__cell--{name}").bounding_box()
        assert box is not None
        return box["x"]

    assert left_of("visitor") < left_of("page")
    ada.page.evaluate("document.documentElement.dir = 'rtl'")
    assert left_of("visitor") > left_of("page")
    assert_accessible(ada.page, within=OURS)


def test_by_keyboard_alone_one_finds_reads_asks_and_comes_back(
    come_by: ComeBy, ada: Looker
) -> None:
    ada.looks()
    first = come_by("/en/books/").answers("Accept")
    second = come_by("/en/authors/").answers("Accept")
    expect(ada.rows).to_have_count(2)
    keys = ada.page.keyboard
    ada.rows.first.get_by_role("button").focus()
    keys.press("ArrowDown")
    expect(ada.rows.nth(1).get_by_role("button")).to_be_focused()
    keys.press("Enter")
    expect(ada.trail.get_by_role("heading")).to_be_focused()
    expect(ada.steps).to_have_count(1)
    for _ in range(3):  # close, what to ask, invite
        keys.press("Tab")
    expect(ada.trail.get_by_role("button", name="Invite", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(first.card).to_be_visible()
    expect(second.card).to_have_count(0)
    keys.press("Escape")
    expect(ada.trail).to_have_count(0)
    expect(ada.rows.nth(1).get_by_role("button")).to_be_focused()


def test_two_tabs_share_a_line_and_each_has_its_own_table(come_by: ComeBy, ada: Looker) -> None:
    ada.looks()
    visit = come_by("/en/books/").answers("Accept")
    expect(ada.rows).to_have_count(1)
    other = Looker(ada.agent, ada.agent.opens_tab(CONSOLE))
    other.looks(at_nobody=False)
    other.page.get_by_role("button", name=re.compile("^Returning")).click()
    expect(other.table).to_contain_text("No visitor is like this now.")
    expect(ada.rows).to_have_count(1)
    # One who looks is enough; the last who turns away is the end.
    ada.turns_away()
    visit.goes_to("/en/authors/")
    expect(visit.watched).to_contain_text("Watched by Ada")
    other.page.get_by_role("button", name=re.compile("^All")).click()
    expect(other.row_on("Authors")).to_be_visible()
    other.page.close()
    expect(visit.watched).to_have_count(0)
