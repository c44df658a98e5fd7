"""J9: two sites of one installation: other team, other words, other language, no way across."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.browser.visitors import Visit
from tests.browser.wired_agent import agent_at_work
from tests.journeys.conftest import Staff
from tests.servers import SiteServer


@pytest.fixture
def quay(shop: SiteServer) -> str:
    """The address of the second site."""
    return shop.url.replace("localhost", "127.0.0.1")


def test_each_site_has_its_own_team(
    shop: SiteServer, quay: str, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = comes_to_work("ada")
    on_the_quay = Visit(new_context().new_page(), quay).goes_to("/fr/")
    expect(on_the_quay.page.get_by_role("heading").first).to_be_visible()
    # Ada is there, but not for this site.
    expect(on_the_quay.launcher).to_be_hidden()

    noor = comes_to_work("noor")
    on_the_quay.goes_to("/fr/")
    on_the_quay.opens().says("Vous rachetez les livres ?")
    expect(noor.row("Vous rachetez les livres ?")).to_be_visible()
    in_the_shop = Visit(new_context().new_page(), shop.url).goes_to("/en/").opens()
    in_the_shop.says("Do you gift-wrap?")
    expect(ada.row("Do you gift-wrap?")).to_be_visible()

    expect(ada.row("Vous rachetez les livres ?")).to_have_count(0)
    expect(noor.row("Do you gift-wrap?")).to_have_count(0)
    noor.picks_up("Vous rachetez les livres ?")
    noor.replies("Oui, le mardi.")
    on_the_quay.sees_texts("Vous rachetez les livres ?", "Oui, le mardi.")

    # The words are those of the page: French there, English here.
    expect(on_the_quay.panel.locator("[lang=fr]").or_(on_the_quay.panel).first).to_be_visible()
    expect(on_the_quay.field).to_have_attribute("placeholder", "Écrire un message…")
    expect(in_the_shop.field).to_have_attribute("placeholder", "Write a message…")


def test_an_agent_of_one_site_is_refused_everywhere_on_the_other(
    shop: SiteServer, quay: str, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    with agent_at_work(quay, "noor") as noor:
        visit = Visit(new_context().new_page(), quay).goes_to("/fr/").opens()
        visit.says("Secret du quai")
        conversation = noor.sees_conversation(with_text="Secret du quai")

        with agent_at_work(shop.url, "ada") as ada:
            for tag, fields in {
                "conversation.open": {},
                "conversation.pick_up": {},
                "conversation.close": {},
                "conversation.reopen": {},
                "reply.send": {"text": "Hello from the shop"},
                "note.add": {"text": "Hello from the shop"},
            }.items():
                with pytest.raises(AssertionError, match="not_found"):
                    ada.ask(tag, conversation=conversation, **fields)
            assert "Secret du quai" not in str(ada.updates)
        assert noor.texts_of(conversation) == ["Secret du quai"]

    browser = logs_in(new_context, shop, "ada")
    answer = browser.page.request.get(f"{shop.url}/admin/livechat/transcripts/{conversation}/")
    assert answer.status in (302, 403, 404)
    assert "Secret du quai" not in answer.text()
    counts = browser.page.request.get(f"{shop.url}/admin/livechat/unread/").json()
    assert counts == {"waiting": 0, "unread": 0}


def test_a_key_of_one_site_opens_nothing_on_the_other(
    shop: SiteServer, quay: str, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    comes_to_work("ada")
    comes_to_work("noor")
    context = new_context()
    here = Visit(context.new_page(), shop.url).goes_to("/en/").opens()
    here.says("Only for the shop")
    [cookie] = context.cookies()
    context.add_cookies([{**cookie, "domain": "127.0.0.1"}])  # type: ignore[list-item]
    there = Visit(context.new_page(), quay).goes_to("/fr/").opens()
    there.says("Pour le quai")
    there.sees_texts("Pour le quai")
    here.sees_texts("Only for the shop")
