"""What a visitor chooses: who is heard, what is remembered, and which cookies follow."""

import json

import pytest
from django.test import Client

from tests.factories import let_assist, make_banner, publish
from tests.transport.browsers import in_database, post, request, story
from wagtail_livechat import clock, tokens
from wagtail_livechat.consent import cookies
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.consent.models import Receipt, RefusalCount
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.transport import limits

PATH = "/livechat/consent/"


@pytest.fixture
def banner(site):
    return make_banner(let_assist(site))


@pytest.fixture
def version(banner) -> int:
    return banner.versions.get().pk


def answer(version, *, assistance=True, statistics=False, **more):
    return {
        "version": version,
        "assistance": assistance,
        "statistics": statistics,
        "interface": "banner",
        **more,
    }


def holding(site, answered) -> tuple[str, str]:
    """The header of a browser that kept what it was given."""
    kept = [f"{name}={morsel.value}" for name, morsel in answered.cookies.items() if morsel.value]
    return ("Cookie", "; ".join(kept))


def choice_of(site, answered):
    return answered.cookies[f"__Host-livechat-choice-{site.pk}"]


def visit_of(site, answered):
    return answered.cookies[f"__Host-livechat-visit-{site.pk}"]


def code(answered) -> str:
    return answered.updates[0]["code"]


@story
async def test_a_yes_has_a_receipt_and_the_key_of_a_visit(site, version):
    answered = await post(site, PATH, answer(version))
    receipt = await in_database(Receipt.objects.get)
    assert answered.json == {"ok": True, "receipt": str(receipt.pk)}
    choice, visit = choice_of(site, answered), visit_of(site, answered)
    assert (choice["secure"], choice["httponly"], choice["samesite"]) == (True, "", "Lax")
    assert (visit["secure"], visit["httponly"], visit["max-age"]) == (True, True, "")
    assert 180 * 86_400 < int(choice["max-age"]) <= 185 * 86_400
    assert tokens.hash_visit_key(site.pk, visit.value)
    assert tokens.hash_visitor_key(site.pk, visit.value) is None
    found = await in_database(consent_in, site.pk, choice.value, clock.now())
    assert found.assistance and found.receipt_id == receipt.pk


@story
async def test_two_who_refuse_cannot_be_told_apart(site, version):
    first = await post(site, PATH, answer(version, assistance=False), client="203.0.113.9")
    second = await post(site, PATH, answer(version, assistance=False), client="198.51.100.7")
    assert choice_of(site, first).value == choice_of(site, second).value
    for answered in (first, second):
        assert answered.json == {"ok": True, "receipt": None}
        assert visit_of(site, answered).value == ""
        assert visit_of(site, answered)["max-age"] == "0"
    assert await in_database(Receipt.objects.count) == 0
    assert (await in_database(RefusalCount.objects.get)).count == 2


@story
async def test_who_agreed_to_statistics_alone_has_no_visit(site, version):
    answered = await post(site, PATH, answer(version, assistance=False, statistics=True))
    assert answered.json["receipt"]
    assert visit_of(site, answered).value == ""


@story
async def test_withdrawing_takes_the_visit_and_every_identifier_away(site, version):
    yes = await post(site, PATH, answer(version))
    no = await post(
        site,
        PATH,
        answer(version, assistance=False, interface="indicator"),
        holding(site, yes),
    )
    assert visit_of(site, no)["max-age"] == "0"
    assert yes.json["receipt"] not in choice_of(site, no).value
    first, last = await in_database(lambda: list(Receipt.objects.order_by("at")))
    assert (last.previous_id, last.action, last.interface) == (first.pk, "withdrawn", "indicator")
    old = choice_of(site, yes).value
    assert not (await in_database(consent_in, site.pk, old, clock.now())).assistance


@story
async def test_a_yes_can_be_taken_back_when_the_banner_has_gone(site, banner, version):
    yes = await post(site, PATH, answer(version))
    await in_database(banner.unpublish)
    no = await post(site, PATH, answer(0, assistance=False), holding(site, yes))
    assert (no.status, no.json["receipt"]) == (200, None)
    again = await post(site, PATH, answer(0, assistance=False), holding(site, yes))
    assert again.status == 200  # the answer was lost on its way: said twice is said
    assert await in_database(Receipt.objects.count) == 2


@story
async def test_a_receipt_that_was_ended_is_refused_and_forgotten(site, version):
    yes = await post(site, PATH, answer(version))
    await post(site, PATH, answer(version, assistance=False), holding(site, yes))
    replayed = await post(site, PATH, answer(version, statistics=True), holding(site, yes))
    assert (replayed.status, code(replayed)) == (409, "replayed_receipt")
    assert choice_of(site, replayed)["max-age"] == visit_of(site, replayed)["max-age"] == "0"
    assert await in_database(Receipt.objects.count) == 2


