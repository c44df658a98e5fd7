"""What a page says by itself to anybody: cacheable, anonymous, and only if somebody can answer."""

import json

import pytest
from django.test import Client

from tests.engagement.conftest import make_ready, make_trigger
from tests.factories import make_visitor
from tests.transport.browsers import in_database, post, request, story
from tests.transport.tabs import token_of
from tests.watched import Agreed, make_page, make_watched_site
from wagtail_livechat.agents.models import HeldPlace
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.engagement.models import Invitation, TriggerCount
from wagtail_livechat.transport import limits
from wagtail_livechat.visitors.models import Visit, Visitor

HOLD = "/livechat/greetings/hold/"
ANSWER = "/livechat/greetings/answer/"


@pytest.fixture
def site(commits, settings):
    settings.ALLOWED_HOSTS = ["*"]
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_ready("alice", site, "Alice", capacity=5)


@pytest.fixture
def trigger(site):
    return make_trigger(
        site,
        {"all": [{"is": "page", "page": site.root_page_id}, {"is": "dwell", "least": 20}]},
        text="Are you looking for a book?",
    )


def said_on(site, token):
    return Client(headers={"host": site.hostname}).get(f"/livechat/greetings/{token}/")


async def holds(site, trigger, *headers, page=None, **more):
    body = {"greeting": trigger.pk, "page": token_of(page or site.root_page, site)}
    return await post(site, HOLD, body, *headers, **more)


async def slip_of(site, trigger):
    return (await holds(site, trigger)).json["invitation"]["id"]


async def answers(site, slip, answer, *headers):
    return await post(site, ANSWER, {"invitation": slip, "answer": answer}, *headers)


def counts():
    row = TriggerCount.objects.first()
    return (row.shown, row.accepted, row.declined) if row else (0, 0, 0)


def test_a_page_says_what_and_when_the_same_for_everybody(site, trigger):
    first, second = (said_on(site, token_of(site.root_page, site)) for _ in range(2))
    assert first.json() == {"greetings": [{"id": trigger.pk, "dwell": 20}]}
    assert first.content == second.content
    assert first["cache-control"] == "public, max-age=60"
    assert not first.cookies
    assert "cookie" not in first.get("vary", "").lower()
    assert said_on(site, token_of(make_page(site), site)).json() == {"greetings": []}


def test_a_token_of_another_site_or_of_nobody_finds_nothing(site, trigger, plain_addresses):
    other = make_watched_site("b.test")
    for token in (token_of(other.root_page, other), "1.2.x", "x"):
        assert said_on(site, token).status_code == 404


@story
async def test_a_place_is_kept_and_nothing_is_remembered_of_anybody(site, alice, trigger):
    held = await holds(site, trigger)
    invitation = held.json["invitation"]
    assert invitation["text"] == "Are you looking for a book?"
    assert (invitation["automatic"], invitation["sender"]) == (True, None)
    assert 0 < invitation["expires_at"] - held.json["now"] <= 60_000
    assert not held.cookies
    assert held.headers["cache-control"] == "no-store"
    assert await in_database(counts) == (1, 0, 0)
    for model in (Visit, Visitor, Invitation, Conversation):
        assert not await in_database(model.objects.exists)


@story
async def test_where_nobody_can_answer_nothing_is_shown(site, alice, trigger):
    await in_database(alice.chooses, "busy")
    assert (await holds(site, trigger)).json["invitation"] is None
    assert await in_database(counts) == (0, 0, 0)


@story
async def test_who_accepts_has_a_conversation_and_its_key(site, alice, trigger):
    accepted = await answers(site, await slip_of(site, trigger), "accept")
    conversation = await in_database(lambda: Conversation.objects.get())
    assert accepted.json == {"ok": True, "conversation": str(conversation.public_id)}
    assert (conversation.initiator, conversation.state) == ("trigger", "active")
    key = accepted.cookies[f"__Host-livechat-{site.pk}"]
    assert (key["httponly"], key["secure"]) == (True, True)
    assert await in_database(counts) == (1, 1, 0)
    assert not await in_database(HeldPlace.objects.exists)


