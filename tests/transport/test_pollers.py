"""A browser that polls is known again, and by nothing less than all that it is judged by."""

import json

import pytest

from tests.factories import new_ref
from tests.transport.browsers import in_database, request, story
from tests.transport.tabs import VisitTab, console_of
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.transport import identity, process
from wagtail_livechat.transport.pollers import Pollers, name_of
from wagtail_livechat.transport.speakers import VisitSpeaker

PATH = "/livechat/visit/exchange/"


@pytest.fixture
def site(commits):
    return make_watched_site()


def scope(**headers):
    return {"headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


def speaker(key_hash):
    return VisitSpeaker(site_id=1, key_hash=key_hash, network="", choice="")


def test_what_says_nothing_of_who_asks_changes_nothing():
    name = name_of(scope(host="a.test", cookie="k=1", referer="http://a.test/waves/"))
    assert name == name_of(scope(host="a.test", cookie="k=1", accept="*/*"))
    assert name != name_of(scope(host="a.test", cookie="k=2"))
    assert name != name_of(scope(cookie="a.test", host="k=1"))


def test_a_header_that_stands_twice_is_not_that_header_alone():
    headers = [(b"host", b"a.test"), (b"cookie", b"k=1"), (b"origin", b"http://a.test")]
    headers += [(b"content-type", b"application/json"), (b"prefer", b"return=minimal")]
    twice = [*headers[:2], (b"origin", b"http://evil.test"), *headers[2:]]
    assert name_of({"headers": twice}) != name_of({"headers": headers})
    # What a proxy writes twice says nothing of who asks.
    passed = [*headers, (b"via", b"one"), (b"via", b"two")]
    assert name_of({"headers": passed}) == name_of({"headers": [*passed, (b"via", b"three")]})


def test_the_longest_known_goes_first():
    pollers = Pollers(most=2)
    names = [name_of(scope(cookie=f"k={number}")) for number in range(3)]
    for name in names:
        pollers.remember(name, speaker(str(name)))
    assert pollers.known(names[0]) is None
    assert [pollers.known(name).key_hash for name in names[1:]] == [str(name) for name in names[1:]]


@story
async def test_who_is_known_again_is_judged_again_when_anything_changes(site):
    page = await in_database(make_page, site)
    tab = VisitTab(await in_database(Agreed, site))
    assert (await tab.polls(page=page)).status == 200
    headers = {"Host": site.hostname, "Origin": f"http://{site.hostname}", "Cookie": tab.cookie}
    good = headers | {"Content-Type": "application/json"}
    body = json.dumps({"hello": tab.hello(page)}).encode()

    async def status(asked, **more):
        return (await request(PATH, *asked.items(), body=body, **more)).status

    assert await status(good) == 200
    assert await status(good | {"Content-Type": "text/plain"}) == 415
    assert await status(good | {"Origin": "https://evil.test"}) == 403
    assert await status(good | {"Cookie": ""}) == 403
    assert await status(good | {"origin": "https://evil.test"}) == 403
    assert await status({"origin": "https://evil.test"} | good) == 403
    assert await status(good, method="GET") == 405
    assert await status(good) == 200

    def moves():
        site.hostname = "moved.test"
        site.save()

    await in_database(moves)
    assert await status(good) == 403


@story
async def test_a_tab_that_stays_open_counts_once_however_many_others_come(site):
    await console_of(site, await in_database(make_watcher, "alice", site))
    page, other = await in_database(make_page, site), await in_database(make_page, site)
    agreed = await in_database(Agreed, site)
    tab, mine = VisitTab(agreed), new_ref()
    await tab.polls(page=page, view=mine)
    live = process.running().visits.find(site.pk, agreed.key_hash)
    for _ in range(45):
        live.polls.tokens = 20
        await tab.polls(page=other, view=new_ref())
        await tab.polls(page=page, view=mine)
    assert live.pages == 2


@story
async def test_while_the_table_of_sites_cannot_be_read_what_was_known_will_do(site, monkeypatch):
    tab = VisitTab(await in_database(Agreed, site))
    assert (await tab.polls()).status == 200

    async def never(*args):
        raise AssertionError("The gate was asked again.")

    monkeypatch.setattr(process.running().visits, "open", never)
    monkeypatch.setattr(identity, "learn_sites", lambda: None)
    monkeypatch.setattr(identity.kept, "until", 0.0)
    assert (await tab.polls()).status == 200
