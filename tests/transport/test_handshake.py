"""Who is let in at the door of a socket, and who is not."""

from collections import Counter

import pytest

from tests.factories import make_visitor
from tests.transport.browsers import Line, StaffBrowser, VisitorBrowser, make_session, story
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.transport import identity, limits, refusals
from wagtail_livechat.visitors.models import Visitor

SOCKETS = ("/livechat/ws/", "/livechat/staff/ws/")


async def knock(path, *headers):
    line = Line(path, *headers)
    await line.open()
    return line


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize(
    "origins",
    [
        (),
        ("null",),
        ("https://evil.test",),
        ("https://a.test",),
        ("http://a.test:8080",),
        ("http://b.test",),
        ("http://a.test.evil.test",),
        ("http://a.test@evil.test",),
        ("http://a.test.",),
        ("http://[::1",),
        ("http://" + "a" * 10_000,),
        ("http://a.test", "http://a.test"),
        ("http://a.test", "https://evil.test"),
        ("http://a.test, https://evil.test",),
        ("file://",),
        ("chrome-extension://a.test",),
        ("",),
    ],
)
@story
async def test_only_the_site_itself_may_open_a_socket(site, other_site, path, origins):
    line = await knock(path, ("Host", "a.test"), *(("Origin", each) for each in origins))
    assert not line.is_accepted
    assert line.close_code is not None and line.told == []


@story
async def test_a_sibling_of_the_same_domain_may_not(commits, settings, other_site):
    settings.ALLOWED_HOSTS = [".example.com"]
    from tests.factories import make_site
    from tests.transport.browsers import in_database

    await in_database(make_site, "www.example.com")
    line = await knock(
        "/livechat/ws/", ("Host", "www.example.com"), ("Origin", "http://evil.example.com")
    )
    assert not line.is_accepted


@story
async def test_allowing_every_host_lets_nobody_else_in(settings, site):
    settings.ALLOWED_HOSTS = ["*"]
    line = await knock("/livechat/ws/", ("Host", "a.test"), ("Origin", "http://evil.test"))
    assert not line.is_accepted


@pytest.mark.parametrize(
    "host", ["unknown.test", "", "a.test@evil.test", "a.test/../", "[::1", "a" * 500]
)
@story
async def test_an_unknown_host_is_not_served_as_the_default_site(site, host):
    line = await knock("/livechat/ws/", ("Host", host), ("Origin", f"http://{host}"))
    assert not line.is_accepted


@story
async def test_two_hosts_are_no_host(site):
    line = await knock(
        "/livechat/ws/", ("Host", "a.test"), ("Host", "b.test"), ("Origin", "http://a.test")
    )
    assert not line.is_accepted


@story
async def test_a_listed_origin_may_speak_for_its_host_and_for_no_other(settings, site, other_site):
    settings.WAGTAIL_LIVECHAT = {
        "INLINE_DATABASE": True,
        "EXTRA_ORIGINS": {"a.test": ["https://shop.example"]},
    }
    let_in = VisitorBrowser(site, origin="https://shop.example")
    assert await let_in.open()
    other = VisitorBrowser(other_site, origin="https://shop.example")
    assert not await other.open()


@story
async def test_staff_may_work_on_the_admins_own_host(settings, site):
    settings.WAGTAILADMIN_BASE_URL = "https://admin.example"
    line = await knock(
        "/livechat/staff/ws/", ("Host", "admin.example"), ("Origin", "https://admin.example")
    )
    assert line.is_accepted  # the host is right; who it is comes next
    assert await line.is_closed() == 4401
    line = await knock(
        "/livechat/ws/", ("Host", "admin.example"), ("Origin", "https://admin.example")
    )
    assert not line.is_accepted


@pytest.mark.parametrize(
    "key", [None, "", "forged", "A" * 64, "\N{SNOWMAN}".encode().decode("latin-1")]
)
@story
async def test_without_a_key_of_ours_a_visitor_is_sent_to_fetch_one(site, key):
    headers = [("Host", "a.test"), ("Origin", "http://a.test")]
    if key is not None:
        headers.append(("Cookie", f"__Host-livechat-{site.pk}={key}"))
    line = await knock("/livechat/ws/", *headers)
    assert line.is_accepted
    assert await line.is_closed() == 4401
    (last,) = line.told
    assert (last["type"], last["code"], last["close_code"]) == ("error", "identity_missing", 4401)


@story
async def test_a_key_of_another_site_is_no_key(site, other_site):
    elsewhere = make_visitor(other_site)
    line = await knock(
        "/livechat/ws/",
        ("Host", "a.test"),
        ("Origin", "http://a.test"),
        ("Cookie", f"__Host-livechat-{site.pk}={elsewhere.key}"),
    )
    assert await line.is_closed() == 4401


@story
async def test_a_cookie_without_its_prefix_is_ignored(site):
    person = make_visitor(site)
    line = await knock(
        "/livechat/ws/",
        ("Host", "a.test"),
        ("Origin", "http://a.test"),
        ("Cookie", f"livechat-{site.pk}={person.key}"),
    )
    assert await line.is_closed() == 4401


@story
async def test_a_sixth_tab_of_one_visitor_is_asked_to_close_one(site):
    first = VisitorBrowser(site)
    await first.says_hello()
    tabs = [await first.another_tab() for _ in range(4)]
    sixth = VisitorBrowser(site, first.person)
    await sixth.open()
    assert await sixth.is_closed() == 4409
    assert (await sixth.hears("error"))["code"] == "too_many_sockets"
    await tabs[0].hang_up()
    await VisitorBrowser(site, first.person).says_hello()


