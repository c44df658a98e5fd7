"""What consoles are shown: whole windows, rarely enough, and never the same twice."""

import asyncio

import pytest

from tests.factories import new_ref
from tests.transport.browsers import in_database, story
from tests.transport.tabs import VisitTab, console_of, shows, visit_of, watches
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.protocol.values import VisitFilter
from wagtail_livechat.transport import board, board_reading, lookout, process
from wagtail_livechat.transport.board_reading import Reader
from wagtail_livechat.visitors import table
from wagtail_livechat.visitors.sight import Sight
from wagtail_livechat.visitors.table import Question


@pytest.fixture
def site(commits):
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_watcher("alice", site, alias="Alice")


@pytest.fixture
def bob(site):
    return make_watcher("bob", site, alias="Bob")


@pytest.fixture
def reads(monkeypatch):
    """How often windows were read, and what for."""
    asked: list[list[Question]] = []
    real = board_reading.read_windows

    def counted(pairs):
        asked.append([question for question, _ in pairs])
        return real(pairs)

    monkeypatch.setattr(board_reading, "read_windows", counted)
    return asked


async def at_rest():
    while process.running().board._task is not None:
        await asyncio.sleep(0.01)


@story
async def test_a_crowd_of_changes_is_read_for_together(site, alice, reads, monkeypatch):
    monkeypatch.setattr(board, "READ_EVERY", 0.2)
    console = await console_of(site, alice)
    await watches(console, site)
    await at_rest()
    reads.clear()
    here = process.running().board
    for _ in range(50):
        here.site_changed(site.pk)
        await asyncio.sleep(0)
    await at_rest()
    assert len(reads) <= 2


@story
async def test_what_has_not_changed_is_not_told_again(site, alice, reads):
    tab = VisitTab(await in_database(Agreed, site))
    await tab.says_hello()
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    await shows(console, window, pages=1)
    await at_rest()
    console.forgets_what_it_heard()
    reads.clear()
    process.running().board.everything_changed()
    await at_rest()
    assert reads and console.all_of("visitors.window") == []


@story
async def test_who_asks_the_same_is_read_for_once(site, alice, bob, monkeypatch):
    asked = []
    real = table.window_of

    def counted(question, **more):
        asked.append(question)
        return real(question, **more)

    hers, his = await console_of(site, alice), await console_of(site, bob)
    await watches(hers, site)
    await watches(hers, site, filter="idle")
    await watches(his, site)
    await at_rest()
    with monkeypatch.context() as counting:
        counting.setattr(table, "window_of", counted)
        process.running().board.everything_changed()
        await at_rest()
    assert sorted(question.filter for question in asked) == ["all", "idle"]


@story
async def test_where_pages_decide_it_matters_who_asks(site, alice, bob):
    """What is released to one watcher and not to the other is found by that one alone."""
    page = await in_database(make_page, site, "Payment")
    agreed = await in_database(Agreed, site)
    tab = VisitTab(agreed)
    await tab.says_hello(page)
    hers = await console_of(site, alice)
    window = await watches(hers, site, search="payment")
    await tab.sees_watchers("Alice")
    await shows(hers, window, page__title="Payment")
    his = await console_of(site, bob)
    await watches(his, site, search="payment")
    process.running().board.everything_changed()
    await at_rest()
    assert [u["rows"] for u in his.all_of("visitors.window")] == [[]]


@story
async def test_a_window_moves_and_is_told_as_it_stands(site, alice):
    tab = VisitTab(await in_database(Agreed, site))
    await tab.says_hello()
    console = await console_of(site, alice)
    window = await watches(console, site)
    await shows(console, window)
    console.forgets_what_it_heard()
    await console.asks("visitors.watch", window=window, site=site.pk, filter="idle")
    told = await console.hears("visitors.window", window=window)
    assert (told["rows"], told["total"], told["counts"]["all"]) == ([], 0, 1)
    tab.say(type="activity.set", active=False)
    await shows(console, window)


@story
async def test_coming_and_leaving_is_told(site, alice, monkeypatch):
    console = await console_of(site, alice)
    window = await watches(console, site)
    agreed = await in_database(Agreed, site)
    tab = VisitTab(agreed)
    await tab.says_hello()
    await shows(console, window)
    await tab.hang_up()
    await visit_of(agreed, worker__isnull=True)
    from datetime import timedelta

    from wagtail_livechat import clock

    real = clock.now
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: real() + timedelta(seconds=11))
        await process.running().visits.renew()

    def is_empty():
        return console.all_of("visitors.window")[-1]["total"] == 0

    await console._until(is_empty)


@story
async def test_one_console_has_a_bounded_number_of_windows(site, alice):
    console = await console_of(site, alice)
    for _ in range(lookout.MOST_WINDOWS):
        await watches(console, site)
    refused = await console.asks("visitors.watch", window=new_ref(), site=site.pk)
    assert refused["code"] == "forbidden"


@pytest.mark.parametrize(
    "question",
    [
        {"order": "visitor__key_hash"},
        {"filter": "site__id=2"},
        {"search": "x" * 101},
        {"offset": -1},
        {"offset": 10**9},
        {"site": "1"},
        {"descending": "yes"},
    ],
)
@story
async def test_only_what_the_table_offers_can_be_asked(site, alice, question):
    console = await console_of(site, alice)
    said = {"type": "visitors.watch", "ref": new_ref(), "window": new_ref(), "site": site.pk}
    console.say(**(said | question))
    assert (await console.hears("refused"))["code"] == "bad_frame"


@story
async def test_a_search_of_any_kind_is_answered(site, alice):
    console = await console_of(site, alice)
    for words in ("%", "_", "\\", "'; --", "(a+)+$", "\u0000", "\U0001f600", " " * 100):
        window = new_ref()
        answer = await console.asks("visitors.watch", window=window, site=site.pk, search=words)
        assert answer["type"] == "ack", words


def test_a_question_says_whether_pages_decide_it():
    plain = Question(site_id=1)
    assert not plain.looks_at_pages
    assert Question(site_id=1, search="x").looks_at_pages
    assert Question(site_id=1, filter=VisitFilter.STUCK).looks_at_pages
    assert plain == Question(site_id=1)
    assert Reader(number=1, sight=Sight(), language="en") != Reader(
        number=2, sight=Sight(), language="en"
    )
