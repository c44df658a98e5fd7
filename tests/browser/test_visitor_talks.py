"""A visitor opens the chat, is answered, and is left alone until then."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.wired_agent import WiredAgent


def test_before_the_click_nothing_is_stored_and_nothing_is_opened(arrive: Arrive) -> None:
    visit = arrive()
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    expect(visit.launcher).to_be_visible()
    visit.goes_to("/en/books/")
    expect(visit.launcher).to_be_visible()

    assert visit.page.context.cookies() == []
    assert visit.stored() == {}
    assert visit.sockets == []
    assert not [each for each in asked if each.startswith("POST") or "chat.js" in each]


def test_nothing_is_asked_of_another_host(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.asks(wired_ada, "Is everything from here?")
    assert [each for each in asked if not each.startswith((visit.url, "data:"))] == []
    assert all(each.startswith(visit.url.replace("http", "ws")) for each in visit.sockets)


def test_a_visitor_asks_and_is_answered(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "Do you have The Waves?")
    expect(visit.states.last).to_have_text("Sent")
    expect(visit.panel.get_by_role("heading")).to_have_text("Ada")

    wired_ada.has_read(conversation, 1)
    expect(visit.states.last).to_have_text("Seen")

    wired_ada.writes(conversation)
    expect(visit.panel.locator(".typing")).to_have_text("Ada is writing…")
    answer = wired_ada.reply(conversation, "Two copies, on the second shelf.")
    visit.sees_texts("Do you have The Waves?", "Two copies, on the second shelf.")
    expect(visit.panel.locator(".typing")).to_have_count(0)
    wired_ada.sees_card(conversation, lambda card: card["read_by_visitor"] >= answer["seq"])


def test_at_the_end_the_visitor_says_by_one_tap_whether_it_helped(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "Do you have The Waves?")
    wired_ada.reply(conversation, "Two copies.")
    question = visit.panel.get_by_role("group", name="Did this help?")
    visit.sees_texts("Do you have The Waves?", "Two copies.")
    expect(question).to_have_count(0)

    wired_ada.close_conversation(conversation)
    expect(question).to_be_visible()
    question.get_by_role("button", name="Yes").click()
    expect(question).to_have_count(0)
    expect(visit.field).to_be_focused()

    visit.page.reload()
    visit.sees_texts("Do you have The Waves?", "Two copies.")
    expect(question).to_have_count(0)


def test_the_agent_sees_that_the_visitor_writes_and_never_what(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    sent: list[str] = []
    visit.page.on("websocket", lambda s: s.on("framesent", lambda frame: sent.append(str(frame))))
    conversation = visit.asks(wired_ada, "May I think?")
    visit.field.press_sequentially("my secret")
    wired_ada.wait_for(
        lambda each: (
            each["type"] == "thread.typing"
            and each["conversation"] == conversation
            and each["active"]
        )
    )
    assert "secret" not in "".join(sent)


def test_opening_and_closing_leaves_no_conversation(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    for _ in range(3):
        visit.opens()
        visit.field.press("Escape")
        expect(visit.panel).to_have_count(0)
    visit.asks(wired_ada, "Only now do I say something.")
    visit.sees_texts("Only now do I say something.")


def test_everybody_leaves_and_the_launcher_goes_and_comes_back(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive().opens()
    wired_ada.become("away")
    expect(visit.widget).to_have_count(0, timeout=20_000)
    wired_ada.become("available")
    expect(visit.launcher).to_be_visible(timeout=60_000)
    expect(visit.panel).to_have_count(0)


def test_a_running_conversation_is_never_cut_by_the_team_leaving(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "Stay with me.")
    wired_ada.become("away")
    wired_ada.reply(conversation, "I stay.")
    visit.sees_texts("Stay with me.", "I stay.")
    expect(visit.launcher).to_be_visible()


def test_either_side_ends_and_writing_takes_it_up_again(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "A short question.")
    menu = visit.opens_menu()
    menu.get_by_role("button", name="End the conversation").click()
    menu.get_by_role("button", name="End it").click()
    expect(visit.notices.last).to_contain_text("You ended the conversation.")
    wired_ada.sees_card(conversation, lambda card: card["state"] == "closed")

    visit.says("One thing more.")
    wired_ada.sees_card(
        conversation, lambda card: card["state"] == "waiting" and "more" in card["excerpt"]
    )
    visit.sees_texts("A short question.", "One thing more.")
    wired_ada.pick_up(conversation)
    wired_ada.close_conversation(conversation)
    expect(visit.notices.last).to_contain_text("Ada ended the conversation.")


def test_the_page_is_shown_only_when_the_visitor_says_so(
    arrive: Arrive, wired_ada: WiredAgent
) -> None:
    visit = arrive("/en/delivery/")
    conversation = visit.asks(wired_ada, "What am I looking at?")
    menu = visit.opens_menu()
    menu.get_by_role("switch", name="Show the team which page I am on").click()
    expect(visit.panel.locator(".sharing")).to_contain_text(visit.page.title())
    wired_ada.sees_card(
        conversation,
        lambda card: card["page"] is not None and "/delivery/" in card["page"]["url"],
    )
    visit.goes_to("/en/opening-hours/")
    wired_ada.sees_card(
        conversation,
        lambda card: card["page"] is not None and "/opening-hours/" in card["page"]["url"],
    )
    wired_ada.updates.clear()
    visit.opens_menu().get_by_role("switch", name="Show the team").click()
    wired_ada.sees_card(conversation, lambda card: card["page"] is None)


def test_forgetting_leaves_nothing_to_read(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, "This is private.")
    menu = visit.opens_menu()
    menu.get_by_role("button", name="Forget this conversation").click()
    menu.get_by_role("button", name="Forget it").click()
    expect(visit.panel.get_by_text("This browser has forgotten")).to_be_visible()
    visit.sees_texts()
    assert [
        each for each in visit.page.context.cookies() if "livechat" in str(each.get("name"))
    ] == []
    wired_ada.sees_card(conversation, lambda card: card["state"] == "closed")

    assert [key for key in visit.stored() if key.startswith("livechat")] == []

    visit.goes_to("/en/").opens().says("I am somebody else.")
    assert wired_ada.sees_conversation(with_text="somebody else") != conversation
    visit.sees_texts("I am somebody else.")


def test_what_is_written_stays_text(arrive: Arrive, wired_ada: WiredAgent) -> None:
    visit = arrive()
    conversation = visit.asks(wired_ada, '<img src=x onerror="alert(1)">{{ 7*7 }}')
    wired_ada.reply(conversation, "javascript:alert(1) https://good.test@evil.test/ \u202eevil")
    visit.sees_texts(
        '<img src=x onerror="alert(1)">{{ 7*7 }}',
        "javascript:alert(1) https://good.test@evil.test/ \u202eevil",
    )
    assert visit.panel.locator(".text img, .text script").count() == 0
    assert visit.panel.locator(".text a").count() == 0