@story
async def test_a_flood_from_one_network_is_refused_and_agents_still_come_in(settings, site, alice):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "CONNECTIONS_PER_SECOND": 2.0}
    lines = [VisitorBrowser(site) for _ in range(12)]
    let_in = [await line.open() for line in lines]
    assert let_in[:4] == [True] * 4 and False in let_in
    assert await VisitorBrowser(site, client="198.51.100.7").open()
    console = await StaffBrowser.of(site, alice)
    assert await console.says_hello()


@story
async def test_opening_a_socket_writes_nothing_down(site):
    from tests.transport.browsers import in_database

    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    assert await in_database(Visitor.objects.count) == 0
    assert await in_database(Conversation.objects.count) == 0


@story
async def test_a_socket_elsewhere_is_closed_and_not_handed_to_django(site):
    line = await knock("/somewhere/", ("Host", "a.test"), ("Origin", "http://a.test"))
    assert not line.is_accepted


@story
async def test_staff_without_a_session_are_told_that_it_ended(site, alice):
    line = await knock("/livechat/staff/ws/", ("Host", "a.test"), ("Origin", "http://a.test"))
    assert await line.is_closed() == 4401
    assert line.told[0]["code"] == "session_ended"


@story
async def test_a_ticket_in_the_address_is_not_looked_at(site, alice):
    console = await StaffBrowser.of(site, alice)
    console._scope["query_string"] = f"ticket={console.ticket}".encode()
    assert await console.open()
    console.say(type="staff.hello", v=1)
    assert await console.is_closed() == 4401
    assert (await console.hears("error"))["code"] == "ticket_invalid"


@story
async def test_a_ticket_works_once_for_its_own_session_and_user(site, alice, bob):
    from tests.transport.browsers import in_database

    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    used = StaffBrowser(site, alice.user, console.session_key, console.ticket)
    await used.open()
    used.say(type="staff.hello", v=1, ticket=used.ticket)
    assert await used.is_closed() == 4401
    assert (await used.hears("error"))["code"] == "ticket_invalid"

    fresh = await StaffBrowser.of(site, alice)
    another_session = str((await in_database(make_session, alice.user)).session_key)
    for user, session_key in ((alice.user, another_session),):
        line = StaffBrowser(site, user, session_key, fresh.ticket)
        await line.open()
        line.say(type="staff.hello", v=1, ticket=fresh.ticket)
        assert await line.is_closed() == 4401
    strangers = await StaffBrowser.of(site, bob)
    strangers.ticket = fresh.ticket
    await strangers.open()
    strangers.say(type="staff.hello", v=1, ticket=fresh.ticket)
    assert await strangers.is_closed() == 4401


@story
async def test_an_old_ticket_is_refused(site, alice):
    from datetime import timedelta

    from tests.transport.browsers import in_database
    from wagtail_livechat import clock
    from wagtail_livechat.agents.models import StaffTicket

    console = await StaffBrowser.of(site, alice)
    await in_database(
        lambda: StaffTicket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    )
    await console.open()
    console.say(type="staff.hello", v=1, ticket=console.ticket)
    assert await console.is_closed() == 4401


@story
async def test_an_editor_without_a_chat_right_is_shown_out(site):
    from tests.factories import make_user
    from tests.transport.browsers import in_database

    editor = await in_database(make_user, "ed")
    console = await StaffBrowser.of(site, editor)
    await console.open()
    console.say(type="staff.hello", v=1, ticket=console.ticket)
    assert await console.is_closed() == 4403
    assert (await console.hears("error"))["code"] == "forbidden"


# What the log says of it.


@pytest.fixture
def log(caplog, monkeypatch):
    """What the log says, by somebody who has said nothing yet."""
    monkeypatch.setattr(identity, "_warned_origins", set())
    monkeypatch.setattr(refusals, "_left_out", Counter())
    monkeypatch.setattr(limits, "monotonic", lambda: 1_000.0)
    caplog.set_level("INFO", "wagtail_livechat")

    def lines(level):
        return [r.getMessage() for r in caplog.records if r.levelname == level]

    return lines


@story
async def test_a_refused_handshake_is_a_line_in_the_log_and_a_flood_is_not_a_flood(site, log):
    for _ in range(40):
        await knock("/livechat/ws/", ("Host", "a.test"), ("Origin", "https://evil.test"))
    lines = log("INFO")
    assert lines[0] == (
        "A connection was refused: wrong_origin (visitor, site -, network 203.0.113.0/24)."
    )
    assert len(lines) == 10
    assert refusals._left_out["wrong_origin"] == 30


@story
async def test_an_ended_connection_is_a_line_in_the_log_without_keys_or_words(site, log):
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="hello", v=999, language="en")
    assert await visitor.is_closed() == 4426
    (line,) = log("INFO")
    assert line == (
        f"A connection was ended: unsupported_version (visitor, site {site.pk}, "
        "network 203.0.113.0/24)."
    )


@pytest.mark.parametrize("path", SOCKETS)
@story
async def test_an_owner_who_forgot_an_origin_is_told_which_once(site, log, path):
    for _ in range(3):
        await knock(path, ("Host", "a.test"), ("Origin", "https://a.test"))
    await knock(path, ("Host", "a.test"), ("Origin", "https://www.a.test"))
    await knock(path, ("Host", "a.test"))
    first, second = log("WARNING")
    assert "'a.test'" in first and """"EXTRA_ORIGINS": {'a.test': ['https://a.test']}""" in first
    assert "https://www.a.test" in second
