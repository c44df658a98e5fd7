"""A session or a right that goes takes the open sockets with it."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from wagtail.models import GroupSitePermission

from tests.factories import allow, new_ref
from tests.transport.browsers import (
    StaffBrowser,
    VisitorBrowser,
    in_database,
    make_session,
    polls,
    story,
)
from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agents
from wagtail_livechat.agents.actions import hash_session
from wagtail_livechat.agents.models import AgentConnection
from wagtail_livechat.agents.permissions import REPLY
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.transport import process


async def an_open_console(site, agent, session=None):
    console = await StaffBrowser.of(site, agent, session)
    await console.says_hello()
    return console


async def a_minute_passes():
    """Everything that is looked at once a minute is looked at now."""
    running = process.running()
    for connection in list(running.upkeep.connections):
        connection.look_again(connection.heard_at + 60)


def log_out(session):
    browser = Client(HTTP_HOST="testserver")
    browser.cookies["sessionid"] = session.session_key
    browser.post("/admin/logout/")


@story
async def test_logging_out_closes_this_browsers_sockets_and_no_others(site, alice):
    here = await in_database(make_session, alice.user)
    elsewhere = await in_database(make_session, alice.user)
    console, tab = (
        await an_open_console(site, alice, here),
        await an_open_console(site, alice, here),
    )
    other = await an_open_console(site, alice, elsewhere)
    await in_database(log_out, here)
    for line in (console, tab):
        assert await line.is_closed() == 4401
        assert (await line.hears("error"))["code"] == "session_ended"
    await a_minute_passes()
    assert (await other.asks("availability.set", availability="busy"))["type"] == "ack"


def who_is_present():
    return set(AgentConnection.objects.values_list("key", flat=True))


@story
async def test_who_logs_out_is_gone_at_once_and_stays_where_they_are_logged_in(site, alice):
    here = await in_database(make_session, alice.user)
    elsewhere = await in_database(make_session, alice.user)
    await an_open_console(site, alice, elsewhere)
    stays = await in_database(who_is_present)
    console = await an_open_console(site, alice, here)
    await in_database(log_out, here)
    assert await console.is_closed() == 4401
    await process.running().writer.run(lambda: None)
    assert await in_database(who_is_present) == stays


@story
async def test_the_last_one_who_logs_out_takes_the_button_along(site, alice):
    session = await in_database(make_session, alice.user)
    console = await an_open_console(site, alice, session)
    await console.asks("availability.set", availability="available")
    visitor = VisitorBrowser(site)
    assert (await visitor.says_hello())["available"]
    await in_database(log_out, session)
    await visitor.hears("availability.changed", available=False)
    await console.hang_up()
    await process.running().writer.run(lambda: None)
    assert await in_database(who_is_present) == set()


@story
async def test_who_polled_and_logs_out_is_gone_at_once(site, alice):
    session = await in_database(make_session, alice.user)

    def polled():
        agents.connect(
            profile_id=alice.profile.pk,
            key=uuid.uuid4(),
            worker_id=None,
            session_hash=hash_session(session.session_key),
        )
        log_out(session)

    await in_database(polled)
    assert await in_database(who_is_present) == set()


@story
async def test_who_logs_out_while_a_page_turns_is_gone_at_once(site, alice):
    """The socket of the page before has its grace, and no page follows."""
    session = await in_database(make_session, alice.user)
    console = await an_open_console(site, alice, session)
    await console.hang_up()
    await process.running().writer.run(lambda: None)
    assert len(await in_database(who_is_present)) == 1
    await in_database(log_out, session)
    assert await in_database(who_is_present) == set()


@story
async def test_a_new_password_closes_the_sockets_of_old_sessions(site, alice):
    console = await an_open_console(site, alice)

    def change():
        user = get_user_model().objects.get(pk=alice.user.pk)
        user.set_password("another")
        user.save()
        return make_session(user)

    session = await in_database(change)
    assert await console.is_closed() == 4401
    assert (await an_open_console(site, alice, session)).close_code is None


@story
async def test_a_user_who_is_deactivated_is_shown_out(site, alice):
    console = await an_open_console(site, alice)

    def deactivate():
        alice.user.is_active = False
        alice.user.save()

    await in_database(deactivate)
    assert await console.is_closed() == 4401


@story
async def test_a_user_who_is_deleted_is_shown_out(site, alice):
    console = await an_open_console(site, alice)
    await in_database(alice.user.delete)
    assert await console.is_closed() == 4401


def leave_groups(agent):
    agent.user.groups.clear()


def lose_site_permissions(agent):
    GroupSitePermission.objects.filter(group__user=agent.user).first().delete()
    for row in GroupSitePermission.objects.filter(group__user=agent.user):
        row.delete()


def lose_the_group(agent):
    for group in Group.objects.filter(user=agent.user):
        group.delete()


@pytest.mark.parametrize("lose", [leave_groups, lose_site_permissions, lose_the_group])
@story
async def test_an_agent_without_any_right_left_is_shown_out(site, alice, lose):
    console = await an_open_console(site, alice)
    await in_database(lose, alice)
    assert await console.is_closed() == 4403
    assert (await console.hears("error"))["code"] == "forbidden"


@story
async def test_an_agent_who_loses_one_of_two_sites_hears_no_more_of_it(site, other_site, alice):
    await in_database(allow, alice.user, other_site, REPLY)
    visitor = VisitorBrowser(other_site)
    await visitor.says_hello()
    conversation = (await visitor.sends("At the other site"))["conversation"]
    console = await an_open_console(site, alice)
    assert (await console.opens(conversation))["type"] == "thread"

    def lose():
        for row in GroupSitePermission.objects.filter(group__user=alice.user, site=other_site):
            row.delete()

    await in_database(lose)
    await console.hears("resync")
    console.forgets_what_it_heard()
    await visitor.sends("Not for her any more")
    assert (await console.opens(conversation))["code"] == "not_found"
    assert (await console.replies(conversation, "x"))["code"] == "not_found"
    ready = await console.says_hello()
    assert [each["id"] for each in ready["sites"]] == [site.pk]
    assert "Not for her" not in str(console.told)


@story
async def test_an_agent_who_may_no_longer_reply_is_told_so(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    console = await an_open_console(site, alice)

    def lose():
        for row in GroupSitePermission.objects.filter(
            group__user=alice.user, permission__codename=REPLY
        ):
            row.delete()

    await in_database(lose)
    await console.hears("resync")
    assert (await console.replies(conversation, "x"))["code"] == "forbidden"
    assert await in_database(Message.objects.filter(kind="agent").count) == 0


@pytest.mark.parametrize("how", ["deleted", "expired"])
@story
async def test_a_session_that_goes_without_a_word_is_found_out_within_a_minute(site, alice, how):
    console = await an_open_console(site, alice)

    def end():
        row = Session.objects.filter(session_key=console.session_key)
        if how == "deleted":
            row.delete()
        else:
            row.update(expire_date=clock.now() - timedelta(seconds=1))

    await in_database(end)
    await a_minute_passes()
    assert await console.is_closed() == 4401


@story
async def test_rights_are_read_again_before_a_command_when_they_are_old(site, alice):
    console = await an_open_console(site, alice)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("1"))["conversation"]
    running = process.running()
    (socket,) = (each for each in running.upkeep.connections if hasattr(each, "revoked"))

    def lose_quietly():
        # An update at the database sends no signal.
        GroupSitePermission.objects.filter(group__user=alice.user)._raw_delete("default")

    await in_database(lose_quietly)
    socket.speaker.read_at = 0.0
    console.say(type="reply.send", ref=new_ref(), conversation=conversation, text="x")
    assert await console.is_closed() == 4403
    assert await in_database(Message.objects.filter(kind="agent").count) == 0


@story
async def test_a_login_alone_disturbs_nobody(site, alice):
    console = await an_open_console(site, alice)

    def log_in():
        browser = Client(HTTP_HOST="testserver")
        assert browser.login(username="alice", password="pass")

    await in_database(log_in)
    assert (await console.asks("availability.set", availability="busy"))["type"] == "ack"
    assert not console.all_of("resync")


@story
async def test_the_next_person_at_this_browser_does_not_find_the_chat(site, alice):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("Something private")
    session = await in_database(make_session, alice.user)

    def leave():
        browser = Client(HTTP_HOST="testserver")
        browser.cookies["sessionid"] = session.session_key
        browser.cookies[f"__Host-livechat-{site.pk}"] = visitor.person.key
        browser.post("/admin/logout/")

    await in_database(leave)
    assert await visitor.is_closed() == 4410
    assert (await visitor.hears("error"))["code"] == "gone"
    assert (await polls(visitor)).status == 401
    again = VisitorBrowser(site, visitor.person)
    await again.open()
    again.say(type="hello", v=1, language="en")
    assert await again.is_closed() == 4401
    assert "Something private" not in str(again.told)


@story
async def test_a_login_asks_for_a_fresh_key_and_the_chat_goes_on_with_it(site, alice):
    from tests.transport.browsers import post
    from wagtail_livechat import tokens

    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("Before the login")

    def log_in():
        browser = Client(HTTP_HOST="testserver")
        browser.cookies[f"__Host-livechat-{site.pk}"] = visitor.person.key
        browser.post("/admin/login/", {"username": "alice", "password": "pass"})

    await in_database(log_in)
    started = await post(site, "/livechat/start/", {}, ("Cookie", visitor.cookie))
    fresh = started.headers["set-cookie"].split(";")[0].partition("=")[2]
    assert fresh != visitor.person.key
    assert tokens.hash_visitor_key(site.pk, fresh)
    old = VisitorBrowser(site, visitor.person)
    assert (await old.says_hello())["conversation"] is None
    visitor.person.key = fresh
    renewed = VisitorBrowser(site, visitor.person)
    ready = await renewed.says_hello()
    assert [each["text"] for each in ready["messages"]] == ["Before the login"]
