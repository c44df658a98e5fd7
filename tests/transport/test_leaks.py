"""What must not be found where it does not belong: keys, accounts, notes, words in logs."""

import json
import logging
import socket
import unicodedata

from django.apps import apps
from django.test import Client

from tests.factories import VisitorInBrowser, allow, make_user, new_ref
from tests.transport.browsers import (
    Line,
    StaffBrowser,
    VisitorBrowser,
    in_database,
    polls,
    post,
    story,
)
from wagtail_livechat import tokens
from wagtail_livechat.agents.permissions import REPLY, VIEW_TRANSCRIPT
from wagtail_livechat.transport import dispatch
from wagtail_livechat.transport.dispatch import REGISTRY, Role

WORDS = "A diagnosis that concerns nobody else"
NOTE = "What only colleagues may know"


def everything_stored():
    """All rows of ours, as text."""
    models = apps.get_app_config("wagtail_livechat").get_models()
    return "\n".join(str(list(model._default_manager.values())) for model in models)


async def a_visit(site, alice, key):
    """A conversation in which everything happens that can be told."""
    visitor = VisitorBrowser(site, VisitorInBrowser(site, key))
    await visitor.says_hello()
    conversation = (await visitor.sends(WORDS))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.opens(conversation)
    await console.picks_up(conversation)
    await console.asks("note.add", conversation=conversation, text=NOTE)
    await console.replies(conversation, "Answer")
    await visitor.hears("message.sent", message__text="Answer")
    visitor.say(
        type="page.share", ref=new_ref(), page=tokens.page_token(site.pk, site.root_page_id)
    )
    await console.hears("card.changed", card__id=conversation)
    visitor.say(type="message.send", ref=new_ref(), text=WORDS, key=key)
    await visitor.hears("refused", code="bad_frame")
    tab = await visitor.another_tab()
    answer = await polls(visitor)
    return visitor, tab, console, answer


@story
async def test_the_visitor_key_is_in_the_cookie_and_nowhere_else(site, alice, caplog):
    caplog.set_level(logging.DEBUG)
    started = await post(site, "/livechat/start/", {})
    key = started.headers.pop("set-cookie").split(";")[0].partition("=")[2]
    visitor, tab, console, answer = await a_visit(site, alice, key)

    told = json.dumps([visitor.told, tab.told, console.told])
    http = f"{started.headers}{started.body!r}{answer.headers}{answer.body!r}"
    stored = await in_database(everything_stored)
    for place in (told, http, caplog.text, stored):
        assert key not in place
    key_hash = visitor.person.key_hash
    assert key_hash in stored
    assert key_hash not in told + http + caplog.text
    assert console.session_key not in told + stored
    assert console.ticket not in told + stored


@story
async def test_a_visitor_learns_nothing_of_accounts_notes_or_networks(site, alice):
    key = tokens.new_visitor_key(site.pk)
    visitor, tab, console, answer = await a_visit(site, alice, key)
    assert NOTE in json.dumps(console.told)
    told = json.dumps([visitor.told, tab.told]) + answer.body.decode()
    assert "Alice" in told
    for secret in (NOTE, "alice", "@a.test", "203.0.113", "account", "session", "username"):
        assert secret not in told
    assert "203.0.113" not in json.dumps(console.told)


@story
async def test_a_log_line_holds_no_words_and_is_one_line(site, alice, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG, "wagtail_livechat")
    key = tokens.new_visitor_key(site.pk)
    visitor, *_ = await a_visit(site, alice, key)
    hostile = "x\n\x1b[2J ERROR root\r\u2028.test"
    for host in (hostile.encode().decode("latin-1"), "\x1b]0;x\x07.test"):
        line = Line("/livechat/ws/", ("Host", host), ("Origin", f"http://{host}"))
        assert not await line.open()

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    line = REGISTRY[Role.VISITOR][dispatch.commands.SharePage]
    broken = type(line)(where=line.where, rate=line.rate, act=fail)
    monkeypatch.setitem(REGISTRY[Role.VISITOR], dispatch.commands.SharePage, broken)
    visitor.say(type="page.share", ref=new_ref(), page=hostile)
    await visitor.hears("refused", code="internal")

    assert any("host name" in record.getMessage() for record in caplog.records)
    assert any("ZeroDivisionError" in record.getMessage() for record in caplog.records)
    for record in caplog.records:
        line = record.getMessage()
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Zl", "Zp")], line
    for secret in (WORDS, NOTE, key, "[2J ERROR root\r"):
        assert secret not in caplog.text


@story
async def test_addresses_in_a_message_are_asked_by_nobody_here(site, alice, monkeypatch):
    asked = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def recording_connect(self, address, *args):
        asked.append(address)
        return connect(self, address, *args)

    def recording_look_up(host, port, *args, **kwargs):
        asked.append((host, port))
        return look_up(host, port, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", recording_connect)
    monkeypatch.setattr(socket, "getaddrinfo", recording_look_up)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    named = ["169.254.169.254", "intranet.test", "shop.test"]
    for host in named:
        conversation = (await visitor.sends(f"http://{host}/x.png"))["conversation"]
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await console.picks_up(conversation)
    await console.replies(conversation, "https://intranet.test/ https://169.254.169.254/")
    await visitor.hears("message.sent", message__seq=5)

    def read_transcript():
        browser = Client()
        browser.force_login(alice.user)
        return browser.get(f"/admin/livechat/transcripts/{conversation}/")

    answer = await in_database(read_transcript)
    assert answer.status_code == 200 and "169.254.169.254" in answer.content.decode()
    assert [address for address in asked if any(host in str(address) for host in named)] == []


@story
async def test_a_key_that_was_forgotten_brings_nothing_back(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends(WORDS)
    await post(site, "/livechat/forget/", {}, ("Cookie", visitor.cookie))
    await visitor.is_closed()
    again = VisitorBrowser(site, visitor.person)
    await again.open()
    again.say(type="hello", v=1, language="en")
    assert await again.is_closed() == 4401
    assert (await again.hears("error"))["code"] == "identity_missing"
    answer = await polls(again, {"type": "message.send", "ref": new_ref(), "text": "x"})
    assert answer.status == 401
    assert WORDS not in json.dumps(again.told) + answer.body.decode()


@story
async def test_closed_ones_are_listed_where_transcripts_may_be_seen(site, other_site, alice):
    """A right on one site is no right on another."""
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends(WORDS))["conversation"]
    visitor.say(type="conversation.end", ref=(ref := new_ref()))
    await visitor.hears("ack", ref=ref)

    def make_carol():
        carol = allow(make_user("carol"), site, REPLY)
        return allow(carol, other_site, VIEW_TRANSCRIPT)

    console = await StaffBrowser.of(site, await in_database(make_carol))
    await console.says_hello()
    assert (await console.asks("closed.fetch"))["cards"] == []
    assert (await console.asks("closed.fetch", site=site.pk))["cards"] == []
    of_alice = await StaffBrowser.of(site, alice)
    await of_alice.says_hello()
    found = (await of_alice.asks("closed.fetch"))["cards"]
    assert [card["id"] for card in found] == [conversation]
