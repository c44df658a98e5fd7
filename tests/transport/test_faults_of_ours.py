"""A fault in any handler: a number for the log, a plain sentence for the reader, no more."""

import pytest
from django.db import OperationalError

from tests.factories import allow, new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, story
from tests.transport.tabs import VisitTab
from tests.watched import Agreed
from wagtail_livechat.agents.permissions import INVITE, WATCH
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.protocol import commands
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.transport import board_reading, dispatch, visit_reading
from wagtail_livechat.transport.dispatch import REGISTRY, Role
from wagtail_livechat.transport.visit_lines import VISIT_LINES, WATCH_LINES

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
    commands.RateConversation: {"helped": True},
    commands.JudgeAnswer: {"seq": 1, "helped": True},
    commands.AskForPerson: {},
    commands.SendReply: {"text": "x"},
    commands.AddNote: {"text": "x"},
    commands.PickUp: {},
    commands.CloseConversation: {},
    commands.ReopenConversation: {},
    commands.GiveBack: {},
    commands.SearchCannedReplies: {},
    commands.SuggestCannedReplies: {},
    commands.UseCannedReply: {"reply": 1, "edited": False},
    commands.LeaveConversation: {},
    commands.MarkThreadRead: {"seq": 1},
    commands.SetReplyTyping: {"active": True},
    commands.SetAvailability: {"availability": "away"},
    commands.FetchClosed: {},
    commands.SendCard: {"kind": "page", "id": 1},
    commands.Invite: {"visit": new_ref(), "text": "x"},
    commands.CancelInvitation: {"invitation": new_ref()},
    commands.SeeInvitation: {"invitation": new_ref()},
    commands.AnswerInvitation: {"invitation": new_ref(), "answer": "decline"},
    commands.ShowVisit: {},
}


def asked(command, conversation):
    fields = dict(SAMPLES[command])
    if "ref" in command.__struct_fields__:
        fields["ref"] = new_ref()
    if "conversation" in command.__struct_fields__:
        fields["conversation"] = conversation
    return {"type": command.__struct_config__.tag, **fields}


# What the connection itself carries out has tests of its own below.
BY_CONNECTION = {
    commands.Hello,
    commands.StaffHello,
    commands.VisitHello,
    commands.Pong,
    commands.OpenConversation,
    commands.ViewPage,
    commands.SetActive,
    commands.SeeWatchers,
    *WATCH_LINES,
}


def everything_but_hello(role):
    return [command for command in REGISTRY[role] if command not in BY_CONNECTION]


async def watching_allowed(site, alice):
    """Visitors who agreed may be watched here, and Alice may do it."""

    def prepare():
        LiveChatSettings.objects.filter(site=site).update(mode="proactive", external_consent=True)
        forget()
        allow(alice.user, site, WATCH, INVITE)
        return Agreed(site)

    return await in_database(prepare)


@pytest.mark.parametrize("role", list(Role))
@story
async def test_no_handler_tells_of_its_inside(site, alice, role, monkeypatch):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    line = visitor
    agreed = await watching_allowed(site, alice)
    if role is Role.VISIT:
        line = VisitTab(agreed)
        await line.says_hello()
    if role is Role.STAFF:
        line = await StaffBrowser.of(site, alice)
        await line.says_hello()
        await line.picks_up(conversation)
    broken = failing(ZeroDivisionError(SECRET))
    monkeypatch.setattr("wagtail_livechat.conversations.hot_path.append", broken)
    for command in everything_but_hello(role):
        line.forgets_what_it_heard()
        old = REGISTRY[role][command]
        monkeypatch.setitem(REGISTRY[role], command, _with(old, act=broken, prepare=None))
        line.say(**asked(command, conversation))
        refused = await line.hears("refused")
        assert refused["code"] == "internal", command
        assert "secret" not in str(line.told)
        monkeypatch.setitem(REGISTRY[role], command, old)
    assert line.close_code is None


@story
async def test_no_watching_tells_of_its_inside(site, alice, monkeypatch):
    agreed = await watching_allowed(site, alice)
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    tab = VisitTab(agreed)
    await tab.says_hello()
    broken = failing(ZeroDivisionError(SECRET))
    monkeypatch.setattr(board_reading, "read_windows", broken)
    monkeypatch.setattr(board_reading, "find_visit", broken)
    monkeypatch.setattr(visit_reading, "page_named", broken)
    for line, asked_for in (
        (console, {"type": "visitors.watch", "window": new_ref(), "site": site.pk}),
        (console, {"type": "visit.open", "visit": new_ref()}),
        (tab, {"type": "page.view", "page": "1.1.x"}),
    ):
        ref = new_ref()
        line.say(ref=ref, **asked_for)
        assert (await line.hears("refused", ref=ref))["code"] == "internal"
        assert "secret" not in str(line.told)
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
    assert {*WATCH_LINES, *VISIT_LINES} <= known | BY_CONNECTION
