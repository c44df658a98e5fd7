"""Whoever takes the permission back is gone at once, with all that was on its way."""

import asyncio

import pytest

from tests.transport.browsers import in_database, story
from tests.transport.tabs import (
    VisitTab,
    console_of,
    eventually,
    pages_told,
    shows,
    visit_of,
    watches,
    withdraws,
)
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.consent import actions as consent
from wagtail_livechat.transport import process
from wagtail_livechat.visitors.models import PageView, Visit


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


@story
async def test_who_takes_the_permission_back_is_gone_at_once(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    visit = str((await visit_of(visitor)).public_id)
    await console.asks("visit.open", visit=visit)
    await withdraws(visitor)
    await console.hears("visit.gone", visit=visit)
    assert await tab.is_closed() == 4403
    assert not await in_database(Visit.objects.exists)
    assert not await in_database(PageView.objects.exists)

    def is_empty():
        told = console.all_of("visitors.window")[-1]
        return told["rows"] == [] and told["total"] == 0

    await console._until(is_empty)


@story
async def test_a_page_that_is_on_its_way_when_the_permission_ends_arrives_nowhere(
    site, alice, page, visitor
):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    late = await in_database(make_page, site, "Too late")
    await tab.views(late)
    await withdraws(visitor)
    console.forgets_what_it_heard()
    assert await tab.is_closed() == 4403
    here = process.running()
    while not here.visits.is_at_rest:
        await asyncio.sleep(0.01)
    await eventually(lambda: not Visit.objects.exists())
    await console.asks("visitors.watch", window=window, site=site.pk)
    assert pages_told(console) == []
    # The same tab, with the cookies that it still has, is not let in again.
    again = VisitTab(visitor)
    await again.open()
    again.say(**again.hello(late))
    assert (await again.hears("error"))["code"] == "no_consent"


@story
async def test_who_changes_a_yes_into_another_yes_goes_on(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    await console_of(site, alice)
    before = await visit_of(visitor)

    def changes():
        return consent.answer(
            site_id=site.pk,
            cookie=visitor.choice,
            version=None,
            assistance=True,
            statistics=True,
            interface="external",
            language="en",
            visit_key_hash=visitor.key_hash,
        )

    answered = await in_database(changes)
    await tab.views(await in_database(make_page, site, "Next"))
    after = await visit_of(visitor, pages=2)
    assert after.pk == before.pk and after.receipt_id == answered.choice.receipt
    assert tab.close_code is None


@story
async def test_a_process_that_heard_nothing_finds_out_within_two_seconds(
    site, alice, page, visitor, monkeypatch
):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    await console_of(site, alice)
    await visit_of(visitor)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(process, "announce", lambda calls: None)
        await withdraws(visitor)
    here = process.running()
    here.watching._looked_at -= 1.5
    await here.upkeep.tick_once(max(each.heard_at for each in here.upkeep.connections))
    assert await tab.is_closed() == 4403


@story
async def test_a_poll_that_is_being_answered_meanwhile_leaves_nothing_behind(
    site, page, visitor, monkeypatch
):
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    here = process.running()
    live = here.visits.find(site.pk, visitor.key_hash)
    assert visitor.key_hash in here.hub.invitations._visits

    async def ends_meanwhile(*args, **kwargs):
        here.visits.end(live)
        return True

    monkeypatch.setattr(here.visits, "hear", ends_meanwhile)
    await tab.polls({"type": "activity.set", "active": False}, page=page)
    assert here.visits.find(site.pk, visitor.key_hash) is None
    assert visitor.key_hash not in here.hub.invitations._visits