@story
async def test_a_change_keeps_the_visit_and_names_what_it_ends(site, version):
    yes = await post(site, PATH, answer(version))
    more = await post(
        site, PATH, answer(version, statistics=True, interface="settings"), holding(site, yes)
    )
    assert visit_of(site, more).value == visit_of(site, yes).value
    newest = await in_database(Receipt.objects.get, pk=more.json["receipt"])
    assert (str(newest.previous_id), newest.action) == (yes.json["receipt"], "changed")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Content-Type", "application/json")], 403),
        ([("Origin", "https://evil.test"), ("Content-Type", "application/json")], 403),
        ([("Origin", "http://b.test"), ("Content-Type", "application/json")], 403),
        ([("Origin", "null"), ("Content-Type", "application/json")], 403),
        ([("Origin", "http://a.test"), ("Content-Type", "text/plain")], 415),
        ([("Origin", "http://a.test"), ("Content-Type", "application/x-www-form-urlencoded")], 415),
    ],
)
@story
async def test_no_other_site_can_say_yes_for_anybody(site, version, headers, status):
    for path, body in ((PATH, answer(version)), ("/livechat/visit/", {})):
        refused = await request(path, ("Host", "a.test"), *headers, body=json.dumps(body).encode())
        assert refused.status == status
        assert not refused.cookies
    assert await in_database(Receipt.objects.count) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@story
async def test_nothing_is_agreed_to_by_looking(site, version, method):
    for path in (PATH, "/livechat/visit/"):
        refused = await request(
            path,
            ("Host", "a.test"),
            ("Origin", "http://a.test"),
            ("Content-Type", "application/json"),
            method=method,
            body=json.dumps(answer(version)).encode(),
        )
        assert (refused.status, bool(refused.cookies)) == (405, False)


@story
async def test_only_what_was_asked_here_can_be_answered(site, other_site, banner, version):
    elsewhere = await in_database(lambda: make_banner(let_assist(other_site)).versions.get().pk)
    for wrong in (elsewhere, version + 999, 2**63 - 1, 0):
        for assistance in (True, False):
            refused = await post(site, PATH, answer(wrong, assistance=assistance))
            assert (refused.status, code(refused)) == (409, "unknown_version")
    assert await in_database(Receipt.objects.count) == 0
    assert await in_database(RefusalCount.objects.count) == 0


@story
async def test_an_outdated_question_can_no_longer_be_answered(site, banner, version):
    def change() -> None:
        banner.body = "<p>Another meaning.</p>"
        publish(banner)

    await in_database(change)
    refused = await post(site, PATH, answer(version))
    assert (refused.status, code(refused)) == (409, "unknown_version")


@story
async def test_a_purpose_that_was_not_asked_is_refused(site, banner):
    def ask_less() -> int:
        banner.asks_statistics = False
        publish(banner)
        return banner.versions.latest("number").pk

    version = await in_database(ask_less)
    refused = await post(site, PATH, answer(version, statistics=True))
    assert (refused.status, code(refused)) == (400, "unknown_purpose")
    unheard = await post(site, PATH, answer(version) | {"marketing": True})
    assert (unheard.status, code(unheard)) == (400, "bad_frame")
    assert await in_database(Receipt.objects.count) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"version":1}',
        b'{"version":"1","assistance":true,"statistics":false,"interface":"banner"}',
        b'{"version":-1,"assistance":true,"statistics":false,"interface":"banner"}',
        b'{"version":1,"assistance":"yes","statistics":false,"interface":"banner"}',
        b'{"version":1,"assistance":1,"statistics":false,"interface":"banner"}',
        b'{"version":1,"assistance":true,"statistics":false,"interface":"magic"}',
        b'{"version":9223372036854775808,"assistance":true,"statistics":false,"interface":"banner"}',
    ],
)
@story
async def test_a_body_that_is_no_choice_is_none(site, banner, body):
    refused = await post(site, PATH, body)
    assert (refused.status, code(refused)) == (400, "bad_frame")


@pytest.mark.parametrize(
    ("header", "recorded"), [("Sec-GPC", (True, False)), ("DNT", (False, True))]
)
@story
async def test_a_yes_against_the_browsers_signal_is_written_down_with_it(
    site, version, header, recorded
):
    answered = await post(site, PATH, answer(version), (header, "1"))
    assert answered.status == 200
    receipt = await in_database(Receipt.objects.get)
    assert (receipt.gpc, receipt.dnt) == recorded


@story
async def test_a_signal_that_only_the_page_sees_is_written_down_too(site, version):
    await post(site, PATH, answer(version, gpc=True))
    assert (await in_database(Receipt.objects.get)).gpc


@story
async def test_a_signal_never_says_yes(site, version):
    for interface in ("signal", "indicator"):
        refused = await post(site, PATH, answer(version, interface=interface))
        assert (refused.status, code(refused)) == (403, "forbidden")


