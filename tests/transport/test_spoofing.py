"""Whoever pretends: what a command may not carry, which commands are not yours, whose ids."""

import json

import pytest
from django.test import Client

from tests.factories import allow, make_user, make_visitor, new_ref
from tests.protocol.samples import sample, tags
from tests.transport.browsers import (
    StaffBrowser,
    VisitorBrowser,
    in_database,
    make_session,
    polls,
    story,
)
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.permissions import REPLY, VIEW_TRANSCRIPT
from wagtail_livechat.conversations.models import Conversation, Message, Note
from wagtail_livechat.transport import process
from wagtail_livechat.transport.dispatch import REGISTRY, Role

EXCHANGE = "/admin/livechat/exchange/"
HELLOS = {"hello", "staff.hello"}
NOT_YOURS_TO_SAY = {
    "site": 1,
    "status": "closed",
    "visitor_key": "x",
    "author": 1,
    "internal": False,
    "id": 1,
    "kind": "notice",
    "at": 1,
}


def fields_by_tag(role):
    return {
        str(command.__struct_config__.tag): set(command.__struct_fields__)
        for command in REGISTRY[role]
    }


VISITORS, STAFF = fields_by_tag(Role.VISITOR), fields_by_tag(Role.STAFF)


def spoofed(fields):
    """Each command of a role with each field that it does not have."""
    return [
        {**sample("commands", tag), name: value}
        for tag, own in fields.items()
        for name, value in NOT_YOURS_TO_SAY.items()
        if tag not in HELLOS and name not in own
    ]


def in_twenties(commands):
    return [commands[at : at + 20] for at in range(0, len(commands), 20)]


def logged_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def console_polls(browser, *commands, cursors=()):
    hello = {"type": "staff.hello", "v": 1, "open": list(cursors)}
    body = json.dumps({"hello": hello, "commands": commands})
    return browser.post(EXCHANGE, body, content_type="application/json").json()["updates"]


def refused_in(told):
    return [update for update in told if update["type"] == "refused"]


def everything_stored():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Conversation, Message, Note, AgentProfile)
    ]


class TestWhatACommandMayNotCarry:
    @story
    async def test_a_visitor_assigns_nothing_that_is_the_servers(self, site):
        visitor = VisitorBrowser(site)
        await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": "1"})
        before = await in_database(everything_stored)
        for commands in in_twenties(spoofed(VISITORS)):
            codes = [each["code"] for each in (await polls(visitor, *commands)).of("refused")]
            assert codes == ["bad_frame"] * len(commands)
        assert await in_database(everything_stored) == before

    def test_an_agent_assigns_nothing_that_is_the_servers(self, site, alice):
        make_visitor(site).says("1")
        browser = logged_in(alice.user)
        console_polls(browser)
        before = everything_stored()
        for commands in in_twenties(spoofed(STAFF)):
            codes = [each["code"] for each in refused_in(console_polls(browser, *commands))]
            assert codes == ["bad_frame"] * len(commands)
        assert everything_stored() == before

    @pytest.mark.parametrize("name", ["site", "key", "visitor_key", "user", "id", "__proto__"])
    @story
    async def test_a_hello_names_nobody(self, site, alice, name):
        visitor = VisitorBrowser(site)
        await visitor.open()
        visitor.say(type="hello", v=1, language="en", **{name: 1})
        assert (await visitor.hears("refused"))["code"] == "bad_frame"
        console = await StaffBrowser.of(site, alice)
        await console.open()
        console.say(type="staff.hello", v=1, ticket=console.ticket, **{name: 1})
        assert (await console.hears("refused"))["code"] == "bad_frame"
        assert console.all_of("staff.ready") == visitor.all_of("ready") == []


STRANGE = sorted(
    {"chat.message", "chat_message", "_x", "__init__", "websocket.close", "http.request"}
    | {"livechat.wake", "receive", "disconnect", "MESSAGE.SEND", " message.send", "message.send\0"}
    | tags("updates")
)
NO_TYPES = [1, 1.5, None, True, [], {}, ["message.send"], {"type": "message.send"}]


class TestWhoseCommands:
    @story
    async def test_a_visitor_has_none_of_the_staffs_and_none_from_inside(self, site):
        visitor = VisitorBrowser(site)
        await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": "1"})
        before = await in_database(everything_stored)
        asked = [sample("commands", tag) for tag in set(STAFF) - set(VISITORS)]
        asked += [{"type": tag, "ref": new_ref(), "text": "x"} for tag in STRANGE]
        for commands in in_twenties(asked):
            codes = [each["code"] for each in (await polls(visitor, *commands)).of("refused")]
            assert codes == ["unknown_type"] * len(commands)
        nothing = [{"type": kind, "ref": new_ref(), "text": "x"} for kind in NO_TYPES]
        codes = [each["code"] for each in (await polls(visitor, *nothing)).of("refused")]
        assert codes == ["bad_frame"] * len(nothing)
        assert await in_database(everything_stored) == before

    def test_an_agent_has_none_of_the_visitors_and_none_from_inside(self, site, alice):
        make_visitor(site).says("1")
        browser = logged_in(alice.user)
        console_polls(browser)
        before = everything_stored()
        asked = [sample("commands", tag) for tag in set(VISITORS) - set(STAFF)]
        asked += [{"type": tag, "ref": new_ref(), "text": "x"} for tag in STRANGE]
        for commands in in_twenties(asked):
            codes = [each["code"] for each in refused_in(console_polls(browser, *commands))]
            assert codes == ["unknown_type"] * len(commands)
        assert everything_stored() == before


