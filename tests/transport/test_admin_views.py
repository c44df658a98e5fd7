"""The staff's addresses inside the admin: the ticket, and the fallback of the console."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import make_user, make_visitor, new_ref
from wagtail_livechat.agents import actions as agents
from wagtail_livechat.agents.models import StaffTicket
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.transport import catch_up

TICKET = "/admin/livechat/ticket/"
EXCHANGE = "/admin/livechat/exchange/"


def logged_in(user, **more):
    browser = Client(**more)
    browser.force_login(user)
    return browser


def polls(browser, *commands, cursors=(), path=EXCHANGE, **hello):
    body = {
        "hello": {"type": "staff.hello", "v": 1, "open": list(cursors)} | hello,
        "commands": list(commands),
    }
    return browser.post(path, json.dumps(body), content_type="application/json")


def of(answer, kind):
    return [update for update in answer.json()["updates"] if update["type"] == kind]


@pytest.fixture
def console(alice):
    return logged_in(alice.user)


@pytest.fixture
def visitor(site):
    visitor = make_visitor(site)
    visitor.says("Good day")
    return visitor


class TestTheTicket:
    def test_it_is_good_for_one_socket_of_this_session(self, console, alice):
        answer = console.post(TICKET)
        assert answer.json()["socket"] == "/livechat/staff/ws/"
        assert "no-store" in answer["Cache-Control"]
        ticket = answer.json()["ticket"]
        assert StaffTicket.objects.get().hash != ticket
        agents.spend_ticket(
            ticket=ticket, user_id=alice.user.pk, session_key=console.session.session_key
        )

    def test_it_is_made_by_post_alone(self, console):
        assert console.get(TICKET).status_code == 405
        assert not StaffTicket.objects.exists()

    def test_it_needs_djangos_token(self, alice):
        browser = logged_in(alice.user, enforce_csrf_checks=True)
        assert browser.post(TICKET).status_code == 403
        assert polls(browser).status_code == 403
        assert not StaffTicket.objects.exists()

    def test_an_editor_without_a_chat_right_gets_none(self, site):
        editor = logged_in(make_user("ed"))
        for path in (TICKET, EXCHANGE):
            answer = editor.post(path, "{}", content_type="application/json")
            assert answer.status_code == 403
        assert not StaffTicket.objects.exists()

    @pytest.mark.parametrize(
        ("method", "who", "status"),
        [
            (method, who, status)
            for method, row in {
                "get": {"anonymous": 302, "ed": 405, "bob": 405, "alice": 405, "root": 405},
                "post": {"anonymous": 302, "ed": 403, "bob": 200, "alice": 200, "root": 200},
            }.items()
            for who, status in row.items()
        ],
    )
    @pytest.mark.parametrize("path", [TICKET, EXCHANGE])
    def test_each_gets_what_is_theirs(self, alice, bob, path, method, who, status):
        users = {"alice": alice.user, "bob": bob.user}
        browser = Client()
        if who != "anonymous":
            browser.force_login(users.get(who) or make_user(who, superuser=who == "root"))
        answer = polls(browser, path=path) if method == "post" else browser.get(path)
        assert answer.status_code == status
        if status != 200:
            assert not StaffTicket.objects.exists()
            assert b"staff.ready" not in answer.content

    def test_a_stranger_is_sent_to_log_in(self, site):
        assert Client().post(TICKET).status_code in (302, 403)
        assert not StaffTicket.objects.exists()


class TestTheFallback:
    def test_it_brings_the_lists_and_open_threads(self, console, visitor):
        conversation = str(visitor.conversation.public_id)
        answer = polls(console, cursors=[{"conversation": conversation}])
        assert [update["type"] for update in answer.json()["updates"]] == ["staff.ready", "thread"]
        assert of(answer, "staff.ready")[0]["me"]["present"] is True
        assert of(answer, "thread")[0]["messages"][0]["text"] == "Good day"
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_an_agent_works_with_it_as_with_a_socket(self, console, visitor):
        conversation = str(visitor.conversation.public_id)
        cursor = {"conversation": conversation, "since": 1}
        reply = new_ref()
        answer = polls(
            console,
            {"type": "conversation.pick_up", "ref": new_ref(), "conversation": conversation},
            {"type": "reply.send", "ref": reply, "conversation": conversation, "text": "Hello"},
            {"type": "note.add", "ref": new_ref(), "conversation": conversation, "text": "VIP"},
            {"type": "reply.typing", "conversation": conversation, "active": True},
            {"type": "thread.mark_read", "conversation": conversation, "seq": 1},
            {"type": "availability.set", "ref": new_ref(), "availability": "busy", "capacity": 7},
            cursors=[cursor],
        )
        assert [update["type"] for update in answer.json()["updates"]] == [
            *["ack"] * 4,
            "staff.ready",
            "thread",
        ]
        (thread,) = of(answer, "thread")
        assert [entry["text"] for entry in thread["messages"]] == ["", "Hello"]
        assert [note["text"] for note in thread["notes"]] == ["VIP"]
        assert of(answer, "staff.ready")[0]["me"]["capacity"] == 7
        again = polls(
            console,
            {"type": "reply.send", "ref": reply, "conversation": conversation, "text": "Hello"},
        )
        assert of(again, "ack")[0]["seq"] == 3
        assert Message.objects.filter(kind="agent").count() == 1

    def test_a_conversation_of_another_site_does_not_exist(self, bob, visitor):
        conversation = str(visitor.conversation.public_id)
        theirs = logged_in(bob.user)
        asked = [
            {"type": kind, "ref": new_ref(), "conversation": conversation}
            for kind in (
                "conversation.open",
                "conversation.pick_up",
                "conversation.close",
                "conversation.reopen",
            )
        ]
        asked += [
            {"type": kind, "ref": new_ref(), "conversation": conversation, "text": "x"}
            for kind in ("reply.send", "note.add")
        ]
        asked += [
            {"type": "thread.mark_read", "conversation": conversation, "seq": 1},
            {"type": "reply.typing", "conversation": conversation, "active": True},
        ]
        answer = polls(theirs, *asked, cursors=[{"conversation": conversation}])
        refused = of(answer, "refused")
        assert [update["code"] for update in refused] == ["not_found"] * 9
        invented = polls(
            theirs, {"type": "conversation.open", "ref": new_ref(), "conversation": new_ref()}
        )
        assert of(invented, "refused")[0]["message"] == refused[0]["message"]
        assert of(answer, "staff.ready")[0]["cards"] == []
        assert "Good day" not in answer.content.decode()
        visitor.conversation.refresh_from_db()
        assert Conversation.objects.get().state == "waiting"

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            ("{}", "text/plain", 415),
            ("a=b", "application/x-www-form-urlencoded", 415),
            ("{", "application/json", 400),
            ('{"hello":{"type":"hello","v":1,"language":"en"}}', "application/json", 400),
            ('{"hello":{"type":"staff.hello","v":9}}', "application/json", 426),
            (" " * 70_000, "application/json", 413),
        ],
    )
    def test_what_is_no_exchange_is_refused(self, console, body, content_type, status):
        answer = console.post(EXCHANGE, body, content_type=content_type)
        assert answer.status_code == status
        assert of(answer, "refused")

    def test_a_fault_of_ours_tells_nothing_of_the_inside(self, console, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise ZeroDivisionError("SELECT secret FROM /srv/path")

        monkeypatch.setattr("wagtail_livechat.transport.catch_up.staff_ready", fail)
        answer = polls(console)
        assert answer.status_code == 500
        (refused,) = of(answer, "refused")
        assert refused["code"] == "internal"
        assert "secret" not in answer.content.decode()
        number = refused["message"].rpartition("(")[2].rstrip(")")
        assert any(number in record.getMessage() for record in caplog.records)


def test_a_database_that_is_away_is_no_fault_of_ours(console, monkeypatch):
    def is_away(*args):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(catch_up, "staff_ready", is_away)
    answer = polls(console)
    assert answer.status_code == 503
    assert answer.json()["updates"][0]["code"] == "unavailable"
