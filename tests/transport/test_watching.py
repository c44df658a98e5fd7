"""Nobody is told where somebody is before that visitor has been told who looks."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from tests.factories import allow, make_agent, make_user, new_ref
from tests.transport.browsers import in_database, make_session, story
from tests.transport.tabs import (
    VisitTab,
    console_of,
    eventually,
    pages_told,
    shows,
    visit_of,
    watches,
)
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import WATCH
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.transport import process
from wagtail_livechat.visitors.models import Visit, Watch


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


# Announced before anything is told.


@story
async def test_a_page_is_told_only_after_the_tab_has_shown_who_watches(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    row = await shows(console, window)
    assert (row["page"], row["pages"], row["stuck"]) == (None, 0, [])
    await tab.hears("watchers.changed", number=1)
    await tab.views(await in_database(make_page, site, "Elsewhere"))
    await visit_of(visitor, pages=2)
    assert pages_told(console) == []
    await tab.sees_watchers("Alice")
    row = await shows(console, window, page__title="Elsewhere")
    assert row["pages"] == 2


@story
async def test_an_acknowledgement_of_what_was_not_told_counts_for_nothing(
    site, alice, page, visitor
):
    tab = VisitTab(visitor)
    await tab.says_hello(page, seen=2**40)
    tab.say(type="watchers.seen", number=2**40)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.hears("watchers.changed", number=1)
    await visit_of(visitor)
    assert (await shows(console, window))["page"] is None
    assert (await visit_of(visitor)).acknowledged == 0


@story
async def test_each_watcher_is_announced_apart(site, alice, page, visitor):
    bob = await in_database(make_watcher, "bob", site, alias="Bob")
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    hers, his = await console_of(site, alice), await console_of(site, bob)
    her_window = await watches(hers, site)
    await tab.sees_watchers("Alice")
    await shows(hers, her_window, page__title="The Waves")
    his_window = await watches(his, site)
    await shows(his, his_window)
    await tab.views(await in_database(make_page, site, "Next"))
    await shows(hers, her_window, page__title="Next")
    assert pages_told(his) == []
    await tab.sees_watchers("Alice", "Bob")
    await shows(his, his_window, page__title="Next")


@story
async def test_a_superuser_is_announced_like_anyone(site, page, visitor):
    root = await in_database(make_user, "root", superuser=True)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, root)
    window = await watches(console, site)
    await shows(console, window)
    assert pages_told(console) == []
    alias = await in_database(lambda: Watch.objects.get().alias)
    await tab.sees_watchers(alias)
    await shows(console, window, page__title="The Waves")


@story
async def test_a_tab_that_comes_later_is_told_at_once_who_watches(site, alice, page, visitor):
    console = await console_of(site, alice)
    window = await watches(console, site)
    tab = VisitTab(visitor)
    ready = await tab.says_hello(page)
    assert ready["recorded"] is True
    assert [watcher["alias"] for watcher in ready["watchers"]] == ["Alice"]
    assert (await shows(console, window))["page"] is None
    tab.say(type="watchers.seen", number=ready["number"])
    await shows(console, window, page__title="The Waves")


@story
async def test_a_trail_keeps_the_same_rule(site, alice, page, visitor):
    tab = VisitTab(visitor)
    console = await console_of(site, alice)
    await tab.says_hello(page)
    visit = str((await visit_of(visitor)).public_id)
    trail = await console.asks("visit.open", visit=visit)
    assert trail["type"] == "visit.trail"
    assert trail["steps"] == [] and trail["visit"]["page"] is None
    await tab.sees_watchers("Alice")
    trail = await console.hears("visit.trail", visit__pages=1)
    assert [step["page"]["title"] for step in trail["steps"]] == ["The Waves"]


# The live trail.


@story
async def test_five_navigations_appear_in_order(site, alice, visitor):
    titles = ["One", "Two", "Three", "Four", "Five"]
    pages = [await in_database(make_page, site, title) for title in titles]
    tab = VisitTab(visitor)
    console = await console_of(site, alice)
    await tab.says_hello(pages[0])
    await console.asks("visit.open", visit=str((await visit_of(visitor)).public_id))
    await tab.sees_watchers("Alice")
    for number, page in enumerate(pages[1:], start=2):
        await tab.views(page)
        trail = await console.hears("visit.trail", visit__pages=number)
        told = [step["page"]["title"] for step in trail["steps"]]
        assert told == titles[:number][::-1]
        assert trail["visit"]["page"]["title"] == titles[number - 1]


@story
async def test_a_trail_that_is_left_is_told_no_more(site, alice, page, visitor):
    tab = VisitTab(visitor)
    console = await console_of(site, alice)
    await tab.says_hello(page)
    visit = str((await visit_of(visitor)).public_id)
    await console.asks("visit.open", visit=visit)
    await tab.sees_watchers("Alice")
    await console.hears("visit.trail", visit__pages=1)
    await console.asks("visit.leave", visit=visit)
    await tab.sees_watchers()
    console.forgets_what_it_heard()
    await tab.views(await in_database(make_page, site, "Next"))
    await visit_of(visitor, pages=2)
    assert console.all_of("visit.trail") == []


@story
async def test_a_visit_that_is_over_and_one_of_another_site_are_the_same_nothing(
    site, alice, page, visitor
):
    other = await in_database(make_watched_site, "b.test")
    bob = await in_database(make_watcher, "bob", other, alias="Bob")
    theirs = await in_database(Agreed, other)
    await console_of(other, bob)
    await VisitTab(theirs).says_hello()
    foreign = str((await visit_of(theirs)).public_id)
    console = await console_of(site, alice)
    for name in (foreign, new_ref()):
        refused = await console.asks("visit.open", visit=name)
        assert (refused["type"], refused["code"]) == ("refused", "not_found")
    refused = await console.asks("visitors.watch", window=new_ref(), site=other.pk)
    assert refused["code"] == "forbidden"
    assert not await in_database(AccessEntry.objects.exists)


# The end of watching.


@story
async def test_who_stops_is_gone_from_the_tab_and_is_told_nothing_more(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    await console.asks("visitors.leave", window=window)
    await tab.hears("watchers.changed", number=0)
    console.forgets_what_it_heard()
    await tab.views(await in_database(make_page, site, "Next"))
    await visit_of(visitor, pages=2)
    assert console.all_of("visitors.window") == []


@story
async def test_who_closes_the_tab_is_gone(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    await watches(console, site)
    await tab.sees_watchers("Alice")
    await console.hang_up()
    await tab.hears("watchers.changed", number=0)


@contextlib.contextmanager
def passing(monkeypatch, seconds):
    """So much later, by every clock."""
    from wagtail_livechat.transport import lookout, watching

    real, steady = clock.now, lookout.monotonic
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))
        for module in (lookout, watching):
            later.setattr(module, "monotonic", lambda: steady() + seconds)
        yield


@story
async def test_a_console_that_says_no_more_that_somebody_looks_watches_no_more(
    site, alice, page, visitor, monkeypatch
):
    """Killed, cut off, asleep or in the background: nobody has to say that it ended."""
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    with passing(monkeypatch, 7):
        await process.running().watching.renew_once()
        await tab.hears("watchers.changed", number=0)
        console.forgets_what_it_heard()
        await tab.views(await in_database(make_page, site, "Next"))
        await visit_of(visitor, pages=2)
        assert console.all_of("visitors.window") == []
        # Whoever looks again is announced again, and told only then.
        console.say(type="watching.keep")
        await console.hears("visitors.window")
        assert pages_told(console) == []
        await tab.sees_watchers("Alice")
        await shows(console, window, page__title="Next")


@story
async def test_somebody_who_goes_on_looking_is_not_announced_again(
    site, alice, page, visitor, monkeypatch
):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    await watches(console, site)
    await tab.sees_watchers("Alice")
    for seconds in (3, 6, 9, 12):
        with passing(monkeypatch, seconds):
            console.say(type="watching.keep")
            await console.asks("visitors.leave", window=new_ref())
            await process.running().watching.renew_once()
    assert [watch["number"] for watch in tab.all_of("watchers.changed")] == [1]


@story
async def test_a_process_that_lost_its_lease_tells_nothing_under_it(
    site, alice, page, visitor, monkeypatch
):
    """It was stopped for a while: the visitors were told that the watch has ended."""
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    await in_database(Watch.objects.update, expires_at=clock.now() - timedelta(seconds=1))
    console.say(type="watching.keep")
    console.forgets_what_it_heard()
    await process.running().watching.renew_once()
    await tab.views(await in_database(make_page, site, "Next"))
    await visit_of(visitor, pages=2)
    assert pages_told(console) == []


@story
async def test_what_waits_in_a_slow_line_is_taken_back(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    console.stop_reading()
    [connection] = [
        each for each in process.running().upkeep.connections if hasattr(each, "_lookout")
    ]
    for title in ("First", "Second"):
        await tab.views(await in_database(make_page, site, title))
        await eventually(lambda wanted=title: _current(visitor) == wanted)
        while not connection.outgoing.waiting_bytes:
            await asyncio.sleep(0.01)
    connection._lookout.lapse()
    console.read_on()
    await tab.hears("watchers.changed", number=0)
    # The one frame that the network had already is all that may arrive.
    assert len([page for page in pages_told(console) if page["title"] == "Second"]) == 0


def _current(agreed):
    from wagtail.models import Page

    return Page.objects.get(pk=Visit.objects.get(key_hash=agreed.key_hash).page_id).title


# Rights.


@story
async def test_who_loses_the_right_to_watch_watches_no_more(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, page__title="The Waves")
    visit = str((await visit_of(visitor)).public_id)
    await console.asks("visit.open", visit=visit)

    def takes_away():
        group = alice.user.groups.get(name__contains=WATCH)
        alice.user.groups.remove(group)

    await in_database(takes_away)
    await console.hears("visit.gone", visit=visit)
    await tab.hears("watchers.changed", number=0)
    console.forgets_what_it_heard()
    await tab.views(await in_database(make_page, site, "Next"))
    refused = await console.asks("visitors.watch", window=new_ref(), site=site.pk)
    assert refused["code"] == "forbidden"
    assert pages_told(console) == []


@story
async def test_who_may_only_reply_sees_nobody(site, page, visitor):
    bert = await in_database(make_agent, "bert", site)
    console = await console_of(site, bert)
    [card] = (await console.hears("staff.ready"))["sites"]
    assert (card["can_reply"], card["can_watch"], card["can_invite"]) == (True, False, False)
    for kind, fields in (
        ("visitors.watch", {"window": new_ref(), "site": site.pk}),
        ("visit.open", {"visit": new_ref()}),
    ):
        assert (await console.asks(kind, **fields))["code"] == "forbidden"
    assert not await in_database(Watch.objects.exists)


@story
async def test_who_may_only_watch_may_do_that(site, page, visitor):
    def prepare():
        return allow(make_user("wanda"), site, WATCH)

    wanda = await in_database(prepare)
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, wanda)
    window = await watches(console, site)
    alias = await in_database(lambda: Watch.objects.get().alias)
    await tab.sees_watchers(alias)
    await shows(console, window, page__title="The Waves")


@story
async def test_logging_out_ends_the_watch(site, alice, page, visitor):
    from wagtail_livechat.agents import actions as agents

    tab = VisitTab(visitor)
    await tab.says_hello(page)
    session = await in_database(make_session, alice.user)
    console = await console_of(site, alice, session)
    await watches(console, site)
    await tab.sees_watchers("Alice")
    await in_database(
        agents.revoke,
        user_id=alice.user.pk,
        session_hash=agents.hash_session(str(session.session_key)),
    )
    assert await console.is_closed() == 4401
    await tab.hears("watchers.changed", number=0)
