"""Texts that would write over or turn around what stands beside them: both sides keep them in."""

from unicodedata import normalize

from playwright.sync_api import Locator, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

# Spelt as it is stored: each kind of mark beside its own.
PILED_UP = normalize("NFC", "Z" + "\u0336\u0321\u035d\u0489\u0310" * 200)
TURNED = "\u202e\u2067\u2066backwards"

# What of an element is painted outside of it, where nothing is clipped.
SPILLS = """(element) => {
  const style = getComputedStyle(element);
  return !["hidden", "clip", "auto", "scroll"].includes(style.overflowY);
}"""

# Whether the first letter of an element stands left of the last one.
READS_FORWARDS = """(element) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const letters = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let at = 0; at < node.length; at += 1) {
      if (!node.data[at].trim()) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      letters.push(range.getBoundingClientRect().left);
    }
  }
  return letters.length > 1 && letters[0] < letters[letters.length - 1];
}"""


def keeps_in(text: Locator, beside: Locator) -> None:
    expect(text).to_be_visible()
    assert not text.evaluate(SPILLS)
    expect(beside).to_be_visible()
    assert beside.evaluate(READS_FORWARDS)


def test_marks_that_pile_up_and_turned_texts_stay_in_their_message(
    site: SiteServer, new_context: ContextMaker
) -> None:
    ada = logs_in(new_context, site, "ada").opens_console()
    ada.is_now("Available")
    visit = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visit.says("A strange one")
    ada.picks_up("A strange one")
    for text in (PILED_UP, TURNED):
        visit.says(text)
    for text in (PILED_UP, TURNED):
        ada.replies(text)

    visit.sees_texts("A strange one", PILED_UP, TURNED, PILED_UP, TURNED)
    for number in range(1, 5):
        keeps_in(visit.texts.nth(number), visit.panel.locator(".meta").last)
    said = ada.log.locator(".lc-text")
    expect(said).to_have_text(["A strange one", PILED_UP, TURNED, PILED_UP, TURNED])
    for number in range(1, 5):
        keeps_in(said.nth(number), ada.log.locator(".lc-message__foot").last)
    ada.shows("mine")
    row = ada.page.locator(".lc-row", has_text="backwards")
    keeps_in(row.locator(".lc-row__excerpt"), row.locator(".lc-row__label"))
