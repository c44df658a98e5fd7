"""What is written down of a look, what the visitor is shown, and who talks with whom."""

import pytest
from django.contrib.auth import get_user_model

from tests.factories import make_visitor, new_ref
from tests.transport.browsers import VisitorBrowser, in_database, make_session, story
from tests.transport.tabs import (
    VisitTab,
    console_of,
    eventually,
    shows,
    visit_of,
    watches,
    withdraws,
)
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat.privacy.models import AccessEntry


@pytest.fixture
def site(commits):
    return make_watched_site()


@pytest.fixture
def alice(site):
    return make_watcher("alice", site, alias="Alice")


@pytest.fixture
def page(site):
    return make_page(site, "The Waves")


@pytest.fixture
def visitor(site):
    return Agreed(site)


# The access log.


@story
async def test_each_look_is_written_down_from_when_until_when(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    visit = str((await visit_of(visitor)).public_id)
    await console.asks("visit.open", visit=visit)
    await console.asks("visit.leave", visit=visit)
    await console.asks("visitors.leave", window=window)
    await eventually(lambda: AccessEntry.objects.filter(until__isnull=False).exists())
    rows = await in_database(
        lambda: list(
            AccessEntry.objects.order_by("pk").values_list(
                "look", "target", "user__username", "alias", "site_id"
            )
        )
    )
    assert rows == [
        ("watched", "", "alice", "Alice", site.pk),
        ("opened_visit", f"Visit {visit[:4]}", "alice", "Alice", site.pk),
    ]
    sessions = await in_database(lambda: set(AccessEntry.objects.values_list("session", flat=True)))
    assert sessions != {""}


# What the visitor is shown.


@story
async def test_the_visitor_is_shown_what_the_staff_see(site, alice, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page, origin="https://search.example")
    console = await console_of(site, alice)
    await console.asks("visit.open", visit=str((await visit_of(visitor)).public_id))
    await tab.sees_watchers("Alice")
    seen_by_staff = await console.hears("visit.trail", visit__pages=1)
    ref = new_ref()
    tab.say(type="visit.show", ref=ref)
    shown = await tab.hears("visit.shown", ref=ref)
    assert shown["visit"] == seen_by_staff["visit"]
    assert shown["steps"] == seen_by_staff["steps"]
    assert [watcher["alias"] for watcher in shown["watchers"]] == ["Alice"]


@story
async def test_while_nothing_is_kept_there_is_nothing_to_show(site, page, visitor):
    tab = VisitTab(visitor)
    await tab.says_hello(page)
    ref = new_ref()
    tab.say(type="visit.show", ref=ref)
    shown = await tab.hears("visit.shown", ref=ref)
    assert (shown["visit"]["page"], shown["steps"], shown["watchers"]) == (None, [], [])


# One browser, two lines.


@story
async def test_a_visit_and_the_conversation_of_one_browser_know_each_other(
    site, alice, page, visitor
):
    person = await in_database(make_visitor, site)
    tab = VisitTab(visitor, chat=person.key)
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    visit = str((await visit_of(visitor)).public_id)
    chat = VisitorBrowser(site, person, also=tab.cookie)
    await chat.says_hello()
    conversation = (await chat.sends("Hello"))["conversation"]
    await console.hears("card.changed", card__visit=visit)
    await shows(console, window, in_conversation=True, conversation=conversation)
    # A visit that comes when the conversation is there finds it too.
    await withdraws(visitor)
    await console.hears("card.changed", card__id=conversation, card__visit=None)
    later = await in_database(Agreed, site)
    await VisitTab(later, chat=person.key).says_hello(page)
    visit = str((await visit_of(later, visitor__isnull=False)).public_id)
    await console.hears("card.changed", card__visit=visit)


@story
async def test_a_login_joins_nothing(site, alice, page, visitor):
    """An anonymous visit stays one; no account is shown to staff."""
    member = await in_database(lambda: get_user_model().objects.create_user("member"))
    session = await in_database(make_session, member)
    tab = VisitTab(visitor, also=f"sessionid={session.session_key}")
    await tab.says_hello(page)
    console = await console_of(site, alice)
    window = await watches(console, site)
    await tab.sees_watchers("Alice")
    row = await shows(console, window, page__title="The Waves")
    assert "member" not in str(row)
    assert (await visit_of(visitor)).visitor_id is None
