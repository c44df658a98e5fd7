"""The HTTP side: the same commands and refusals, for browsers whose sockets do not get through."""

import json

import pytest
from wagtail.models import Page

from tests.factories import make_visitor, new_ref
from tests.transport.browsers import (
    StaffBrowser,
    VisitorBrowser,
    in_database,
    polls,
    post,
    request,
    story,
)
from wagtail_livechat import tokens
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.protocol.values import MAX_EXCHANGE, MAX_FRAME
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.transport import process
from wagtail_livechat.visitors.models import Visitor

POSTS = ("/livechat/start/", "/livechat/exchange/", "/livechat/forget/")


def cookie_of(answer):
    name, _, value = answer.headers["set-cookie"].split(";")[0].partition("=")
    return name, value


@story
async def test_a_click_is_answered_with_a_key_in_a_cookie_of_this_host_alone(site):
    answer = await post(site, "/livechat/start/", {})
    assert (answer.status, answer.json) == (200, {"ok": True})
    name, key = cookie_of(answer)
    assert name == f"__Host-livechat-{site.pk}"
    assert tokens.hash_visitor_key(site.pk, key)
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "secure", "path=/", "samesite=lax", "max-age=86400"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    assert key not in answer.body.decode()
    assert await in_database(Visitor.objects.count) == 0


@story
async def test_on_plain_http_in_development_the_cookie_does_without_its_prefix(site, settings):
    settings.DEBUG = True
    answer = await post(site, "/livechat/start/", {})
    name, _ = cookie_of(answer)
    assert name == f"livechat-{site.pk}"
    assert "secure" not in answer.headers["set-cookie"].lower().split("; ")


@story
async def test_a_key_that_is_good_is_kept_and_lives_on(site):
    person = make_visitor(site)
    cookie = ("Cookie", f"__Host-livechat-{site.pk}={person.key}")
    answer = await post(site, "/livechat/start/", {}, cookie)
    assert cookie_of(answer)[1] == person.key


@pytest.mark.parametrize("planted", ["attackers-choice", "A" * 64, ""])
@story
async def test_a_key_that_somebody_planted_is_replaced(site, planted):
    answer = await post(
        site, "/livechat/start/", {}, ("Cookie", f"__Host-livechat-{site.pk}={planted}")
    )
    assert cookie_of(answer)[1] != planted


@story
async def test_a_conversation_goes_on_from_socket_to_polling_and_back(site, alice):
    visitor = VisitorBrowser(site)
    sent = await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": "By HTTP"})
    assert [update["type"] for update in sent.updates] == ["ack", "ready"]
    assert sent.of("ready")[0]["conversation"]["last_seq"] == 1
    await visitor.says_hello()
    await visitor.sends("By socket")
    row = await in_database(lambda: visitor.person.conversation)
    await in_database(alice.picks_up, row)
    await in_database(alice.replies, row, "Answer")
    answer = await polls(visitor, {"type": "read.mark", "seq": 2}, since=2)
    ready = answer.of("ready")[0]
    assert [entry["text"] for entry in ready["messages"]] == ["", "Answer"]
    assert ready["conversation"]["read_by_visitor"] == 2
    await visitor.hears("message.sent", message__text="Answer")


@story
async def test_polling_is_presence_for_a_while(site, alice):
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    visitor = VisitorBrowser(site)
    await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": "By HTTP"})
    await console.hears("card.changed", card__visitor_present=True)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": None}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "http://b.test"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Host": "unknown.test"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": None}, 415),
    ],
)
@story
async def test_a_form_of_another_site_changes_nothing(site, other_site, path, headers, status):
    person = make_visitor(site)
    all_headers = {
        "Host": "a.test",
        "Origin": "http://a.test",
        "Content-Type": "application/json",
        "Cookie": f"__Host-livechat-{site.pk}={person.key}",
    } | headers
    hello = {"type": "hello", "v": 1, "language": "en"}
    said = {"type": "message.send", "ref": new_ref(), "text": "x"}
    body = {} if "exchange" not in path else {"hello": hello, "commands": [said]}
    answer = await request(
        path,
        *((name, value) for name, value in all_headers.items() if value is not None),
        body=json.dumps(body).encode(),
    )
    assert answer.status == status
    assert answer.of("refused")[0]["code"] in ("wrong_origin", "not_json")
    assert "set-cookie" not in answer.headers
    assert await in_database(Conversation.objects.count) == 0


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
@story
async def test_nothing_changes_by_another_method(site, path, method):
    answer = await request(
        path, ("Host", "a.test"), ("Origin", "http://a.test"), method=method, body=b"{}"
    )
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", POSTS)
@story
async def test_no_answer_may_be_kept_guessed_at_or_read_elsewhere(site, path):
    person = make_visitor(site)
    body = (
        {}
        if "exchange" not in path
        else {"hello": {"type": "hello", "v": 1, "language": "en"}, "commands": []}
    )
    answer = await post(site, path, body, ("Cookie", f"__Host-livechat-{site.pk}={person.key}"))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/json"
    assert not any(name.startswith("access-control") for name in answer.headers)
    refused = await request(path, ("Host", "a.test"), method="POST")
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", POSTS)
@story
async def test_a_body_that_never_ends_is_refused_before_it_is_read(site, path):
    chunk = b" " * 8_192
    answer = await post(site, path, [chunk] * 6_400)
    assert (answer.status, answer.of("refused")[0]["code"]) == (413, "too_big")
    assert int(answer.headers["x-chunks-taken"]) * len(chunk) <= 2 * MAX_EXCHANGE


