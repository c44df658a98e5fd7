"""An agent leaves in the middle: the visitor is told, and a colleague goes on."""

from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer


def at_work(agent: Agent) -> Agent:
    agent.opens_console()
    agent.is_now("Available")
    agent.takes_at_most(50)
    return agent


def logs_out(agent: Agent) -> None:
    token = agent.page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    agent.page.request.post(
        agent.site.url + "/admin/logout/",
        form={"csrfmiddlewaretoken": token or ""},
        headers={"Referer": agent.site.url + "/admin/"},
    )


def test_whose_agent_has_gone_waits_again_and_is_picked_up(
    site: SiteServer, new_context: ContextMaker
) -> None:
    emile = at_work(logs_in(new_context, site, "emile", remembered=False))
    visitor = Visit(new_context().new_page(), site.url).goes_to("/en/").opens()
    visitor.says("Do you restore bindings?")
    emile.picks_up("Do you restore bindings?")
    expect(visitor.panel.locator(".standing")).to_contain_text("You are talking with Émile")
    ada = at_work(logs_in(new_context, site, "ada"))
    ada.shows("Team")
    ada.opens("Do you restore bindings?")
    expect(ada.conversation.get_by_role("button", name="Pick up")).to_have_count(0)

    logs_out(emile)

    expect(visitor.panel.locator(".standing")).to_contain_text("Émile is not here right now")
    expect(ada.head).to_contain_text("Émile has left")
    ada.shows("Waiting")
    expect(ada.row("Do you restore bindings?")).to_contain_text("Émile has left")
    # Others may wait in this shop too: the badge counts what the list shows.
    calls = ada.page.locator(".lc-row").count()
    expect(ada.page.locator("[data-controller~=livechat-badge]")).to_contain_text(
        "1 conversation is waiting" if calls == 1 else f"{calls} conversations are waiting"
    )

    ada.presses("Pick up")
    expect(ada.head).to_contain_text("You answer")
    ada.replies("We do.")
    visitor.sees_texts("Do you restore bindings?", "We do.")
    expect(visitor.panel.locator(".standing")).to_contain_text("You are talking with Ada")
