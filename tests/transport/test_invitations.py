"""Invitations reach the visit's open tabs and the site's staff, and are answered over HTTP."""

import uuid
from datetime import timedelta

import pytest

from tests.engagement.conftest import make_trigger
from tests.factories import allow, make_agent, make_user, make_visitor, new_ref
from tests.transport.browsers import VisitorBrowser, in_database, post, story
from tests.transport.tabs import VisitTab, console_of, visit_of
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.agents.models import HeldPlace
from wagtail_livechat.agents.permissions import REPLY, WATCH
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.engagement import actions
from wagtail_livechat.engagement.models import Invitation, InvitationRefusal
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.transport import process
from wagtail_livechat.transport.visits import Visits

ANSWER = "/livechat/greetings/answer/"


@pytest.fixture
def site(commits):
    return make_watched_site()


def ready(username, site, alias):
    agent = make_watcher(username, site, alias=alias)
    agent.chooses("available")
    return agent


@pytest.fixture
def alice(site):
    return ready("alice", site, "Alice")


@pytest.fixture
def bruno(site):
    return ready("bruno", site, "Bruno")


@pytest.fixture
def page(site):
    return make_page(site, "The Waves")


@pytest.fixture
def visitor(site):
    return Agreed(site)


async def arrives(visitor, page) -> VisitTab:
    """The visitor opens a page while somebody may watch, and that is written down."""
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    await visit_of(visitor)
    return tab


async def invites(console, visitor, text="Can I help?", **more):
    visit = await visit_of(visitor)
    return await console.asks("invitation.send", visit=str(visit.public_id), text=text, **more)


async def answers(tab, invitation, answer):
    """What the page sends when a button is pressed."""
    body = {"invitation": invitation, "answer": answer}
    return await post(tab.site, ANSWER, body, ("Cookie", tab.cookie))


@story
async def test_an_agent_invites_and_every_open_tab_shows_it(site, alice, page, visitor):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    second = VisitTab(visitor)
    await second.says_hello(page)
    acknowledged = await invites(console, visitor, "Are you looking for a book?")
    assert acknowledged["type"] == "ack"
    for each in (tab, second):
        made = await each.hears("invitation.made")
        assert made["invitation"]["text"] == "Are you looking for a book?"
        assert made["invitation"]["sender"]["alias"] == "Alice"
        assert made["invitation"]["automatic"] is False
    changed = await console.hears("invitation.changed")
    assert changed["invitation"]["state"] == "queued"
    tab.say(type="invitation.seen", invitation=made["invitation"]["id"])
    await console.hears("invitation.changed", invitation__state="shown")


@story
async def test_a_tab_that_comes_later_is_told_what_stands(site, alice, page, visitor):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    await invites(console, visitor)
    greeted = await VisitTab(visitor).says_hello(page)
    assert greeted["invitation"]["text"] == "Can I help?"


@pytest.mark.parametrize("by_socket", [True, False])
@story
async def test_taken_back_while_a_tab_is_coming_it_does_not_stand_there(
    site, alice, page, visitor, monkeypatch, by_socket
):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    await invites(console, visitor)
    await console.hears("invitation.changed", invitation__state="queued")
    row = await in_database(Invitation.objects.get)
    opens = Visits.open

    async def opens_slowly(visits, *asked):
        found = await opens(visits, *asked)
        await console.asks("invitation.cancel", invitation=str(row.public_id))
        await console.hears("invitation.changed", invitation__state="cancelled")
        return found

    monkeypatch.setattr(Visits, "open", opens_slowly)
    second = VisitTab(visitor)
    if by_socket:
        assert (await second.says_hello(page))["invitation"] is not None
        assert (await second.hears("invitation.ended"))["invitation"] == str(row.public_id)
    else:
        [ready] = (await second.polls(page=page)).updates
        assert ready["invitation"] is None


@story
async def test_a_console_that_comes_later_is_told_what_stands(site, alice, bruno, page, visitor):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    await invites(console, visitor)
    other = await console_of(site, bruno)
    told = await other.hears("invitation.changed")
    assert (told["invitation"]["state"], told["invitation"]["alias"]) == ("queued", "Alice")
    outsider = await in_database(make_agent, "otto", site)
    deaf = await console_of(site, outsider)
    assert deaf.all_of("invitation.changed") == []


@story
async def test_who_accepts_is_given_the_key_of_the_chat_and_a_conversation(
    site, alice, page, visitor
):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    accepted = await answers(tab, made["invitation"]["id"], "accept")
    assert accepted.status == 200
    await tab.hears("invitation.ended", accepted=True)
    await console.hears("invitation.changed", invitation__state="accepted")
    card = await console.hears("card.changed", card__initiator="agent")
    assert card["card"]["agent"]["alias"] == "Alice"
    key = accepted.cookies[f"__Host-livechat-{site.pk}"]
    assert (key["secure"], key["httponly"], key["samesite"]) == (True, True, "Lax")
    chat = VisitorBrowser(site, type(make_visitor(site))(site, key.value))
    state = await chat.says_hello()
    assert [m["text"] for m in state["messages"]] == ["Can I help?"]
    assert state["conversation"]["id"] == accepted.json["conversation"]