@story
async def test_who_says_no_thanks_is_greeted_no_more_in_this_visit(site, alice, trigger):
    declined = await answers(site, await slip_of(site, trigger), "decline")
    name = f"__Host-livechat-quiet-{site.pk}"
    assert (declined.cookies[name].value, declined.cookies[name]["max-age"]) == ("1", "")
    assert await in_database(counts) == (1, 0, 1)
    held = await holds(site, trigger, ("Cookie", f"{name}=1"))
    assert held.json["invitation"] is None
    assert await in_database(counts) == (1, 0, 1)


@story
async def test_never_again_outlives_the_browser(site, alice, trigger):
    never = await answers(site, await slip_of(site, trigger), "never")
    assert int(never.cookies[f"__Host-livechat-quiet-{site.pk}"]["max-age"]) > 180 * 86_400


@story
async def test_never_again_is_kept_in_the_choice_where_there_is_one(site, alice, trigger):
    refuser = await in_database(lambda: Agreed(site, statistics=True, assistance=False))
    name = f"__Host-livechat-choice-{site.pk}"
    cookie = ("Cookie", f"{name}={refuser.choice}")
    never = await answers(site, await slip_of(site, trigger), "never", cookie)
    assert list(never.cookies) == [name]
    kept = ("Cookie", f"{name}={never.cookies[name].value}")
    assert (await holds(site, trigger, kept)).json["invitation"] is None


@story
async def test_who_is_talking_with_us_is_not_greeted(site, alice, trigger):
    person = make_visitor(site)
    await in_database(person.says, "Hello")
    cookie = ("Cookie", f"__Host-livechat-{site.pk}={person.key}")
    assert (await holds(site, trigger, cookie)).json["invitation"] is None


@story
async def test_a_network_cannot_take_all_places(site, alice, trigger):
    for _ in range(int(limits.GREETING.burst)):
        assert (await holds(site, trigger)).status == 200
    refused = await holds(site, trigger)
    assert (refused.status, refused.updates[0]["code"]) == (429, "rate_limited")
    assert (await holds(site, trigger, client="198.51.100.7")).status == 200


@story
async def test_only_a_page_of_the_site_asks_and_only_by_json(site, alice, trigger):
    body = json.dumps({"greeting": trigger.pk, "page": token_of(site.root_page, site)}).encode()
    host = ("Host", site.hostname)
    for path in (HOLD, ANSWER):
        foreign = await request(
            path,
            host,
            ("Origin", "https://evil.test"),
            ("Content-Type", "application/json"),
            body=body,
        )
        assert foreign.status == 403
        form = await request(
            path,
            host,
            ("Origin", f"http://{site.hostname}"),
            ("Content-Type", "text/plain"),
            body=body,
        )
        assert form.status == 415
        assert (await request(path, host, method="GET")).status == 405
    assert not await in_database(HeldPlace.objects.exists)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"greeting": "1", "page": "x"}',
        b'{"greeting": 1}',
        b'{"greeting": 1, "page": "x", "more": 1}',
        b'{"greeting": 99999999999999999999, "page": "x"}',
    ],
)
@story
async def test_what_is_no_request_is_refused(site, alice, body):
    refused = await post(site, HOLD, body)
    assert (refused.status, refused.updates[0]["code"]) == (400, "bad_frame")


@pytest.mark.parametrize("slip", ["x", "a" * 300, "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("answer", ["accept", "decline", "never"])
@story
async def test_a_forged_slip_is_worth_nothing(site, alice, slip, answer):
    refused = await answers(site, slip, answer)
    assert (refused.status, refused.updates[0]["code"]) == (409, "not_invited")
    assert not refused.cookies


@story
async def test_a_page_of_another_site_holds_nothing_here(site, alice, trigger):
    other = await in_database(make_watched_site, "b.test")
    body = {"greeting": trigger.pk, "page": token_of(other.root_page, other)}
    refused = await post(site, HOLD, body)
    assert refused.updates[0]["code"] == "bad_page"


def test_without_asgi_the_same_is_answered(site, alice, trigger):
    client = Client(headers={"host": site.hostname, "origin": f"http://{site.hostname}"})
    body = {"greeting": trigger.pk, "page": token_of(site.root_page, site)}
    held = client.post(HOLD, json.dumps(body), content_type="application/json")
    assert held.status_code == 200
    slip = held.json()["invitation"]["id"]
    said = {"invitation": slip, "answer": "accept"}
    accepted = client.post(ANSWER, json.dumps(said), content_type="application/json")
    assert accepted.status_code == 200
    assert f"__Host-livechat-{site.pk}" in accepted.cookies