@pytest.mark.parametrize("path", [*POSTS, "/livechat/visit/exchange/"])
@story
async def test_a_body_that_does_not_come_is_not_waited_for(site, path, monkeypatch):
    monkeypatch.setattr(process, "BODY_WITHIN", 0.05)
    answer = await post(site, path, [])
    assert (answer.status, answer.of("refused")[0]["code"]) == (408, "timeout")


@story
async def test_a_request_carries_several_long_messages(site):
    visitor = VisitorBrowser(site)
    texts = ["語" * 3_000, "字" * 3_000, "話" * 4_000]
    said = [{"type": "message.send", "ref": new_ref(), "text": text} for text in texts]
    hello = {"type": "hello", "v": 1, "language": "en"}
    body = json.dumps({"hello": hello, "commands": said}, ensure_ascii=False).encode()
    assert len(body) > MAX_FRAME
    answer = await post(site, "/livechat/exchange/", body, ("Cookie", visitor.cookie))
    assert [update["ref"] for update in answer.of("ack")] == [each["ref"] for each in said]
    assert [entry["text"] for entry in answer.of("ready")[0]["messages"]] == texts


@story
async def test_one_command_of_a_request_may_be_no_longer_than_a_frame(site):
    visitor = VisitorBrowser(site)
    long = {"type": "message.send", "ref": new_ref(), "text": "x" * MAX_FRAME}
    short = {"type": "message.send", "ref": new_ref(), "text": "short"}
    answer = await polls(visitor, long, short)
    refused = answer.of("refused")
    assert [(update["code"], update["ref"]) for update in refused] == [("too_big", long["ref"])]
    assert [update["ref"] for update in answer.of("ack")] == [short["ref"]]


@pytest.mark.parametrize("path", ["/livechat/start/", "/livechat/forget/"])
@story
async def test_who_has_nothing_to_say_may_not_say_it_at_length(site, path):
    visitor = VisitorBrowser(site)
    answer = await post(site, path, b" " * (MAX_FRAME + 1), ("Cookie", visitor.cookie))
    assert (answer.status, answer.of("refused")[0]["code"]) == (413, "too_big")


@pytest.mark.parametrize(
    "body", [b"{", b"", b"[]", b'"x"', b"NaN", b"\xff\xfe", b"[" * 10_000, b'{"hello":{}}']
)
@story
async def test_a_body_that_is_no_exchange_is_refused(site, body):
    visitor = VisitorBrowser(site)
    answer = await post(site, "/livechat/exchange/", body, ("Cookie", visitor.cookie))
    assert (answer.status, answer.of("refused")[0]["code"]) == (400, "bad_frame")


@pytest.mark.parametrize("body", [b"[]", b'{"key": "mine"}', b'"x"'])
@story
async def test_start_and_forget_take_nothing_but_an_empty_object(site, body):
    visitor = VisitorBrowser(site)
    for path in ("/livechat/start/", "/livechat/forget/"):
        answer = await post(site, path, body, ("Cookie", visitor.cookie))
        assert (answer.status, answer.of("refused")[0]["code"]) == (400, "bad_frame")


@story
async def test_more_commands_than_one_request_may_carry_are_refused(site):
    visitor = VisitorBrowser(site)
    answer = await polls(visitor, *({"type": "pong"} for _ in range(21)))
    assert (answer.status, answer.of("refused")[0]["code"]) == (400, "bad_frame")


@story
async def test_a_second_hello_in_the_middle_is_refused(site):
    visitor = VisitorBrowser(site)
    answer = await polls(visitor, {"type": "hello", "v": 1, "language": "en"})
    assert answer.of("refused")[0]["code"] == "bad_frame"


@story
async def test_polling_without_a_key_is_refused(site):
    body = {"hello": {"type": "hello", "v": 1, "language": "en"}, "commands": []}
    answer = await post(site, "/livechat/exchange/", body)
    assert (answer.status, answer.of("refused")[0]["code"]) == (401, "identity_missing")