@story
async def test_who_has_a_key_already_keeps_it(site, alice, page, visitor):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    person = make_visitor(site)
    tab = VisitTab(visitor, chat=person.key)
    await tab.says_hello(page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    accepted = await answers(tab, made["invitation"]["id"], "accept")
    assert accepted.cookies[f"__Host-livechat-{site.pk}"].value == person.key
    again = await answers(tab, made["invitation"]["id"], "accept")
    assert again.json == accepted.json
    assert await in_database(Conversation.objects.count) == 1


@story
async def test_over_the_line_a_yes_needs_a_key_and_stands_without(site, alice, page, visitor):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    ref = new_ref()
    name = made["invitation"]["id"]
    tab.say(type="invitation.answer", ref=ref, invitation=name, answer="accept")
    assert (await tab.hears("refused", ref=ref))["code"] == "key_missing"
    assert (await in_database(Invitation.objects.get)).state == "queued"
    tab.say(type="invitation.answer", ref=new_ref(), invitation=name, answer="decline")
    await tab.hears("invitation.ended", accepted=False)


@story
async def test_no_thanks_takes_it_off_every_tab_and_silences_the_visit(
    site, alice, bruno, page, visitor
):
    console, other = await console_of(site, alice), await console_of(site, bruno)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    declined = await answers(tab, made["invitation"]["id"], "decline")
    assert declined.json == {"ok": True}
    assert declined.cookies[f"__Host-livechat-quiet-{site.pk}"]["max-age"] == ""
    await tab.hears("invitation.ended", accepted=False)
    await console.hears("invitation.changed", invitation__state="declined")
    for each in (console, other):
        refused = await invites(each, visitor)
        assert refused["code"] == "may_not_invite"
        assert "no thanks" in refused["message"]
    codes = await in_database(
        lambda: list(InvitationRefusal.objects.values_list("code", flat=True))
    )
    assert codes == ["declined", "declined"]


@story
async def test_never_again_is_remembered_in_the_choice(site, alice, page, visitor):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    never = await answers(tab, made["invitation"]["id"], "never")
    choice = never.cookies[f"__Host-livechat-choice-{site.pk}"]
    assert ".q." in choice.value
    assert f"__Host-livechat-quiet-{site.pk}" not in never.cookies
    await visit_of(visitor, silenced=True)


@story
async def test_two_agents_invite_and_the_second_is_told(site, alice, bruno, page, visitor):
    console, other = await console_of(site, alice), await console_of(site, bruno)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    refused = await invites(other, visitor)
    assert (refused["type"], refused["code"]) == ("refused", "may_not_invite")
    await tab.hears("invitation.made")
    assert len(tab.all_of("invitation.made")) == 1
    row = await in_database(lambda: InvitationRefusal.objects.get())
    assert (row.code, row.agent_id) == ("standing", bruno.profile.pk)


@story
async def test_asked_again_after_a_cut_it_is_done_once(site, alice, page, visitor):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    ref = new_ref()
    first = await invites(console, visitor, ref=ref)
    console.forgets_what_it_heard()
    second = await invites(console, visitor, ref=ref)
    assert first["type"] == second["type"] == "ack"
    assert await in_database(Invitation.objects.count) == 1
    entries = await in_database(lambda: list(AccessEntry.objects.filter(look="invited")))
    visit = await visit_of(visitor)
    assert [(e.alias, e.target) for e in entries] == [
        ("Alice", f"Visit {str(visit.public_id)[:4]}")
    ]


@story
async def test_who_may_only_watch_does_not_invite_nor_take_back(site, alice, page, visitor):
    carla = await in_database(lambda: allow(make_user("carla"), site, WATCH, REPLY))
    console, watcher = await console_of(site, alice), await console_of(site, carla)
    tab = await arrives(visitor, page)
    refused = await invites(watcher, visitor)
    assert refused["code"] == "forbidden"
    await invites(console, visitor)
    name = (await tab.hears("invitation.made"))["invitation"]["id"]
    assert (await watcher.asks("invitation.cancel", invitation=name))["code"] == "forbidden"
    await watcher.hears("invitation.changed", invitation__state="queued")


@story
async def test_staff_of_another_site_hear_nothing_and_reach_nothing(site, alice, page, visitor):
    other = await in_database(make_watched_site, "b.test")
    bob = await in_database(ready, "bob", other, "Bob")
    console, stranger = await console_of(site, alice), await console_of(other, bob)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    name = (await tab.hears("invitation.made"))["invitation"]["id"]
    await console.hears("invitation.changed")
    assert (await invites(stranger, visitor))["code"] == "not_found"
    assert (await stranger.asks("invitation.cancel", invitation=name))["code"] == "not_found"
    assert stranger.all_of("invitation.changed") == []


@story
async def test_an_agent_takes_an_invitation_back_and_it_is_gone_from_the_page(
    site, alice, page, visitor
):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    name = (await tab.hears("invitation.made"))["invitation"]["id"]
    assert (await console.asks("invitation.cancel", invitation=name))["type"] == "ack"
    await tab.hears("invitation.ended", invitation=name, accepted=False)
    assert not await in_database(HeldPlace.objects.exists)


@story
async def test_an_agent_who_goes_away_takes_the_invitation_along(site, alice, page, visitor):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    await tab.hears("invitation.made")
    await console.asks("availability.set", availability="away")
    await tab.hears("invitation.ended", accepted=False)
    await console.hears("invitation.changed", invitation__state="cancelled")


@story
async def test_what_nobody_answers_in_time_is_taken_off_the_page(
    site, alice, page, visitor, monkeypatch
):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    made = await tab.hears("invitation.made")
    tab.say(type="invitation.seen", invitation=made["invitation"]["id"])
    await console.hears("invitation.changed", invitation__state="shown")
    past = clock.now() - timedelta(seconds=1)
    await in_database(lambda: Invitation.objects.update(expires_at=past))
    await process.running().clockwork.tick_once()
    await tab.hears("invitation.ended", accepted=False)
    await console.hears("invitation.changed", invitation__state="ignored")


@story
async def test_a_trigger_speaks_by_itself_and_says_that_it_is_one(site, alice, page, visitor):
    await in_database(make_trigger, site, {"is": "pages", "least": 2}, name="Second page")
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    clockwork = process.running().clockwork
    await clockwork.tick_once()
    assert not await in_database(Invitation.objects.exists)
    await tab.views(await in_database(make_page, site, "Another"))
    await visit_of(visitor, pages=2)
    await clockwork.tick_once()
    made = await tab.hears("invitation.made")
    assert (made["invitation"]["automatic"], made["invitation"]["sender"]) == (True, None)
    changed = await console.hears("invitation.changed")
    assert changed["invitation"]["trigger"] == "Second page"
    await clockwork.tick_once()
    assert await in_database(Invitation.objects.count) == 1


@story
async def test_what_another_process_made_without_a_word_is_found_by_looking(
    site, alice, page, visitor
):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    visit = await visit_of(visitor)

    def made_elsewhere() -> None:
        now = clock.now()
        Invitation.objects.create(
            public_id=uuid.uuid4(),
            site=site,
            visit=visit,
            agent=alice.profile,
            alias="Alice",
            text="From elsewhere",
            queued_at=now,
            expires_at=now + timedelta(seconds=60),
        )

    await in_database(made_elsewhere)
    await process.running().hub.compare_all()
    made = await tab.hears("invitation.made", invitation__text="From elsewhere")
    await console.hears("invitation.changed", invitation__state="queued")
    await in_database(lambda: Invitation.objects.update(state="cancelled"))
    await process.running().hub.compare_all()
    await tab.hears("invitation.ended", invitation=made["invitation"]["id"])


@story
async def test_a_visitor_who_withdraws_is_invited_no_more(site, alice, page, visitor):
    console = await console_of(site, alice)
    await arrives(visitor, page)
    await in_database(visitor.changes_their_mind)
    refused = await invites(console, visitor)
    assert refused["code"] == "may_not_invite"
    assert not await in_database(Invitation.objects.exists)


@story
async def test_nobody_answers_with_another_visits_key(site, alice, page, visitor):
    console = await console_of(site, alice)
    tab = await arrives(visitor, page)
    await invites(console, visitor)
    name = (await tab.hears("invitation.made"))["invitation"]["id"]
    stranger = VisitTab(await in_database(Agreed, site))
    for answer in ("accept", "decline"):
        refused = await answers(stranger, name, answer)
        assert (refused.status, refused.updates[0]["code"]) == (409, "not_invited")
        refused = await post(site, ANSWER, {"invitation": name, "answer": answer})
        assert refused.updates[0]["code"] == "not_invited"
    assert (await in_database(Invitation.objects.get)).state == "queued"


@story
async def test_where_sockets_do_not_get_through_a_poll_brings_the_invitation(
    site, alice, page, visitor
):
    console = await console_of(site, alice)
    tab = VisitTab(visitor)
    await tab.polls(page=page)
    await visit_of(visitor)
    await invites(console, visitor)
    await console.hears("invitation.changed")
    (ready,) = (await tab.polls(page=page)).of("visit.ready")
    assert ready["invitation"]["text"] == "Can I help?"


def test_a_tick_with_nothing_to_do_asks_little(site, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert not actions.candidates(uuid.uuid4())
