"""The same public addresses under WSGI, where every request passes Django."""

import json

import pytest
from django.test import Client

from tests.factories import make_visitor, new_ref

HOST = {"HTTP_HOST": "a.test"}
ORIGIN = {"HTTP_ORIGIN": "http://a.test"}


@pytest.fixture
def browser(site, settings):
    settings.ALLOWED_HOSTS = ["a.test", "unknown.test"]
    return Client(**HOST, enforce_csrf_checks=True)


def post(browser, path, body, **headers):
    return browser.post(path, json.dumps(body), content_type="application/json", **headers)


def test_a_visitor_chats_without_a_socket(browser, site):
    started = post(browser, "/livechat/start/", {}, **ORIGIN)
    assert started.json() == {"ok": True}
    cookie = started.cookies[f"__Host-livechat-{site.pk}"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax"
    body = {
        "hello": {"type": "hello", "v": 1, "language": "en"},
        "commands": [{"type": "message.send", "ref": new_ref(), "text": "Good day"}],
    }
    answer = post(browser, "/livechat/exchange/", body, **ORIGIN)
    assert [update["type"] for update in answer.json()["updates"]] == ["ack", "ready"]
    forgotten = post(browser, "/livechat/forget/", {}, **ORIGIN)
    assert forgotten.cookies[f"__Host-livechat-{site.pk}"]["max-age"] == "0"


@pytest.mark.parametrize("path", ["start", "exchange", "forget"])
def test_the_origin_stands_for_the_token(browser, site, path):
    visitor = make_visitor(site)
    browser.cookies[f"__Host-livechat-{site.pk}"] = visitor.key
    for headers in ({}, {"HTTP_ORIGIN": "https://evil.test"}, {"HTTP_ORIGIN": "null"}):
        answer = post(browser, f"/livechat/{path}/", {}, **headers)
        assert answer.status_code == 403
        assert answer.json()["updates"][0]["code"] == "wrong_origin"
    assert browser.get(f"/livechat/{path}/", **ORIGIN).status_code == 405
    form = browser.post(f"/livechat/{path}/", {"a": "b"}, **ORIGIN)
    assert form.status_code == 415


def test_a_body_that_is_too_long_is_refused(browser):
    answer = browser.post(
        "/livechat/start/", " " * 20_000, content_type="application/json", **ORIGIN
    )
    assert answer.status_code == 413


def test_availability_is_for_everybody(plain_addresses, browser):
    answer = browser.get("/livechat/availability/")
    assert answer.json() == {"available": False, "signpost": False}
    assert answer["Cache-Control"] == "public, max-age=1"
    assert browser.get("/livechat/availability/", HTTP_HOST="unknown.test").status_code == 404


@pytest.mark.parametrize("path", ["ws", "staff/ws"])
def test_a_sockets_address_asks_to_upgrade(browser, path):
    answer = browser.get(f"/livechat/{path}/")
    assert (answer.status_code, answer["Upgrade"]) == (426, "websocket")
