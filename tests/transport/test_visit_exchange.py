"""A visit without a socket: the same promises, over HTTP, in the loop and under WSGI."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories import new_ref
from tests.transport.browsers import in_database, post, request, story
from tests.transport.tabs import VisitTab, console_of, shows, token_of, visit_of, watches
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.engagement import actions as engagement
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import PagePolicy
from wagtail_livechat.transport import process
from wagtail_livechat.visitors.models import PageCount, PageView, Visit, Watch

PATH = "/livechat/visit/exchange/"


@pytest.fixture
def site(commits):
    return make_watched_site()


@pytest.fixture
def alice(site):
    agent = make_watcher("alice", site, alias="Alice")
    agent.chooses("available")
    return agent


@pytest.fixture
def page(site):
    return make_page(site, "The Waves")


@pytest.fixture
def visitor(site):
    return Agreed(site)


def ready(answer):
    return answer.of("visit.ready")[-1]


def view(page, site, **more):
    named = {"page": token_of(page, site)} if page is not None else {}
    return {"type": "page.view", "ref": new_ref()} | named | more


def steps(agreed):
    return list(
        PageView.objects.filter(visit__key_hash=agreed.key_hash)
        .order_by("number")
        .values_list("kind", "page_id")
    )


async def polls_until(holds, tab, page):
    """The first answer of which that is so; no more often than a visitor may ask."""
    for _ in range(50):
        answer = await tab.polls(page=page)
        if holds(answer):
            return answer
        await asyncio.sleep(0.2)
    raise AssertionError("It never came to that.")


# In the loop.


@story
async def test_a_visit_that_polls_is_watched_by_the_same_rule(site, alice, page, visitor):
    console = await console_of(site, alice)
    window = await watches(console, site)
    tab = VisitTab(visitor)
    answer = await tab.polls(page=page)
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    told = ready(answer)
    assert told["recorded"] is True and told["poll_ms"] == 2_000
    assert [watcher["alias"] for watcher in told["watchers"]] == ["Alice"]
    assert (await shows(console, window))["page"] is None
    await tab.polls({"type": "watchers.seen", "number": told["number"]}, page=page)
    await shows(console, window, page__title="The Waves")
    visit = await visit_of(visitor)
    assert visit.worker_id is None and visit.expires_at is not None


@story
async def test_a_poll_tells_its_page_again_and_it_counts_once(site, alice, page, visitor):
    await console_of(site, alice)
    other = await in_database(make_page, site)
    first, second = VisitTab(visitor), VisitTab(visitor)
    mine, yours = new_ref(), new_ref()
    for _ in range(3):  # two tabs, in turn
        await first.polls(page=page, view=mine)
        await second.polls(page=other, view=yours)
    command = view(page, site)
    answer = await second.polls(command, command, page=other, view=yours)
    assert [update["ref"] for update in answer.of("ack")] == [command["ref"]] * 2
    await visit_of(visitor, pages=3)
    assert [pk for _, pk in await in_database(steps, visitor)] == [page.pk, other.pk, page.pk]


@story
async def test_a_visit_that_is_known_costs_neither_a_thread_nor_a_query(
    site, alice, page, visitor, monkeypatch
):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    await visit_of(visitor)

    async def no_thread(*args):
        raise AssertionError("A thread was asked.")

    here = process.running()
    while not here.visits.is_at_rest:
        await asyncio.sleep(0.01)
    with monkeypatch.context() as watched:
        watched.setattr(here, "read", no_thread)
        watched.setattr(here.visits._writing, "_write", lambda: None)
        answer = await tab.polls(view(page, site), page=page)
    assert answer.status == 200 and len(answer.of("ack")) == 1


@story
async def test_who_changes_from_polling_to_a_socket_is_the_same_visit(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    before = await visit_of(visitor)
    await tab.says_hello(page)
    after = await visit_of(visitor, worker__isnull=False)
    assert (after.pk, after.pages, after.expires_at) == (before.pk, 1, None)


@story
async def test_while_nobody_may_watch_a_poll_leaves_nothing(site, page, visitor):
    answer = await VisitTab(visitor).polls(view(page, site), page=page)
    assert ready(answer)["recorded"] is False
    # There is nothing to hurry for.
    assert ready(answer)["poll_ms"] == 10_000
    assert not await in_database(Visit.objects.exists)


@story
async def test_where_nothing_stands_an_empty_answer_says_so_to_who_knows_it(
    site, alice, page, visitor
):
    tab = VisitTab(visitor)
    tab.wants_little = True
    answer = await tab.polls(page=page)
    assert (answer.status, answer.body) == (204, b"")
    assert "livechat-visit" not in answer.headers  # the usual
    assert "content-length" not in answer.headers
    # What was asked is answered all the same.
    answer = await tab.polls(view(page, site), page=page)
    assert answer.status == 200 and len(answer.of("ack")) == 1
    assert ready(answer)["watchers"] == []
    console = await console_of(site, alice)
    answer = await polls_until(
        lambda answer: "recorded" in answer.headers.get("livechat-visit", ""), tab, page
    )
    assert (answer.status, answer.headers["livechat-visit"]) == (204, "poll=2000, recorded")
    await visit_of(visitor)
    # Who watches is told, whatever is preferred.
    await watches(console, site)
    answer = await polls_until(lambda answer: answer.status == 200, tab, page)
    assert [watcher["alias"] for watcher in ready(answer)["watchers"]] == ["Alice"]


@story
async def test_while_nobody_may_watch_no_trail_stays_in_memory(site, alice, visitor):
    pages = [await in_database(make_page, site) for _ in range(3)]
    tab = VisitTab(visitor)
    for each in pages:
        await tab.polls(page=each, view=new_ref())
    live = process.running().visits.find(site.pk, visitor.key_hash)
    assert (live.trail, live.pending, live.here.page_id) == ([], [], pages[-1].pk)
    await console_of(site, alice)
    await visit_of(visitor, pages=1)
    assert [step.page_id for step in live.trail] == [pages[-1].pk]
    assert await in_database(steps, visitor) == [("page", pages[-1].pk)]


@story
async def test_withdrawal_holds_over_http(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    await visit_of(visitor)
    await in_database(visitor.changes_their_mind)
    process.running().watching.look_soon()
    for _ in range(200):
        answer = await tab.polls(view(page, site), page=page)
        if answer.status == 403:
            break
        await asyncio.sleep(0.01)
    assert answer.of("refused")[0]["code"] == "no_consent"
    assert not await in_database(Visit.objects.exists)


@story
async def test_an_invitation_is_told_with_the_answer_until_it_stands_no_more(
    site, alice, page, visitor
):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    visit = await visit_of(visitor)

    def invites():
        return engagement.invite(
            rights=alice.rights,
            profile_id=alice.profile.pk,
            visit_id=str(visit.public_id),
            text="Can I help?",
            ref=new_ref(),
        )

    made = await in_database(invites)
    invited = await polls_until(lambda answer: ready(answer)["invitation"], tab, page)
    invitation = ready(invited)["invitation"]
    assert invitation["text"] == "Can I help?"
    answer = {"type": "invitation.answer", "ref": new_ref(), "invitation": made.invitation_id}
    await tab.polls(answer | {"answer": "decline"}, page=page)
    await polls_until(lambda answer: ready(answer)["invitation"] is None, tab, page)


@story
async def test_what_a_poll_may_not_say_is_refused(site, alice, page, visitor):
    await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    refused = await tab.polls(
        {"type": "page.view", "ref": new_ref(), "page": "https://evil.test/"},
        {"type": "message.send", "ref": new_ref(), "text": "x"},
        {"type": "visit.hello", "v": 1, "language": "en", "device": "phone"},
        {"type": "activity.set", "active": "yes"},
        page=page,
    )
    codes = [update["code"] for update in refused.of("refused")]
    assert codes == ["bad_page", "unknown_type", "bad_frame", "bad_frame"]
    headers = (("Cookie", tab.cookie),)
    hello = tab.hello(page)
    for body, status in (
        ({"hello": hello | {"v": 99}, "commands": []}, 426),
        ({"hello": {"type": "pong"}, "commands": []}, 400),
        ({"hello": 1}, 400),
        (b"x" * 20_000, 413),
    ):
        assert (await post(site, PATH, body, *headers)).status == status
    assert (await request(PATH, ("Host", site.hostname), method="GET")).status == 405
    foreign = await request(
        PATH,
        ("Host", site.hostname),
        ("Origin", "https://evil.test"),
        ("Content-Type", "application/json"),
        *headers,
        body=json.dumps({"hello": hello}).encode(),
    )
    assert foreign.status == 403


@story
async def test_who_polls_too_often_is_told_to_wait(site, page, visitor):
    tab = VisitTab(visitor)
    for _ in range(40):
        answer = await tab.polls(page=page)
        if answer.status == 429:
            break
    assert answer.of("refused")[0]["code"] == "rate_limited"
    assert int(answer.headers["retry-after"]) >= 1


# Statistics alone.


@story
async def test_who_agreed_to_statistics_alone_is_a_number(site, alice, page):
    await console_of(site, alice)
    counted = await in_database(Agreed, site, assistance=False, statistics=True)
    for key in (counted.key, ""):
        counted.key = key
        told = ready(await VisitTab(counted).polls(page=page))
        assert (told["recorded"], told["watchers"]) == (False, [])
    found = await in_database(lambda: list(PageCount.objects.values_list("page_id", "views")))
    assert found == [(page.pk, 2)]
    assert not await in_database(Visit.objects.exists)


@story
async def test_nobody_is_counted_who_did_not_agree(site, page):
    agreed = await in_database(Agreed, site)
    refused = await in_database(Agreed, site, assistance=False)
    agreed_key, agreed.key = agreed.key, ""
    # Who may be watched first fetches a key; who refused is told so.
    assert (await VisitTab(agreed).polls(page=page)).status == 401
    assert (await VisitTab(refused).polls(page=page)).status == 403
    refused.choice = ""
    assert (await VisitTab(refused).polls(page=page)).status == 403
    agreed.key = agreed_key
    assert (await VisitTab(agreed).polls(page=page)).status == 200
    assert not await in_database(PageCount.objects.exists)


@story
async def test_a_page_where_nobody_is_watched_is_not_counted(site, page):
    await in_database(PagePolicy.objects.create, page_id=page.pk, never_track=True)
    await in_database(forget)
    counted = await in_database(Agreed, site, assistance=False, statistics=True)
    assert (await VisitTab(counted).polls(page=page)).status == 200
    assert not await in_database(PageCount.objects.exists)


# Under WSGI.


class Plain:
    """A browser of a site that speaks WSGI only."""

    def __init__(self, agreed, settings):
        settings.ALLOWED_HOSTS = ["a.test"]
        self.agreed = agreed
        self.tab = VisitTab(agreed)
        self.client = Client(HTTP_HOST="a.test", enforce_csrf_checks=True)
        for part in self.tab.cookie.split("; "):
            name, _, value = part.partition("=")
            self.client.cookies[name] = value

    def polls(self, *commands, page=None, **hello):
        body = {"hello": self.tab.hello(page, **hello), "commands": list(commands)}
        answer = self.client.post(
            PATH,
            json.dumps(body),
            content_type="application/json",
            HTTP_ORIGIN="http://a.test",
        )
        self.status = answer.status_code
        return answer.json()["updates"]


def test_the_same_under_wsgi(site, alice, page, visitor, settings):
    alice.arrives()
    browser = Plain(visitor, settings)
    mine = new_ref()
    [told] = browser.polls(page=page, view=mine)
    assert (told["type"], told["recorded"]) == ("visit.ready", True)
    browser.polls(page=page, view=mine)
    other = make_page(site)
    command = view(other, site)
    assert [update["type"] for update in browser.polls(command, page=page, view=mine)] == [
        "ack",
        "visit.ready",
    ]
    browser.polls(command, page=page, view=mine)
    assert [pk for _, pk in steps(visitor)] == [page.pk, other.pk]
    assert visitor.visit.expires_at is not None


def test_under_wsgi_nothing_is_written_while_nobody_may_watch(site, page, visitor, settings):
    [told] = Plain(visitor, settings).polls(page=page)
    assert told["recorded"] is False
    assert not Visit.objects.exists()


def test_under_wsgi_an_empty_answer_will_do_as_well(site, page, visitor, settings):
    browser = Plain(visitor, settings)
    body = json.dumps({"hello": browser.tab.hello(page)})
    more = {"HTTP_ORIGIN": "http://a.test", "HTTP_PREFER": "return=minimal"}
    answer = browser.client.post(PATH, body, content_type="application/json", **more)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Livechat-Visit" not in answer
    body = json.dumps({"hello": browser.tab.hello(page, language="en_GB")})
    answer = browser.client.post(PATH, body, content_type="application/json", **more)
    assert answer.status_code == 400


def test_under_wsgi_a_watcher_is_shown_and_acknowledged(
    site, alice, page, visitor, settings, monkeypatch
):
    alice.arrives()
    browser = Plain(visitor, settings)
    browser.polls(page=page)
    console = Client(HTTP_HOST="testserver")
    settings.ALLOWED_HOSTS = ["a.test", "testserver"]
    console.force_login(alice.user)

    def asks(*commands):
        body = {"hello": {"type": "staff.hello", "v": 1, "open": []}, "commands": list(commands)}
        answer = console.post(
            "/admin/livechat/exchange/", json.dumps(body), content_type="application/json"
        )
        return answer.json()["updates"]

    window = {"type": "visitors.watch", "ref": new_ref(), "window": new_ref(), "site": site.pk}
    [table] = [u for u in asks(window) if u["type"] == "visitors.window"]
    assert [row["page"] for row in table["rows"]] == [None]
    told = browser.polls(page=page)[-1]
    assert [watcher["alias"] for watcher in told["watchers"]] == ["Alice"]
    browser.polls({"type": "watchers.seen", "number": told["number"]}, page=page)
    [table] = [u for u in asks(window) if u["type"] == "visitors.window"]
    assert [row["page"]["title"] for row in table["rows"]] == ["The Waves"]
    # One watch, one look, however often it is asked.
    assert Watch.objects.count() == 1
    visit = str(visitor.visit.public_id)
    opens = {"type": "visit.open", "ref": new_ref(), "visit": visit}
    for _ in range(2):
        [trail] = [u for u in asks(opens) if u["type"] == "visit.trail"]
    assert [step["page"]["title"] for step in trail["steps"]] == ["The Waves"]
    looks = list(AccessEntry.objects.order_by("pk").values_list("look", flat=True))
    assert looks == ["watched", "opened_visit"]
    # What is not asked for again is watched no more, whatever else is said.
    later = clock.now() + timedelta(seconds=7)
    monkeypatch.setattr(clock, "now", lambda: later)
    asks({"type": "watching.keep"})
    asks({"type": "visitors.leave", "ref": new_ref(), "window": window["window"]})
    assert browser.polls(page=page)[-1]["watchers"] == []


def test_under_wsgi_who_did_not_agree_is_refused(site, alice, page, settings):
    alice.arrives()
    browser = Plain(Agreed(site, assistance=False), settings)
    [told] = browser.polls(page=page)
    assert (browser.status, told["code"]) == (403, "no_consent")
    assert not Visit.objects.exists()


def test_under_wsgi_statistics_are_counted_once(site, alice, page, visitor, settings):
    alice.arrives()
    both = Plain(Agreed(site, statistics=True), settings)
    mine = new_ref()
    for _ in range(3):
        both.polls(page=page, view=mine)
    Plain(visitor, settings).polls(page=page)
    assert list(PageCount.objects.values_list("page_id", "views")) == [(page.pk, 1)]
