"""J4: the signpost answers first; who is not helped gets a person, and it is silent until given back."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.journeys.conftest import Staff
from tests.servers import RedisServer, SiteServer, site_server


@pytest.fixture
def shop(bookshop_file: Path, tmp_path: Path) -> Iterator[SiteServer]:
    """A bookshop where the signpost always answers first."""
    with site_server(database=f"sqlite:///{guided(bookshop_file, tmp_path)}") as server:
        yield server


def guided(bookshop_file: Path, folder: Path) -> Path:
    """A copy of the bookshop's database, switched as an editor would."""
    copy = folder / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with closing(sqlite3.connect(copy)) as file, file:
        file.execute("UPDATE wagtail_livechat_livechatsettings SET signpost = 'always'")
    return copy


@dataclass(frozen=True)
class Words:
    """What is asked and read in one language."""

    path: str
    next_path: str
    alone: str
    launcher: str
    question: str
    beyond: tuple[str, str]
    again: str
    later: str
    helped: str
    no: str
    person: str
    takes_over: str
    nobody: str
    answers_again: str
    unknown: str


ENGLISH = Words(
    path="/en/",
    next_path="/en/books/",
    alone="Ask our automatic helper",
    launcher="Chat with us",
    question="When are you open on Sunday?",
    beyond=("Who won the football world cup in 1998?", "How do I replace the oil of a gearbox?"),
    again="When are you open?",
    later="What does delivery cost?",
    helped="Did this help?",
    no="No",
    person="Talk to a person",
    takes_over="A person will take over",
    nobody="Nobody is here right now",
    answers_again="The automatic helper answers again.",
    unknown="I do not know that",
)
FRENCH = Words(
    path="/fr/",
    next_path="/fr/",
    alone="Interroger notre aide automatique",
    launcher="Discuter avec nous",
    question="Quels sont vos horaires le dimanche ?",
    beyond=(
        "Comment vacciner un hamster ?",
        "Comment purger un radiateur ?",
    ),
    again="Vos horaires ?",
    later="Combien coûte la livraison ?",
    helped="Cela vous a-t-il aidé ?",
    no="Non",
    person="Parler à quelqu’un",
    takes_over="Quelqu’un va prendre le relais",
    nobody="Personne n’est là pour le moment",
    answers_again="L’aide automatique répond de nouveau.",
    unknown="Je ne sais pas répondre à cela",
)
LANGUAGES = pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["English", "French"])


def automatic(visit: Visit) -> Locator:
    """What the signpost said, one for each answer."""
    return visit.panel.locator(".rows .said.automatic")


def pages(visit: Visit) -> Locator:
    return visit.panel.locator(".rows .pages a")