class TestWhoseConversation:
    def test_a_visitor_can_name_none(self):
        for tag, fields in VISITORS.items():
            assert not fields & {"conversation", "visitor", "id", "site"}, tag

    @pytest.mark.parametrize(
        "tag", sorted(tag for tag, fields in STAFF.items() if "conversation" in fields)
    )
    def test_one_of_another_site_is_told_from_an_invented_one_by_nothing(self, site, bob, tag):
        visitor = make_visitor(site)
        visitor.says("Not for bob")
        theirs, ref = str(visitor.conversation.public_id), new_ref()
        browser = logged_in(bob.user)
        console_polls(browser)
        before = everything_stored()

        def asked(conversation):
            command = sample("commands", tag) | {"conversation": conversation}
            if "ref" in command:
                command["ref"] = ref
            return [
                update
                for update in console_polls(browser, command)
                if update["type"] != "staff.ready"
            ]

        answers = asked(theirs)
        # Leaving what one never followed is no question, and gets no answer of its own.
        assert [each.get("code") for each in answers] == (
            [None] if tag == "conversation.leave" else ["not_found"]
        )
        for update, other in zip(answers, asked(invented := new_ref()), strict=True):
            assert json.dumps(update).replace(theirs, invented) == json.dumps(other)
        assert "Not for bob" not in str(answers)
        assert everything_stored() == before

    def test_a_conversation_has_one_spelling(self, site, alice):
        visitor = make_visitor(site)
        visitor.says("1")
        name = str(visitor.conversation.public_id)
        spellings = [name.upper(), f" {name}", f"{name} ", f"{{{name}}}", name.replace("-", "")]
        spellings += [f"{name}\n", f"urn:uuid:{name}", 1, None, [name], {"id": name}, ""]
        asked = [
            {"type": "conversation.open", "ref": new_ref(), "conversation": spelling}
            for spelling in spellings
        ]
        told = console_polls(logged_in(alice.user), *asked)
        assert [each["code"] for each in refused_in(told)] == ["bad_frame"] * len(spellings)

    def test_of_several_only_ones_own_are_changed(self, site, other_site, alice):
        mine, theirs, mine_too = (make_visitor(s) for s in (site, other_site, site))
        for visitor in (mine, theirs, mine_too):
            visitor.says("1")
        names = [str(v.conversation.public_id) for v in (mine, theirs, mine_too)]
        told = console_polls(
            logged_in(alice.user),
            *(
                {"type": "conversation.close", "ref": new_ref(), "conversation": name}
                for name in names
            ),
            cursors=[{"conversation": name} for name in names],
        )
        assert [each["type"] for each in told[:3]] == ["ack", "refused", "ack"]
        assert [each["type"] for each in told[3:]] == ["staff.ready", "thread", "refused", "thread"]
        assert [v.conversation.state for v in (mine, theirs, mine_too)] == [
            "closed",
            "waiting",
            "closed",
        ]
        assert names[1] not in str(told)

    @story
    async def test_one_that_is_not_there_any_more_does_not_make_the_others_deaf(
        self, site, other_site, alice
    ):
        def begin():
            people = [make_visitor(s) for s in (site, other_site, site)]
            for person in people:
                person.says("1")
            return people, [str(person.conversation.public_id) for person in people]

        people, names = await in_database(begin)
        console = await StaffBrowser.of(site, alice)
        await console.says_hello(*({"conversation": name} for name in names))
        await console.hears_number("thread", 2)
        assert [each["code"] for each in console.all_of("refused")] == ["not_found"]
        await in_database(people[2].says, "2")
        await console.hears("thread.message", conversation=names[2], message__text="2")
        assert names[1] not in str(console.told)


@story
async def test_who_may_only_read_here_is_not_seen_to_write_and_changes_nothing(site, other_site):
    """A right to reply on another site opens nothing on this one, by neither door."""
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]

    def make_carol():
        carol = allow(make_user("carol"), site, VIEW_TRANSCRIPT)
        return allow(carol, other_site, REPLY)

    carol = await in_database(make_carol)
    console = await StaffBrowser.of(site, carol)
    await console.says_hello()
    assert (await console.opens(conversation))["type"] == "thread"
    before = await in_database(everything_stored)
    asked = [
        sample("commands", tag) | {"conversation": conversation}
        for tag in ("reply.typing", "thread.mark_read", "conversation.pick_up", "reply.send")
    ]
    for number, command in enumerate(asked, start=1):
        console.say(**command)
        refused = await console.hears_number("refused", number)
        assert refused[-1]["code"] in ("not_found", "forbidden")

    def by_polling():
        cursors = [{"conversation": conversation}]
        return console_polls(logged_in(carol), *asked, cursors=cursors)

    codes = [each["code"] for each in refused_in(await in_database(by_polling))]
    assert codes == [each["code"] for each in console.all_of("refused")]
    await visitor.sends("2")
    assert visitor.all_of("typing") == []
    after = await in_database(everything_stored)
    assert [row["text"] for row in after[1]] == ["1", "2"] and after[2] == before[2] == []


@story
async def test_a_shared_login_is_three_sessions_and_one_that_ends_leaves_two(site, alice):
    sessions = [await in_database(make_session, alice.user) for _ in range(3)]
    consoles = [await StaffBrowser.of(site, alice, session) for session in sessions]
    for console in consoles:
        await console.says_hello()
    speakers = [connection.speaker for connection in process.running().upkeep.connections]
    assert len({speaker.session_hash for speaker in speakers}) == 3
    assert len({speaker.user_id for speaker in speakers}) == 1

    def log_out():
        browser = Client(HTTP_HOST="testserver")
        browser.cookies["sessionid"] = sessions[0].session_key
        browser.post("/admin/logout/")

    await in_database(log_out)
    assert await consoles[0].is_closed() == 4401
    for console in consoles[1:]:
        assert (await console.asks("availability.set", availability="busy"))["type"] == "ack"
