"""The line of a visit: only for who agreed, and written only while somebody may watch."""

import asyncio

import pytest
from django.contrib.auth import get_user_model

from tests.factories import make_user, new_ref
from tests.transport.browsers import VisitorBrowser, in_database, make_session, story
from tests.transport.tabs import (
    VisitTab,
    console_of,
    eventually,
    token_of,
    visit_of,
)
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings, PagePolicy
from wagtail_livechat.transport import process
from wagtail_livechat.visitors.models import PageCount, PageView, Visit


@pytest.fixture
def site(commits):
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_watcher("alice", site, alias="Alice")


@pytest.fixture
def page(site):
    return make_page(site, "The Waves")


@pytest.fixture
def visitor(site):
    return Agreed(site)


def steps(agreed):
    return list(
        PageView.objects.filter(visit__key_hash=agreed.key_hash)
        .order_by("number")
        .values_list("kind", "page_id")
    )


async def settled():
    """What is on its way to the database has arrived."""
    here = process.running()
    while not here.visits.is_at_rest:
        await asyncio.sleep(0.01)


@story
async def test_while_nobody_may_watch_nothing_is_written(site, page, visitor):
    tab = VisitTab(visitor)
    ready = await tab.says_hello(page)
    assert ready["recorded"] is False and ready["watchers"] == []
    await tab.views(page, kind="search", results=3)
    tab.say(type="activity.set", active=False)
    await settled()
    assert not await in_database(Visit.objects.exists)


@story
async def test_what_is_no_language_opens_nothing(site, page, visitor):
    tab = VisitTab(visitor)
    assert await tab.open()
    for language in ("en_GB", "../fr", "fr;q=1"):
        tab.say(**tab.hello(page, language=language))
        assert (await tab.hears("refused"))["code"] == "bad_frame"
        tab.told.clear()
        answer = await tab.polls(page=page, language=language)
        assert (answer.status, answer.of("refused")[0]["code"]) == (400, "bad_frame")
    assert not process.running().visits.of_site(site.pk)
    assert await tab.says_hello(page, language="en-GB")


@story
async def test_an_agent_who_may_not_watch_is_nobody_to_write_for(site, page, visitor):
    from tests.factories import make_agent

    bert = await in_database(make_agent, "bert", site)
    await console_of(site, bert)
    assert (await VisitTab(visitor).says_hello(page))["recorded"] is False
    await settled()
    assert not await in_database(Visit.objects.exists)


@story
async def test_when_somebody_comes_who_may_watch_the_open_page_is_written(
    site, alice, page, visitor
):
    tab = VisitTab(visitor)
    await tab.says_hello(await in_database(make_page, site, "Before"))
    await tab.views(page)
    await console_of(site, alice)
    visit = await visit_of(visitor)
    assert await in_database(steps, visitor) == [("page", page.pk)]
    assert (visit.page_id, visit.language, visit.device) == (page.pk, "en", "desktop")


@story
async def test_when_the_last_who_may_watch_is_gone_the_record_closes(
    site, alice, page, visitor, monkeypatch, settings
):
    settings.WAGTAIL_LIVECHAT = settings.WAGTAIL_LIVECHAT | {"AGENT_GRACE_SECONDS": 0}
    console = await console_of(site, alice)
    tab = VisitTab(visitor)
    assert (await tab.says_hello(page))["recorded"] is True
    await visit_of(visitor)
    await console.hang_up()
    process.running().watching.look_soon()
    await visit_of(visitor, ended_at__isnull=False)
    await tab.views(page)
    await settled()
    assert len(await in_database(steps, visitor)) == 1
    # Whoever comes back finds the page that is open, and the trail from before.
    await console_of(site, alice)
    await visit_of(visitor, ended_at__isnull=True, pages=2)


@story
async def test_pages_come_in_order_and_each_counts_once(site, alice, page, visitor):
    other = await in_database(make_page, site, "Other")
    await console_of(site, alice)
    tab = VisitTab(visitor)
    view = new_ref()
    await tab.says_hello(page, view=view)
    ref = new_ref()
    await tab.views(other, ref=ref)
    await tab.views(other, ref=ref)
    tab.say(**tab.hello(page, view=view))  # greeted with again, after a cut
    await tab.hears_number("visit.ready", 2)
    await tab.views(page)
    await visit_of(visitor, pages=3)
    assert await in_database(steps, visitor) == [
        ("page", page.pk),
        ("page", other.pk),
        ("page", page.pk),
    ]