@LANGUAGES
def test_two_answers_that_do_not_satisfy_a_person_and_back_again(
    words: Words, shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    context = new_context()
    visit = Visit(context.new_page(), shop.url).goes_to(words.path)
    # Nobody is there: the launcher is, and says who answers.
    expect(visit.launcher).to_have_accessible_name(words.alone)
    assert context.cookies() == []
    ada = comes_to_work("ada")
    expect(visit.launcher).to_have_accessible_name(words.launcher)

    visit.opens()
    expect(visit.panel.get_by_role("button", name=words.person)).to_be_visible()
    visit.says(words.question)
    expect(pages(visit).or_(visit.panel.locator(".rows .theirs .text")).first).to_be_visible()
    expect(visit.panel.get_by_role("group", name=words.helped)).to_be_in_viewport(ratio=1)
    expect(automatic(visit)).to_have_count(1)
    for link in pages(visit).all():
        answer = visit.page.request.get(link.get_attribute("href") or "")
        assert answer.status == 200
        assert words.path in answer.url
    assert_accessible(visit.page, within="livechat-widget")

    # It holds no place of an agent, and agents see what it does.
    ada.shows("signpost")
    expect(ada.row(words.question).or_(ada.page.locator(".lc-row")).first).to_be_visible()
    expect(ada.page.locator(".lc-capacity__value > [aria-hidden]")).to_contain_text("0 of")

    visit.says(words.beyond[0])
    expect(automatic(visit)).to_have_count(2)
    expect(automatic(visit).last).to_contain_text(words.unknown)
    visit.goes_to(words.next_path)
    expect(automatic(visit)).to_have_count(2)
    visit.says(words.beyond[1])
    expect(visit.notices.last).to_contain_text(words.takes_over)
    expect(visit.panel.get_by_role("button", name=words.person)).to_be_hidden()
    expect(automatic(visit)).to_have_count(3)

    # The agent gets the whole dialogue, why, and what did not help.
    ada.shows("waiting")
    ada.page.locator(".lc-row").first.click()
    expect(ada.head).to_contain_text("The signpost did not know the answer.")
    for text in (words.question, *words.beyond):
        expect(ada.message(text)).to_have_count(1)
    expect(ada.log.locator(".lc-message--signpost")).to_have_count(3)
    expect(ada.log.locator(".lc-failed")).to_have_count(2)
    assert_accessible(ada.page, within=".lc-app")
    ada.presses("Pick up")
    expect(ada.head).to_contain_text("You answer")
    ada.replies("Ada here")
    expect(visit.texts.last).to_have_text("Ada here")

    # Silent: what it could answer is a person's to answer.
    visit.says(words.again)
    ada.replies("From ten to six")
    expect(visit.texts.last).to_have_text("From ten to six")
    visit.goes_to(words.path)
    expect(visit.texts.last).to_have_text("From ten to six")
    expect(automatic(visit)).to_have_count(3)

    ada.presses("Give back to the signpost")
    expect(visit.notices.last).to_contain_text(words.answers_again)
    expect(ada.head).to_contain_text("The signpost answers")
    visit.says(words.later)
    expect(automatic(visit)).to_have_count(4)
    expect(visit.panel.get_by_role("button", name=words.person)).to_be_visible()
    expect(ada.page.locator(".lc-capacity__value > [aria-hidden]")).to_contain_text("0 of")
    assert visit.complaints == []


@LANGUAGES
def test_nobody_there_the_question_stays_and_the_answer_is_found_on_return(
    words: Words, shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    visit = Visit(new_context().new_page(), shop.url).goes_to(words.path).opens()
    visit.says(words.question)
    visit.panel.get_by_role("group", name=words.helped).get_by_role("button", name=words.no).click()
    expect(visit.notices.last).to_contain_text(words.nobody)
    visit.page.goto("about:blank")

    ada = comes_to_work("ada")
    ada.page.locator(".lc-row").first.click()
    expect(ada.head).to_contain_text("The visitor said that the signpost did not help.")
    expect(ada.log.locator(".lc-failed")).to_have_count(1)
    ada.presses("Pick up")
    ada.replies("On Sundays from ten.")

    visit.goes_to(words.path)
    expect(visit.texts.last).to_have_text("On Sundays from ten.")
    assert visit.complaints == []


def test_a_crash_in_between_loses_no_question_and_doubles_no_answer(
    shop: SiteServer, new_context: ContextMaker
) -> None:
    visit = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    visit.says(ENGLISH.question)
    expect(automatic(visit)).to_have_count(1)
    for number, text in enumerate((ENGLISH.later, "Do you sell gift cards?"), start=2):
        visit.says(text)
        # Wherever it was: before it was stored, while it was looked up, after the answer.
        shop.kill()
        shop.start()
        expect(automatic(visit)).to_have_count(number, timeout=60_000)
    visit.goes_to("/en/books/")
    expect(automatic(visit)).to_have_count(3)
    expect(visit.panel.locator(".rows .said.mine")).to_have_count(3)


def test_of_two_processes_one_dies_and_each_question_is_answered_once(
    bookshop_file: Path, redis: RedisServer, tmp_path: Path, new_context: ContextMaker
) -> None:
    copy = guided(bookshop_file, tmp_path)
    with site_server(database=f"sqlite:///{copy}", redis=redis.address, workers=2) as server:
        visits = [
            Visit(new_context().new_page(), server.url).goes_to("/en/").opens() for _ in range(3)
        ]
        for visit in visits:
            visit.says(ENGLISH.question)
        os.kill(server.worker_pids()[0], signal.SIGKILL)
        for visit in visits:
            expect(automatic(visit)).to_have_count(1, timeout=60_000)
            visit.says(ENGLISH.later)
        for visit in visits:
            expect(automatic(visit)).to_have_count(2, timeout=60_000)
            visit.goes_to("/en/books/")
            expect(automatic(visit)).to_have_count(2)


def test_by_keyboard_alone_on_a_telephone_in_the_dark(
    shop: SiteServer, new_context: ContextMaker
) -> None:
    context = new_context(
        viewport={"width": 360, "height": 640}, color_scheme="dark", reduced_motion="reduce"
    )
    visit = Visit(context.new_page(), shop.url).goes_to("/en/").opens()
    page = visit.page
    visit.says(ENGLISH.question)
    group = visit.panel.get_by_role("group", name=ENGLISH.helped)
    expect(group).to_be_visible()
    assert_accessible(page, within="livechat-widget")
    width = page.evaluate(
        "document.querySelector('livechat-widget').shadowRoot.querySelector('.log').scrollWidth"
    )
    assert width <= 360
    group.get_by_role("button", name="Yes").focus()
    page.keyboard.press("Enter")
    expect(group).to_be_hidden()
    expect(visit.field).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(visit.panel.get_by_role("button", name=ENGLISH.person)).to_be_focused()
    page.keyboard.press("Enter")
    expect(visit.notices.last).to_contain_text(ENGLISH.nobody)
    expect(visit.field).to_be_focused()


def test_from_right_to_left(shop: SiteServer, new_context: ContextMaker) -> None:
    url = shop.url.replace("localhost", "127.0.0.1")
    visit = Visit(new_context().new_page(), url).goes_to("/ar/")
    expect(visit.launcher).to_have_accessible_name("اسأل مساعدنا الآلي")
    visit.opens().says("مرحبا")
    expect(automatic(visit)).to_have_count(1)
    expect(visit.panel.get_by_role("button", name="التحدث مع شخص")).to_be_visible()
    assert_accessible(visit.page, within="livechat-widget")


def test_who_has_nothing_to_do_with_it_reads_nothing_of_it(
    shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    """What the signpost holds on one site is in no list of the other."""
    visit = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    visit.says("A secret of the shop")
    expect(automatic(visit)).to_have_count(1)
    noor = logs_in(new_context, shop, "noor").opens_console()
    noor.shows("signpost")
    expect(noor.page.locator(".lc-row")).to_have_count(0)
