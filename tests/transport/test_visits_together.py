"""Visits and those who watch them in two server processes, with and without a layer."""

import asyncio
import contextlib
import json
from datetime import timedelta

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
from tests.transport.test_wakes import RecordingLayer
from tests.transport.test_watching import passing
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.transport import process, wakes
from wagtail_livechat.transport.process import Process
from wagtail_livechat.transport.wakes import group_of
from wagtail_livechat.visitors.models import Visit, Watch
from wagtail_livechat.workers.models import Worker


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


@pytest.fixture
def layer(monkeypatch):
    """A layer that the plug-in takes for one between processes."""
    made = RecordingLayer()
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: made)
    return made


@pytest.fixture
def no_layer(monkeypatch):
    monkeypatch.setattr(wakes, "layer_between_processes", lambda: None)


@contextlib.asynccontextmanager
async def another_process():
    """A second process beside the first, with connections, memory and lease of its own."""
    await process.current()
    made = Process(asyncio.get_running_loop())
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@contextlib.contextmanager
def serves(made):
    """Who connects now connects to this process."""
    before, process._current = process._current, made
    try:
        yield
    finally:
        process._current = before


async def opens_in(made, tab, page, **more):
    with serves(made):
        assert await tab.open()
    return await tab.says_hello(page, **more)


async def joined(made, site):
    """It hears of the visits of this site."""
    bus = made.hub.bus
    while group_of(f"visits:{site.pk}") not in getattr(bus, "_joined", {}):
        await asyncio.sleep(0.01)


async def looks(made):
    """A second and a half have passed there."""
    made.watching.look_soon()
    made.board.everything_changed()
    while made.watching._looking or made.board._task:
        await asyncio.sleep(0.01)


@story
async def test_who_watches_here_is_announced_in_tabs_over_there(site, alice, page, visitor, layer):
    async with another_process() as there:
        tab = VisitTab(visitor)
        console = await console_of(site, alice)
        await opens_in(there, tab, page)
        await joined(there, site)
        assert (await visit_of(visitor)).worker_id == there.worker_id
        window = await watches(console, site)
        await joined(process.running(), site)
        assert (await shows(console, window))["page"] is None
        await tab.sees_watchers("Alice")
        await shows(console, window, page__title="The Waves")
        await tab.views(await in_database(make_page, site, "Next"))
        await shows(console, window, page__title="Next")
        await console.asks("visitors.leave", window=window)
        await tab.hears("watchers.changed", number=0)


@story
async def test_without_a_layer_it_comes_to_the_same_by_looking(
    site, alice, page, visitor, no_layer
):
    async with another_process() as there:
        tab = VisitTab(visitor)
        console = await console_of(site, alice)
        await opens_in(there, tab, page)
        await visit_of(visitor)
        window = await watches(console, site)
        await looks(there)
        await tab.sees_watchers("Alice")
        await visit_of(visitor, acknowledged=1)
        await looks(process.running())
        await shows(console, window, page__title="The Waves")


@story
async def test_what_travels_between_processes_names_nobody_and_no_page(
    site, alice, page, visitor, layer
):
    async with another_process() as there:
        tab = VisitTab(visitor)
        console = await console_of(site, alice)
        await opens_in(there, tab, page)
        await joined(there, site)
        window = await watches(console, site)
        await tab.sees_watchers("Alice")
        await shows(console, window, page__title="The Waves")
        visit = str((await visit_of(visitor)).public_id)
        await withdraws(visitor)
        await tab.is_closed()
    everything = json.dumps([message for _, message in layer.passed])
    for word in (
        visitor.key,
        visitor.key_hash,
        visitor.key_hash[:16],
        visitor.choice,
        str(visitor.receipt.pk),
        visit,
        "Alice",
        "Waves",
        page.get_full_url(),
    ):
        assert word not in everything
    assert layer.passed


@story
async def test_a_withdrawal_is_heard_in_every_process(site, alice, page, visitor, layer):
    async with another_process() as there:
        here, elsewhere = VisitTab(visitor), VisitTab(visitor)
        console = await console_of(site, alice)
        await here.says_hello(page)
        await opens_in(there, elsewhere, page)
        await joined(there, site)
        await watches(console, site)
        await withdraws(visitor)
        assert await here.is_closed() == 4403
        assert await elsewhere.is_closed() == 4403
        await eventually(lambda: not Visit.objects.exists())


@story
async def test_one_tab_here_and_one_over_there_are_one_visit(site, alice, page, visitor, layer):
    other = await in_database(make_page, site, "Other")
    async with another_process() as there:
        await console_of(site, alice)
        here, elsewhere = VisitTab(visitor), VisitTab(visitor)
        await here.says_hello(page)
        await visit_of(visitor, pages=1)
        await opens_in(there, elsewhere, other)
        await visit_of(visitor, pages=2)
        assert await in_database(Visit.objects.count) == 1
        # The one that wrote last goes; the other still has a connection, and says so.
        await elsewhere.hang_up()
        await visit_of(visitor, worker__isnull=True)
        await process.running().visits.renew()
        visit = await visit_of(visitor, worker__isnull=False)
        assert visit.worker_id == process.running().worker_id
        assert visit.ended_at is None


@story
async def test_a_process_that_dies_takes_its_visits_and_watches_along(
    site, alice, page, visitor, layer, monkeypatch
):
    staying = await in_database(Agreed, site)
    async with another_process() as there:
        tab, kept = VisitTab(visitor), VisitTab(staying)
        with serves(there):
            doomed = await console_of(site, alice)
        await opens_in(there, tab, page)
        await kept.says_hello(page)
        await watches(doomed, site)
        await kept.sees_watchers("Alice")
        await visit_of(visitor)
        # It falls silent: no word, no renewal.
        for connection in there.upkeep.connections:
            there.upkeep.discard(connection)
        for task in there.upkeep._tasks:
            task.cancel()
        here = process.running()
        with passing(monkeypatch, 20):
            await in_database(
                Worker.objects.filter(pk=there.worker_id).update,
                seen_at=clock.now() - timedelta(seconds=20),
            )
            await in_database(Worker.objects.filter(pk=here.worker_id).update, seen_at=clock.now())
            here.watching.look_soon()
            await kept.hears("watchers.changed", number=0)
            await here.upkeep.renew_once()
        assert (await visit_of(visitor)).ended_at is not None
        assert await in_database(lambda: Watch.objects.get().ended_at is not None)


@story
async def test_a_watcher_over_there_is_told_no_page_before_the_tab_here_knows(
    site, alice, page, visitor, layer
):
    bob = await in_database(make_watcher, "bob", site, alias="Bob")
    async with another_process() as there:
        tab = VisitTab(visitor)
        await tab.says_hello(page)
        hers = await console_of(site, alice)
        window = await watches(hers, site)
        await tab.sees_watchers("Alice")
        await shows(hers, window, page__title="The Waves")
        with serves(there):
            his = await console_of(site, bob)
        his_window = await watches(his, site)
        await joined(there, site)
        for title in ("Second", "Third"):
            await tab.views(await in_database(make_page, site, title))
            await shows(hers, window, page__title=title)
        await looks(there)
        assert pages_told(his) == []
        await tab.sees_watchers("Alice", "Bob")
        await shows(his, his_window, page__title="Third")
