"""A fault in any handler: a number for the log, a plain sentence for the reader, no more."""

import pytest
from django.db import OperationalError

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, story
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.protocol import commands
from wagtail_livechat.transport import dispatch
from wagtail_livechat.transport.dispatch import REGISTRY, Role

SECRET = "SELECT secret FROM /srv/path"


def failing(error):
    def fail(*args, **kwargs):
        raise error

    return fail


SAMPLES = {
    commands.SendMessage: {"text": "x"},
    commands.FetchMessages: {"since": 0},
    commands.MarkRead: {"seq": 1},
    commands.SetTyping: {"active": True},
    commands.SharePage: {"page": None},
    commands.EndConversation: {},
    commands.SendReply: {"text": "x"},
    commands.AddNote: {"text": "x"},
    commands.PickUp: {},
    commands.CloseConversation: {},
    commands.ReopenConversation: {},
    commands.LeaveConversation: {},
    commands.MarkThreadRead: {"seq": 1},
    commands.SetReplyTyping: {"active": True},
    commands.SetAvailability: {"availability": "away"},
    commands.FetchClosed: {},
}


def asked(command, conversation):
    fields = dict(SAMPLES[command])
    if "ref" in command.__struct_fields__:
        fields["ref"] = new_ref()
    if "conversation" in command.__struct_fields__:
        fields["conversation"] = conversation
    return {"type": command.__struct_config__.tag, **fields}


def everything_but_hello(role):
    return [
        command
        for command in REGISTRY[role]
        if command
        not in (commands.Hello, commands.StaffHello, commands.Pong, commands.OpenConversation)
    ]


@pytest.mark.parametrize("role", list(Role))
@story
async def test_no_handler_tells_of_its_inside(site, alice, role, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    line = visitor
    if role is Role.STAFF:
        line = await StaffBrowser.of(site, alice)
        await line.says_hello()
        await line.picks_up(conversation)
    broken = failing(ZeroDivisionError(SECRET))
    monkeypatch.setattr("wagtail_livechat.conversations.hot_path.append", broken)
    for command in everything_but_hello(role):
        line.forgets_what_it_heard()
        old = REGISTRY[role][command]
        monkeypatch.setitem(REGISTRY[role], command, _with(old, act=broken))
        line.say(**asked(command, conversation))
        refused = await line.hears("refused")
        assert refused["code"] == "internal", command
        assert "secret" not in str(line.told)
        monkeypatch.setitem(REGISTRY[role], command, old)
    assert line.close_code is None


def _with(line, **changes):
    import dataclasses

    return dataclasses.replace(line, **changes)


@story
async def test_a_database_that_is_away_is_an_answer_and_the_text_can_be_sent_again(
    site, monkeypatch
):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    ref = new_ref()
    with monkeypatch.context() as away:
        gone = failing(OperationalError("could not connect to secret-host"))
        away.setattr("wagtail_livechat.conversations.hot_path.append", gone)
        away.setattr("wagtail_livechat.conversations.actions.send_message", gone)
        visitor.say(type="message.send", ref=ref, text="Again and again")
        refused = await visitor.hears("refused", ref=ref)
        assert (refused["code"], refused["retry_ms"] > 0) == ("unavailable", True)
        assert "secret" not in str(visitor.told)
        answer = await polls(
            visitor, {"type": "message.send", "ref": ref, "text": "Again and again"}
        )
        assert answer.of("refused")[0]["code"] == "unavailable"
    assert await in_database(Message.objects.filter(ref=ref).count) == 0
    await visitor.sends("Again and again", ref)
    assert await in_database(Message.objects.filter(ref=ref).count) == 1


@story
async def test_a_read_that_fails_is_an_answer_over_both_doors(site, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.open()
    with monkeypatch.context() as away:
        gone = failing(OperationalError("gone"))
        away.setattr("wagtail_livechat.conversations.queries.latest_by_keys", gone)
        visitor.say(type="hello", v=1, language="en")
        assert (await visitor.hears("refused"))["code"] == "unavailable"
        answer = await polls(visitor)
        assert (answer.status, answer.of("refused")[0]["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    await visitor.says_hello()


@story
async def test_too_much_to_write_is_said_at_once(site, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    monkeypatch.setattr("wagtail_livechat.transport.writer.MOST_WAITING", 0)
    ref = new_ref()
    visitor.say(type="message.send", ref=ref, text="2")
    refused = await visitor.hears("refused", ref=ref)
    assert (refused["code"], refused["retry_ms"] > 0) == ("busy", True)


def test_every_command_has_a_sample():
    known = {command for role in Role for command in everything_but_hello(role)}
    assert known == set(SAMPLES)
    assert dispatch.REGISTRY is REGISTRY
