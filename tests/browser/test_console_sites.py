"""Two sites, two teams: what is said on the one is not for the other."""

import json

from playwright.sync_api import expect

from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.servers import SiteServer

SECRET = "Seulement pour le second rayon"


def exchanges(agent: Agent, *commands: dict[str, object]) -> dict[str, object]:
    """Ask over HTTP, with all that the agent's own page has."""
    answer: dict[str, object] = agent.page.evaluate(
        """async (commands) => {
            const answer = await fetch("/admin/livechat/exchange/", {
                method: "POST",
                headers: {
                    "Content-Type": "application/json",
                    [wagtailConfig.CSRF_HEADER_NAME]: wagtailConfig.CSRF_TOKEN,
                },
                body: JSON.stringify({hello: {type: "staff.hello", v: 1}, commands}),
            });
            return {status: answer.status, text: await answer.text()};
        }""",
        list(commands),
    )
    return answer


def test_an_agent_of_one_site_sees_nothing_of_the_other(
    site: SiteServer, new_context: ContextMaker
) -> None:
    noor = logs_in(new_context, site, "noor").opens_console()
    noor.is_now("Available")
    ada = logs_in(new_context, site, "ada")
    heard: list[str] = []
    page = ada.context.new_page()
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: heard.append(str(data))),
    )
    ada.page = page
    ada.opens_console()

    visitor = Visit(new_context().new_page(), f"http://127.0.0.1:{site.public_port}")
    visitor.goes_to("/").opens().says(SECRET)
    noor.picks_up(SECRET)
    noor.replies("Bien sûr.")
    visitor.sees_texts(SECRET, "Bien sûr.")
    conversation = noor.page.url.rpartition("#")[2]
    assert len(conversation) == 36

    # Neither in the lists, nor by its address, nor by asking for it, nor as a transcript.
    for name in ("Waiting", "Mine", "Team", "Closed"):
        ada.shows(name)
        expect(ada.row(SECRET)).to_have_count(0)
    other = ada.opens_tab(f"/admin/livechat/#{conversation}")
    expect(other.get_by_text("Choose a conversation to read it here.")).to_be_visible()
    answer = exchanges(
        ada,
        {"type": "conversation.open", "ref": ref(1), "conversation": conversation},
        {"type": "conversation.pick_up", "ref": ref(2), "conversation": conversation},
        {"type": "reply.send", "ref": ref(3), "conversation": conversation, "text": "Hello"},
    )
    assert answer["status"] == 200
    updates = json.loads(str(answer["text"]))["updates"]
    refusals = {update["ref"]: update["code"] for update in updates if update["type"] == "refused"}
    assert refusals == {ref(1): "not_found", ref(2): "not_found", ref(3): "not_found"}
    assert SECRET not in str(answer["text"])
    transcript = other.goto(f"{site.url}/admin/livechat/transcripts/{conversation}/")
    assert transcript is not None
    assert SECRET not in transcript.text()

    # And nothing of it ever travelled to her.
    assert heard
    assert not [frame for frame in heard if SECRET in frame or conversation in frame]
    expect(noor.page.locator(".lc-team")).not_to_contain_text("Ada")


def ref(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"
