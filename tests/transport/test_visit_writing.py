"""What is written of visits waits for messages, and never outlives a permission."""

import asyncio

import pytest

from tests.transport.browsers import in_database, story
from tests.transport.tabs import VisitTab, console_of, eventually, visit_of, withdraws
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.errors import Busy, Unavailable
from wagtail_livechat.transport import process, visit_writing
from wagtail_livechat.transport.live_visit import MOST_PENDING
from wagtail_livechat.transport.visit_reading import SiteState
from wagtail_livechat.visitors.models import PageView, Visit


@pytest.fixture
def site(commits):
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_watcher("alice", site, alias="Alice")


@pytest.fixture
def visitor(site):
    return Agreed(site)


class Gate:
    """Holds up what is to be written after messages."""

    def __init__(self, writer):
        self._submit = writer.submit_after
        self.held = []
        writer.submit_after = self.hold

    def hold(self, action, done):
        self.held.append((action, done))

    def let_go(self):
        held, self.held = self.held, []
        for action, done in held:
            self._submit(action, done)

    async def has_some(self):
        while not self.held:
            await asyncio.sleep(0.01)


@story
async def test_under_load_visits_wait_and_the_newest_page_stays(site, alice, visitor, monkeypatch):
    monkeypatch.setattr(visit_writing, "AGAIN_AFTER", 0.01)
    console = await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello()
    await visit_of(visitor, pages=1)
    here = process.running()
    quiet = here.writer.submit_after
    refused = []

    def busy(action, done):
        refused.append(action)
        raise Busy

    here.writer.submit_after = busy
    pages = [await in_database(make_page, site) for _ in range(3)]
    [live] = here.visits.of_site(site.pk)
    for page in pages:
        await tab.views(page)
    while len(refused) < 3:
        await asyncio.sleep(0.01)
    assert len(live.pending) <= MOST_PENDING
    # Messages and what staff do go on meanwhile.
    assert (await console.asks("availability.set", availability="busy"))["type"] == "ack"
    assert (await visit_of(visitor)).pages == 1
    here.writer.submit_after = quiet
    visit = await visit_of(visitor, pages=4)
    assert visit.page_id == pages[-1].pk


@story
async def test_many_changes_of_one_visit_are_one_row_to_write(site, alice, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello()
    await visit_of(visitor)
    here = process.running()
    gate = Gate(here.writer)
    for active in (False, True, False):
        tab.say(type="activity.set", active=active)
    await tab.views(None)
    await gate.has_some()
    assert len(gate.held) == 1
    gate.let_go()
    await visit_of(visitor, pages=2)


@story
async def test_what_is_being_written_when_the_permission_ends_is_taken_away_again(
    site, alice, visitor
):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    gate = Gate((await process.current()).writer)
    await tab.says_hello()
    await gate.has_some()
    # The permission is there when the writing begins, and gone when it is done.
    [(action, done)] = gate.held
    written = await in_database(action)
    assert written[0] is not None
    await withdraws(visitor)
    assert await tab.is_closed() == 4403
    done(written, None)
    await eventually(lambda: not Visit.objects.exists())
    assert not await in_database(PageView.objects.exists)


@story
async def test_what_is_being_written_when_the_record_closes_does_not_open_it_again(
    site, alice, visitor
):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    gate = Gate((await process.current()).writer)
    await tab.says_hello()
    await gate.has_some()
    [(action, done)] = gate.held
    written = await in_database(action)
    here = process.running()
    here.visits.stands(site.pk, SiteState(is_open=True))
    here.visits.stop_recording(site.pk)
    done(written, None)
    await visit_of(visitor, ended_at__isnull=False)
    assert tab.close_code is None


@story
async def test_a_database_that_is_away_loses_no_page(site, alice, visitor, monkeypatch):
    from django.db import OperationalError

    from wagtail_livechat.visitors import visits

    monkeypatch.setattr(visit_writing, "AGAIN_AFTER", 0.01)
    page = await in_database(make_page, site)
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello()
    await visit_of(visitor)

    def gone(*args, **more):
        raise OperationalError("away")

    with monkeypatch.context() as away:
        away.setattr(visits, "write_visits", gone)
        await tab.views(page)
        await asyncio.sleep(0)
        while not process.running().visits._writing._is_called:
            await asyncio.sleep(0.01)
    visit = await visit_of(visitor, pages=2)
    assert visit.page_id == page.pk


@story
async def test_what_fails_when_nobody_may_watch_any_more_is_not_kept(site, alice, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.says_hello()
    await visit_of(visitor, pages=1)
    here = process.running()
    [live] = here.visits.of_site(site.pk)
    gate = Gate(here.writer)
    await tab.views(await in_database(make_page, site))
    await gate.has_some()
    here.visits.stands(site.pk, SiteState())
    here.visits.stop_recording(site.pk)
    [(_, done), *_] = gate.held
    done(None, Unavailable())
    await asyncio.sleep(0.01)
    assert live.pending == []