@story
async def test_who_forgets_is_forgotten_for_good(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("Forget me"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()

    answer = await post(site, "/livechat/forget/", {}, ("Cookie", visitor.cookie))

    assert answer.json == {"ok": True}
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert await visitor.is_closed() == 4410
    await console.hears("card.changed", card__id=conversation, card__state="closed")
    assert (await polls(visitor)).status == 401
    started = await post(site, "/livechat/start/", {}, ("Cookie", visitor.cookie))
    assert cookie_of(started)[1] != visitor.person.key
    assert (await console.asks("conversation.reopen", conversation=conversation))["code"] == (
        "visitor_left"
    )


@story
async def test_what_was_underway_while_one_was_forgotten_is_not_stored(site, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    monkeypatch.setattr(
        "wagtail_livechat.transport.visitor_socket.VisitorSocket.forgotten", lambda self: None
    )
    await post(site, "/livechat/forget/", {}, ("Cookie", visitor.cookie))
    visitor.say(type="message.send", ref=new_ref(), text="2")
    assert await visitor.is_closed() == 4410
    assert await in_database(Message.objects.filter(text="2").count) == 0
    assert await in_database(Conversation.objects.count) == 1


@story
async def test_availability_is_the_same_answer_for_everybody(site, alice):
    async def ask(*headers):
        return await request("/livechat/availability/", ("Host", "a.test"), *headers, method="GET")

    before = await ask()
    assert (before.status, before.json) == (
        200,
        {"available": False, "signpost": False},
    )
    assert before.headers["cache-control"] == "public, max-age=1"
    assert "set-cookie" not in before.headers and "vary" not in before.headers
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    from wagtail_livechat.transport import availability

    availability.forget()
    assert (await ask()).json == {"available": True, "signpost": False}
    assert (await ask(("Cookie", "sessionid=x"))).body == (await ask()).body
    # A page turned, a hundred times: the agent counts as present all the while.
    for _ in range(5):
        await console.hang_up()
        availability.forget()
        assert (await ask()).json == {"available": True, "signpost": False}
        console = await StaffBrowser.of(site, alice)
        await console.says_hello()


@story
async def test_availability_of_an_unknown_host_is_nobodys(site):
    answer = await request("/livechat/availability/", ("Host", "unknown.test"), method="GET")
    assert answer.status == 404
    head = await request("/livechat/availability/", ("Host", "a.test"), method="HEAD")
    assert (head.status, head.body) == (200, b"")


@story
async def test_a_site_that_offers_no_chat_takes_no_message(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await in_database(lambda: LiveChatSettings.objects.get(site=site).delete())
    assert (await post(site, "/livechat/start/", {})).status == 403
    visitor.say(type="message.send", ref=new_ref(), text="x")
    assert (await visitor.hears("refused"))["code"] == "not_offered"


@story
async def test_a_page_is_shared_by_its_token_and_by_nothing_else(site, other_site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()

    def make_pages():
        page = site.root_page.add_child(instance=Page(title="On sale", slug="sale"))
        draft = site.root_page.add_child(instance=Page(title="Draft", slug="draft", live=False))
        return page, draft

    page, draft = await in_database(make_pages)
    good = tokens.page_token(site.pk, page.pk)
    bad = [
        tokens.page_token(other_site.pk, page.pk),
        tokens.page_token(site.pk, other_site.root_page_id),
        tokens.page_token(site.pk, draft.pk),
        tokens.page_token(site.pk, 10_000_000),
        good.replace(f".{page.pk}.", f".{draft.pk}."),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "https://evil.test/",
        "javascript:alert(1)",
        "//evil.test",
        f"https://{site.hostname}@evil.test/",
    ]
    for token in bad:
        ref = new_ref()
        visitor.say(type="page.share", ref=ref, page=token)
        assert (await visitor.hears("refused", ref=ref))["code"] == "bad_page", token
    ref = new_ref()
    visitor.say(type="page.share", ref=ref, page=good)
    await visitor.hears("ack", ref=ref)
    await visitor.hears("conversation.changed", conversation__page_shared=True)
    card = (await console.hears("card.changed", card__page__title="On sale"))["card"]
    assert "evil" not in str(console.told) and "Draft" not in str(console.told)
    assert card["page"]["url"].startswith("http://a.test/")
    by_http = await polls(visitor, {"type": "page.share", "ref": new_ref(), "page": bad[0]})
    assert by_http.of("refused")[0]["code"] == "bad_page"
    await polls(visitor, {"type": "page.share", "ref": new_ref(), "page": None})
    await console.hears("card.changed", card__page=None)


@story
async def test_sharing_can_be_switched_off(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")

    def switch_off():
        row = LiveChatSettings.objects.get(site=site)
        row.sharing_allowed = False
        row.save()

    await in_database(switch_off)
    token = tokens.page_token(site.pk, site.root_page_id)
    visitor.say(type="page.share", ref=new_ref(), page=token)
    assert (await visitor.hears("refused"))["code"] == "sharing_disabled"


@pytest.mark.parametrize("path", ["/livechat/ws/", "/livechat/staff/ws/"])
@story
async def test_a_sockets_address_without_a_socket_asks_to_upgrade(site, path):
    answer = await request(path, ("Host", "testserver"), method="GET")
    assert answer.status == 426