@story
async def test_the_sites_own_tool_speaks_only_where_it_is_said_to_exist(site, version):
    refused = await post(site, PATH, answer(0, interface="external"))
    assert (refused.status, code(refused)) == (403, "forbidden")

    def has_a_tool() -> None:
        LiveChatSettings.objects.filter(site=site).update(external_consent=True)
        forget()

    await in_database(has_a_tool)
    ours = await post(site, PATH, answer(version))
    assert (ours.status, code(ours)) == (409, "unknown_version")
    theirs = await post(site, PATH, answer(0, interface="external", reference="cmp:42"))
    assert theirs.status == 200
    receipt = await in_database(Receipt.objects.get)
    assert (receipt.version_id, receipt.reference, receipt.language) == (None, "cmp:42", "en")
    long = await post(site, PATH, answer(0, interface="external", reference="x" * 201))
    assert code(long) == "bad_frame"


@pytest.mark.parametrize("values", [{"child_directed": True}, {"mode": "reactive"}])
@story
async def test_a_site_that_may_not_watch_takes_no_yes(site, version, values):
    def change() -> None:
        LiveChatSettings.objects.filter(site=site).update(**values)
        forget()

    await in_database(change)
    refused = await post(site, PATH, answer(version))
    assert (refused.status, code(refused)) == (400, "unknown_purpose")


@story
async def test_a_browser_that_agreed_another_day_gets_the_key_of_a_visit(site, version):
    yes = await post(site, PATH, answer(version))
    choice = choice_of(site, yes)
    opened = await post(site, "/livechat/visit/", {}, ("Cookie", f"{choice.key}={choice.value}"))
    assert opened.json == {"ok": True}
    assert tokens.hash_visit_key(site.pk, visit_of(site, opened).value)
    assert visit_of(site, opened).value != visit_of(site, yes).value
    told = cookies.read(site.pk, choice_of(site, opened).value)
    assert told.returning and str(told.receipt) == yes.json["receipt"]
    assert int(choice_of(site, opened)["max-age"]) <= int(choice["max-age"])


@story
async def test_a_visit_that_goes_on_keeps_its_key(site, version):
    yes = await post(site, PATH, answer(version))
    opened = await post(site, "/livechat/visit/", {}, holding(site, yes))
    assert visit_of(site, opened).value == visit_of(site, yes).value
    assert f"__Host-livechat-choice-{site.pk}" not in opened.cookies


@story
async def test_nobody_else_gets_the_key_of_a_visit(site, version):
    no = await post(site, PATH, answer(version, assistance=False))
    for headers in ([], [holding(site, no)]):
        refused = await post(site, "/livechat/visit/", {}, *headers)
        assert (refused.status, code(refused)) == (403, "no_consent")
        assert not refused.cookies


@story
async def test_who_answers_without_end_has_to_wait_and_can_still_withdraw(
    site, version, monkeypatch
):
    few = limits.Rate(name="consent", burst=3, per_second=0.001)
    monkeypatch.setattr(limits, "CONSENT", few)
    yes = await post(site, PATH, answer(version))
    for _ in range(3):
        last = await post(site, PATH, answer(version, assistance=False))
    assert (last.status, code(last)) == (429, "rate_limited")
    assert "retry-after" in last.headers
    withdrawn = await post(site, PATH, answer(version, assistance=False), holding(site, yes))
    assert withdrawn.status == 200


@story
async def test_on_plain_http_in_development_the_cookies_do_without_their_prefix(
    site, version, settings
):
    settings.DEBUG = True
    answered = await post(site, PATH, answer(version))
    assert set(answered.cookies) == {f"livechat-choice-{site.pk}", f"livechat-visit-{site.pk}"}
    assert not any(morsel["secure"] for morsel in answered.cookies.values())


def test_it_is_the_same_without_asgi(site, version, settings):
    settings.ALLOWED_HOSTS = ["a.test"]
    browser = Client(HTTP_HOST="a.test", enforce_csrf_checks=True)
    body = json.dumps(answer(version))
    kind = {"content_type": "application/json"}
    assert browser.post(PATH, body, **kind).status_code == 403
    assert browser.post(PATH, {"a": "b"}, HTTP_ORIGIN="http://a.test").status_code == 415
    answered = browser.post(PATH, body, **kind, HTTP_ORIGIN="http://a.test", HTTP_SEC_GPC="1")
    assert answered.status_code == 200
    assert set(answered.cookies) == {
        f"__Host-livechat-choice-{site.pk}",
        f"__Host-livechat-visit-{site.pk}",
    }
    assert answered["Cache-Control"] == "no-store"
    assert Receipt.objects.get().gpc
    opened = browser.post("/livechat/visit/", "{}", **kind, HTTP_ORIGIN="http://a.test")
    assert opened.status_code == 200