@story
async def test_several_tabs_are_one_visit(site, alice, page, visitor):
    other = await in_database(make_page, site, "Other")
    await console_of(site, alice)
    first, second = VisitTab(visitor), VisitTab(visitor)
    await first.says_hello(page)
    await second.says_hello(other)
    await visit_of(visitor, pages=2)
    assert await in_database(Visit.objects.count) == 1
    await first.hang_up()
    await settled()
    visit = await visit_of(visitor)
    assert visit.expires_at is None and visit.worker_id is not None


@story
async def test_a_reload_is_no_departure(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    await visit_of(visitor)
    await tab.hang_up()
    await visit_of(visitor, worker__isnull=True, ended_at__isnull=True)
    await VisitTab(visitor).says_hello(page)
    visit = await visit_of(visitor, worker__isnull=False)
    assert visit.pages == 1 and visit.ended_at is None


@story
async def test_who_did_not_agree_gets_no_line(site, alice, page):
    await console_of(site, alice)
    for refuses in (
        await in_database(Agreed, site, assistance=False),
        await in_database(Agreed, site, assistance=False, statistics=True),
    ):
        tab = VisitTab(refuses)
        assert await tab.open()
        tab.say(**tab.hello(page))
        assert (await tab.hears("error"))["code"] == "no_consent"
        assert await tab.is_closed() == 4403
    await settled()
    assert not await in_database(Visit.objects.exists)


@story
async def test_a_choice_of_another_site_and_a_forged_one_open_nothing(site, alice, page, visitor):
    elsewhere = await in_database(lambda: Agreed(make_watched_site("b.test")))
    for choice in (elsewhere.choice, visitor.choice[:-3] + "abc", ""):
        forged = await in_database(Agreed, site)
        forged.choice = choice
        tab = VisitTab(forged)
        await tab.open()
        tab.say(**tab.hello(page))
        assert (await tab.hears("error"))["code"] == "no_consent"


@story
async def test_without_a_key_of_ours_there_is_no_line(site, visitor):
    for key in ("", "x" * 64, visitor.choice):
        visitor.key = key
        tab = VisitTab(visitor)
        await tab.open()
        assert (await tab.hears("error"))["code"] == "identity_missing"


@story
async def test_a_page_that_is_not_ours_to_name_is_refused(site, alice, page, visitor):
    other_site = await in_database(make_watched_site, "b.test")
    foreign = await in_database(make_page, other_site)
    draft = await in_database(make_page, site, "Soon")
    await in_database(lambda: (draft.specific.unpublish(), forget()))
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    for name in (
        token_of(foreign, other_site),
        token_of(foreign, site),
        token_of(draft, site),
        token_of(page, site).replace(str(page.pk), str(page.pk + 1), 1),
        "https://evil.test/",
        "javascript:alert(1)",
        "//evil.test",
        "https://a.test@evil.test/",
    ):
        ref = new_ref()
        tab.say(type="page.view", ref=ref, page=name)
        assert (await tab.hears("refused", ref=ref))["code"] == "bad_page"
    await settled()
    assert await in_database(steps, visitor) == [("page", page.pk)]
    assert tab.close_code is None


@story
async def test_of_a_page_where_nobody_is_watched_nothing_is_noted_but_that(
    site, alice, page, visitor
):
    secret = await in_database(make_page, site, "Secret")
    below = await in_database(make_page, site, "Below", secret)
    await in_database(PagePolicy.objects.create, page_id=secret.pk, never_track=True)
    await in_database(forget)
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(below)
    await tab.views(secret)
    await tab.views(page)
    await visit_of(visitor, pages=3)
    assert await in_database(steps, visitor) == [
        ("hidden", None),
        ("hidden", None),
        ("page", page.pk),
    ]


@story
async def test_what_is_no_page_is_known_by_its_kind(site, alice, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(kind="search", results=0)
    await tab.views(None, kind="not_found")
    await tab.views(None)
    await visit_of(visitor, pages=3)
    found = await in_database(
        lambda: list(PageView.objects.order_by("number").values_list("kind", "results"))
    )
    assert found == [("search", 0), ("not_found", None), ("other", None)]


@story
async def test_an_origin_from_within_is_no_news(site, alice, page):
    inside, outside = await in_database(lambda: (Agreed(site), Agreed(site)))
    await console_of(site, alice)
    await VisitTab(inside).says_hello(page, origin="http://a.test")
    await VisitTab(outside).says_hello(page, origin="https://search.example")
    assert (await visit_of(inside)).origin == ""
    assert (await visit_of(outside)).origin == "https://search.example"


@pytest.mark.parametrize(
    "field",
    [
        {"origin": "https://search.example/?q=flu"},
        {"origin": "https://search.example/reset/abc"},
        {"url": "/reset/MTIz-abc123token/?email=x@y.test#frag"},
        {"title": "Payment"},
        {"screen": "1920x1080"},
        {"device": "iPhone 17,4"},
        {"user": "ed"},
    ],
)
@story
async def test_what_is_not_asked_for_is_not_taken(site, alice, page, visitor, field):
    """No address, no query, no fragment, no title, nothing that tells browsers apart."""
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.open()
    tab.say(**tab.hello(page, **field))
    assert (await tab.hears("refused"))["code"] == "bad_frame"
    await settled()
    assert not await in_database(Visit.objects.exists)


@story
async def test_who_turns_away_is_idle_until_they_are_back(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    tab.say(type="activity.set", active=False)
    await visit_of(visitor, idle_since__isnull=False)
    tab.say(type="activity.set", active=True)
    await visit_of(visitor, idle_since__isnull=True)


@story
async def test_a_site_that_stops_watching_lets_everybody_go(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    await visit_of(visitor)
    await in_database(LiveChatSettings.objects.filter(site=site).update, child_directed=True)
    await in_database(forget)
    process.running().watching.look_soon()
    assert await tab.is_closed() == 4403
    await eventually(lambda: not Visit.objects.exists())


@story
async def test_only_who_agreed_to_statistics_is_counted(site, alice, page, visitor):
    counted = await in_database(Agreed, site, statistics=True)
    await VisitTab(visitor).says_hello(page)
    tab = VisitTab(counted)
    await tab.says_hello(page)
    await tab.views(None, kind="search", results=2)
    await eventually(lambda: PageCount.objects.count() == 2)
    counts = await in_database(
        lambda: list(PageCount.objects.order_by("page_id").values_list("page_id", "views"))
    )
    assert counts == [(0, 1), (page.pk, 1)]
    # Nobody may watch: of the visit itself there is nothing.
    assert not await in_database(Visit.objects.exists)


@story
async def test_who_works_on_the_site_is_no_visitor(site, alice, page, visitor):
    """Whoever may enter the admin is not watched, whatever they agreed to."""
    await console_of(site, alice)
    member = await in_database(lambda: get_user_model().objects.create_user("member"))
    editor = await in_database(make_user, "ed")
    for user, is_let_in in ((editor, False), (member, True)):
        session = await in_database(make_session, user)
        tab = VisitTab(visitor, also=f"sessionid={session.session_key}")
        await tab.open()
        tab.say(**tab.hello(page))
        if is_let_in:
            await tab.hears("visit.ready")
        else:
            assert (await tab.hears("error"))["code"] == "no_consent"
            assert (await tab.polls(page=page)).status == 403
            assert not await in_database(Visit.objects.exists)


@story
async def test_a_visitor_with_many_tabs_takes_no_place_in_the_chat(site, page, visitor, settings):
    settings.WAGTAIL_LIVECHAT = settings.WAGTAIL_LIVECHAT | {
        "SOCKETS_PER_KEY": 1,
        "SOCKETS_PER_NETWORK": 4,
    }
    for _ in range(4):
        await VisitTab(visitor).says_hello(page)
    one_more = VisitTab(visitor)
    await one_more.open()
    assert (await one_more.hears("error"))["code"] == "too_many_sockets"
    await VisitorBrowser(site).says_hello()
