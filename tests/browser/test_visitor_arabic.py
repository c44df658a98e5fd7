"""The panel on an Arabic page: in Arabic, and, where words are of another language, in their order."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Route, expect

from example_site.bookshop.loading.shops import QUAY_HOST
from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.visitors import Visit
from tests.browser.wired_agent import agent_at_work
from tests.servers import SiteServer

ENGLISH = {
    "status_active": "You are talking with {alias}.",
    "status_available": "Somebody is here to answer.",
    "privacy": "The team reads this. It is erased after 90 days.",
}


@pytest.fixture
def quay(site: SiteServer) -> str:
    return f"http://{QUAY_HOST}:{urlsplit(site.url).port}"


def place(element: Locator, word: str) -> float:
    """How far to the right the middle of a word is."""
    middle: float = element.evaluate(
        """(element, word) => {
            const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const at = texts.currentNode.data.indexOf(word);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(texts.currentNode, at);
                range.setEnd(texts.currentNode, at + word.length);
                const box = range.getBoundingClientRect();
                return (box.left + box.right) / 2;
            }
            throw new Error(`${word} is not in ${element.textContent}`);
        }""",
        word,
    )
    return middle


def test_an_arabic_page_speaks_arabic_from_right_to_left(
    quay: str, new_context: ContextMaker
) -> None:
    with agent_at_work(quay, "noor") as noor:
        visit = Visit(new_context().new_page(), quay).goes_to("/ar/")
        expect(visit.launcher).to_have_accessible_name("تحدّث معنا")
        visit.launcher.click()
        standing = visit.panel.locator(".standing")
        expect(standing).to_have_text("يوجد الآن من يجيبك.")
        visit.panel.get_by_role("textbox", name="رسالتك").fill("هل تشترون الكتب؟")
        visit.panel.get_by_role("button", name="إرسال").click()
        conversation = noor.sees_conversation(with_text="هل تشترون الكتب؟")
        noor.pick_up(conversation)
        expect(standing).to_have_text("أنت تتحدث مع Noor.")
        assert place(standing, "أنت") > place(standing, "Noor") > place(standing, ".")
        noor.reply(conversation, "نعم.")
        visit.sees_texts("هل تشترون الكتب؟", "نعم.")
        assert visit.panel.inner_text().isascii() is False
        assert_accessible(visit.page, within="livechat-widget")


def test_words_of_another_language_keep_their_order_on_an_arabic_page(
    quay: str, new_context: ContextMaker
) -> None:
    def in_english(route: Route) -> None:
        config = json.loads(route.fetch().text())
        config["texts"] |= ENGLISH
        config["words"] = {"language": "en", "own": ["welcome"]}
        route.fulfill(json=config)

    with agent_at_work(quay, "noor") as noor:
        page = new_context().new_page()
        page.route("**/livechat/config/ar/", in_english)
        visit = Visit(page, quay).goes_to("/ar/")
        visit.launcher.click()
        standing, privacy = visit.panel.locator(".standing"), visit.panel.locator(".privacy")
        expect(standing).to_have_text(ENGLISH["status_available"])
        assert place(standing, "Somebody") < place(standing, "answer") < place(standing, ".")
        assert place(privacy, "90") < place(privacy, "days")
        expect(privacy).to_have_attribute("lang", "en")
        expect(visit.panel.locator(".welcome .text")).to_have_attribute("lang", "ar")

        visit.panel.get_by_role("textbox").fill("Hello")
        visit.panel.get_by_role("textbox").press("Enter")
        noor.pick_up(noor.sees_conversation(with_text="Hello"))
        expect(standing).to_have_text("You are talking with Noor.")
        assert place(standing, "You") < place(standing, "Noor") < place(standing, ".")
        # What is laid out follows the page: one's own words on the left.
        frame = visit.widget.locator(".frame")
        expect(frame).to_have_attribute("dir", "rtl")
        expect(frame).to_have_attribute("lang", "en")
