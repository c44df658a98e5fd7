"""A question from somebody, on the page that is open: it takes nothing away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.watching import GREETED, WatchedVisit, Watcher

ASSIST = "livechat-assist"
QUESTION = "Are you looking for something in particular?"


def _invited(come_by: ComeBy, watcher: Watcher, **options: object) -> WatchedVisit:
    watcher.watches()
    visit = come_by("/en/books/", **options).answers("Accept")
    expect(visit.watched).to_be_visible()
    visit.page.get_by_role("link", name="Authors").first.focus()
    watcher.invites(watcher.sees_on("Books"), QUESTION)
    expect(visit.card).to_be_visible()
    return visit


def test_it_comes_from_somebody_by_name_and_moves_nothing(
    come_by: ComeBy, watcher: Watcher
) -> None:
    visit = _invited(come_by, watcher)
    region = visit.page.get_by_role("region", name="Ada")
    expect(region).to_contain_text(QUESTION)
    expect(region.get_by_role("button")).to_have_text(
        ["Yes, let us talk", "No, thanks", "Never ask again"]
    )
    expect(visit.assist.locator(".unseen[role=status]")).to_contain_text(QUESTION)
    expect(visit.page.get_by_role("link", name="Authors").first).to_be_focused()
    assert visit.page.evaluate("scrollY") == 0
    expect(visit.panel).to_have_count(0)
    watcher.sees_invitation("shown")
    assert_accessible(visit.page, within=ASSIST)


def test_yes_opens_the_conversation_there_without_loading_the_page(
    come_by: ComeBy, watcher: Watcher
) -> None:
    visit = _invited(come_by, watcher)
    visit.page.evaluate("window.stayed = true")
    visit.card.get_by_role("button", name="Yes, let us talk").click()
    expect(visit.panel).to_be_visible()
    visit.sees_texts(QUESTION)
    expect(visit.field).to_be_focused()
    expect(visit.card).to_have_count(0)
    assert visit.page.evaluate("window.stayed") is True
    card = watcher.sees_invitation("accepted")
    visit.says("Yes: the second volume.")
    watcher.agent.sees_conversation(with_text="Yes: the second volume.")
    assert watcher.agent.texts_of(card["conversation"]) == [QUESTION, "Yes: the second volume."]
    visit.goes_to("/en/")
    visit.sees_texts(QUESTION, "Yes: the second volume.")


@pytest.mark.parametrize("answer", ["No, thanks", "Never ask again"])
def test_no_is_heard_at_once_and_holds_on_the_next_page(
    answer: str, come_by: ComeBy, watcher: Watcher
) -> None:
    visit = _invited(come_by, watcher)
    visit.card.get_by_role("button", name=answer).click()
    expect(visit.card).to_have_count(0)
    expect(visit.panel).to_have_count(0)
    watcher.sees_invitation("declined")
    visit.goes_to("/en/authors/")
    expect(visit.watched).to_be_visible()
    assert watcher.refusal_of(watcher.sees_on("Authors"), "And now?") == "may_not_invite"
    expect(visit.card).to_have_count(0)
    flags = visit.choice().split(".")[4]
    assert ("q" in flags) == (answer == "Never ask again")


def test_one_that_is_taken_back_goes(come_by: ComeBy, watcher: Watcher) -> None:
    visit = _invited(come_by, watcher)
    shown = watcher.sees_invitation("shown")
    watcher.agent.ask("invitation.cancel", invitation=shown["id"])
    expect(visit.card).to_have_count(0)


def test_on_a_telephone_it_is_a_card_and_covers_neither_focus_nor_launcher(
    come_by: ComeBy, watcher: Watcher
) -> None:
    visit = _invited(come_by, watcher, viewport={"width": 360, "height": 740}, has_touch=True)
    expect(visit.panel).to_have_count(0)
    card, launcher = visit.card.bounding_box(), visit.launcher.bounding_box()
    assert card and launcher
    assert card["height"] < 740 / 2
    assert card["y"] + card["height"] <= launcher["y"] or card["x"] + card["width"] <= launcher["x"]
    for button in visit.card.get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_an_invitation(scheme: str, come_by: ComeBy, watcher: Watcher) -> None:
    visit = _invited(come_by, watcher, color_scheme=scheme)
    assert_accessible(visit.page, within=ASSIST)


def test_who_refused_may_be_greeted_by_the_page_and_stays_unknown(
    come_by: ComeBy, watcher: Watcher
) -> None:
    visit = come_by("/en/").answers("Refuse")
    visit.goes_to(GREETED)
    expect(visit.card).to_contain_text("Shall we help you choose?")
    expect(visit.card).to_contain_text("Automatic message")
    assert len(visit.page.context.cookies()) == 1
    assert visit.stored() == {}
    assert visit.sockets == []
    visit.card.get_by_role("button", name="Yes, let us talk").click()
    visit.sees_texts("Shall we help you choose?")
    watcher.agent.sees_conversation(with_text="Shall we help you choose?")
    assert watcher.windows() == []


def test_a_greeting_that_was_declined_does_not_come_again(
    come_by: ComeBy, watcher: Watcher
) -> None:
    visit = come_by(GREETED).answers("Refuse")
    visit.card.get_by_role("button", name="No, thanks").click()
    expect(visit.card).to_have_count(0)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.goes_to("/en/").goes_to(GREETED)
    expect(visit.control).to_be_visible()
    assert [url for url in asked if "/greetings/" in url] == []
    expect(visit.card).to_have_count(0)
