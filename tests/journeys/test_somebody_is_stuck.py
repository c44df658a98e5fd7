"""J2 and J3: somebody who goes in circles is asked, and says yes; or no, which holds."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Locator, expect

from tests.browser.fixtures import ContextMaker
from tests.browser.looking import Looker
from tests.browser.watching import WatchedVisit, Watcher, watcher_at_work
from tests.journeys.conftest import Staff, watching_file
from tests.servers import SiteServer
from tests.servers.site import manage, site_environment

IN_CIRCLES = ["/en/books/", "/en/authors/", "/en/books/", "/en/authors/"]
A_RULE = "a rule"
QUESTION = "Do you look for somebody in particular?"

INVITES_THE_STUCK = """
from wagtail.models import Locale, Site
from wagtail_livechat.engagement.models import Trigger
trigger = Trigger(
    site=Site.objects.get(is_default_site=True),
    locale=Locale.objects.get(language_code="en"),
    name="In circles",
    text="Can we help?",
    conditions={"all": [{"is": "stuck_score", "least": 2}]},
    live=False,
)
trigger.save()
trigger.save_revision().publish()
"""


def test_somebody_in_circles_is_asked_and_talks_on_the_same_page(
    watching_shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    ada = Looker(comes_to_work("ada", watching_shop)).looks()
    visit = WatchedVisit(new_context().new_page(), watching_shop.url)
    visit.goes_to("/en/books/")
    visit.answers("Accept")
    expect(visit.watched).to_contain_text("Watched by Ada")
    for path in IN_CIRCLES[1:]:
        expect(ada.row_on("Books" if path == "/en/authors/" else "Authors")).to_be_visible()
        visit.goes_to(path)
    row = ada.row_on("Authors")
    expect(row).to_contain_text("Back and forth")
    ada.page.get_by_role("button", name=re.compile("^Seem stuck")).click()
    expect(ada.rows).to_have_count(1)

    ada.opens_trail_on("Authors")
    expect(ada.steps).to_have_text(
        [re.compile(title) for title in ("Authors", "Books", "Authors", "Books")]
    )
    visit.page.evaluate("window.stayed = true")
    ada.invites(QUESTION)
    expect(visit.card).to_contain_text(QUESTION)
    visit.card.get_by_role("button", name="Yes, let us talk").click()
    visit.says("Whoever wrote about the lighthouse.")
    expect(ada.agent.log).to_contain_text("Whoever wrote about the lighthouse.")
    expect(ada.agent.head).to_contain_text("Begun by an invitation")
    ada.agent.replies("Third shelf, by the window.")
    expect(visit.texts.last).to_have_text("Third shelf, by the window.")
    assert visit.page.evaluate("window.stayed") is True
    assert visit.page.url.endswith("/en/authors/")
    assert visit.complaints == []


def test_no_is_no_for_rules_and_colleagues_and_never_holds_for_good(
    watching_shop: SiteServer, tmp_path: Path, new_context: ContextMaker
) -> None:
    database = watching_file(tmp_path)
    env = site_environment(database=f"sqlite:///{database}")
    with (
        watcher_at_work(watching_shop.url, "ada") as ada,
        watcher_at_work(watching_shop.url, "emile") as emile,
        watcher_at_work(watching_shop.url, "noor") as noor,
    ):
        for watcher in (ada, emile, noor):
            watcher.watches()
        visit = WatchedVisit(new_context().new_page(), watching_shop.url)
        visit.goes_to("/en/books/")
        visit.answers("Accept")
        _is_asked(visit, ada, on="Books").get_by_role("button", name="No, thanks").click()
        expect(visit.card).to_have_count(0)
        ada.sees_invitation("declined")

        manage("shell", "--no-imports", "-c", INVITES_THE_STUCK, env=env)
        _walks_in_circles(visit, ada)
        _nobody_may_ask(visit, emile, noor, on="Authors")
        _is_written_down(database, "declined", "emile", "noor", A_RULE)

        # On another day one may be asked once more, and now has enough of it.
        visit = _comes_back(visit, new_context, ada)
        visit.goes_to("/en/events/")
        _is_asked(visit, ada, on="Events").get_by_role("button", name="Never ask again").click()
        expect(visit.card).to_have_count(0)
        _nobody_may_ask(visit, emile, noor, on="Events")

        # For good: whoever asks, on whichever day.
        visit = _comes_back(visit, new_context, ada)
        visit.goes_to("/en/events/")
        _walks_in_circles(visit, ada)
        _nobody_may_ask(visit, emile, noor, on="Authors")
        _is_written_down(database, "never", "emile", "noor", A_RULE)
    assert visit.complaints == []


def _comes_back(visit: WatchedVisit, new_context: ContextMaker, watcher: Watcher) -> WatchedVisit:
    """The browser was closed: of its cookies those are left that outlive it."""
    kept = [cookie for cookie in visit.page.context.cookies() if cookie.get("expires", -1) > 0]
    visit.page.context.close()
    watcher.sees_nobody()
    return WatchedVisit(new_context(storage_state={"cookies": kept}).new_page(), visit.url)


def _is_asked(visit: WatchedVisit, watcher: Watcher, *, on: str) -> Locator:
    watcher.invites(watcher.sees_now(on), QUESTION)
    expect(visit.card).to_contain_text(QUESTION)
    return visit.card


def _walks_in_circles(visit: WatchedVisit, watcher: Watcher) -> None:
    """Until it shows: a rule would ask now."""
    for path in IN_CIRCLES:
        visit.goes_to(path)
        watcher.sees_now(path.split("/")[2].capitalize())
    watcher.sees_now("Authors", stuck=True)


def _nobody_may_ask(visit: WatchedVisit, *watchers: Watcher, on: str) -> None:
    for watcher in watchers:
        assert watcher.refusal_of(watcher.sees_now(on), "And now?") == "may_not_invite"
    expect(visit.card).to_have_count(0)


def _is_written_down(database: Path, reason: str, *askers: str) -> None:
    """Everybody who asked was refused for this reason, and it is kept; rules ask in their time."""
    until = monotonic() + 45
    while (found := _refused(database)) and monotonic() < until:
        if found >= {(reason, asker) for asker in askers}:
            return
        sleep(0.5)
    raise AssertionError(found)


def _refused(database: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return {
            (code, username or A_RULE)
            for code, username in connection.execute(
                "select refusal.code, account.username"
                " from wagtail_livechat_invitationrefusal refusal"
                " left join wagtail_livechat_agentprofile profile on profile.id = refusal.agent_id"
                " left join auth_user account on account.id = profile.user_id"
            )
        }
