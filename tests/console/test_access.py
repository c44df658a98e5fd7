"""Every address of the console, for every kind of person, by every method: one table."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse
from wagtail.models import Site

from tests.factories import allow, make_agent, make_site, make_user, make_visitor
from wagtail_livechat.agents.permissions import CHANGE_SETTINGS
from wagtail_livechat.conversations.models import Conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def people(site: Site) -> dict[str, User | None]:
    """alice answers on A and looks after its settings, bob the same on B; ed only edits."""
    other = make_site("b.example.com")
    alice = allow(make_agent("alice", site).user, site, CHANGE_SETTINGS)
    bob = allow(make_agent("bob", other).user, other, CHANGE_SETTINGS)
    return {
        "anonymous": None,
        "ed": make_user("ed"),
        "bob": bob,
        "alice": alice,
        "root": make_user("root", superuser=True),
    }


@pytest.fixture
def conversation(site: Site) -> Conversation:
    visitor = make_visitor(site)
    visitor.says("Secret words")
    return visitor.conversation


# What each may get: method -> person -> status. 302 is Wagtail's way to say no to a page
# (to its login, or home with a message); 403 to a script.
READ_BY_STAFF = {"anonymous": 302, "ed": 302, "bob": 200, "alice": 200, "root": 200}
READ_BY_A = {"anonymous": 302, "ed": 302, "bob": 404, "alice": 200, "root": 200}
CHANGED_BY_A = {"anonymous": 302, "ed": 302, "bob": 302, "alice": 200, "root": 200}
READ_BY_ROOT = {"anonymous": 302, "ed": 302, "bob": 302, "alice": 302, "root": 200}
NOT_FOR_STAFF = {"anonymous": 302, "ed": 302, "bob": 302, "alice": 302, "root": 405}
NOT_A_METHOD = {"anonymous": 302, "ed": 302, "bob": 405, "alice": 405, "root": 405}

TABLE = {
    "index": {"get": READ_BY_STAFF, "post": NOT_A_METHOD},
    "unread": {"get": READ_BY_STAFF, "post": NOT_A_METHOD},
    "transcript": {"get": READ_BY_A, "post": NOT_A_METHOD},
    # A post without a choice shows the form again: nothing is stored.
    "page_policy": {"get": CHANGED_BY_A, "post": CHANGED_BY_A},
    "access": {"get": READ_BY_ROOT, "post": NOT_FOR_STAFF},
    "access_results": {"get": READ_BY_ROOT, "post": NOT_FOR_STAFF},
}
# Answered by transport, and tested there.
OF_TRANSPORT = {"ticket", "exchange"}
METHODS = ("get", "post")
PEOPLE = ("anonymous", "ed", "bob", "alice", "root")


def arguments(name: str, site: Site, conversation: Conversation) -> list[object]:
    return {
        "transcript": [conversation.public_id],
        "page_policy": [site.root_page_id],
    }.get(name, [])


def test_the_table_names_every_address() -> None:
    admin = get_resolver("wagtail.admin.urls")
    _prefix, console = admin.namespace_dict["livechat_console"]
    names = {pattern.name for pattern in console.url_patterns}
    assert names == set(TABLE) | OF_TRANSPORT


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TABLE)
def test_each_gets_what_is_theirs(
    client: Client,
    people: dict[str, User | None],
    site: Site,
    conversation: Conversation,
    name: str,
    method: str,
    who: str,
) -> None:
    user = people[who]
    if user is not None:
        client.force_login(user)

    url = reverse(f"livechat_console:{name}", args=arguments(name, site, conversation))
    response = getattr(client, method)(url)

    assert response.status_code == TABLE[name][method][who]
    if response.status_code != 200:
        assert "Secret words" not in response.content.decode()
        assert site.root_page.title not in response.content.decode()


@pytest.mark.parametrize("name", TABLE)
def test_a_script_without_a_session_is_told_so(
    client: Client, site: Site, conversation: Conversation, name: str
) -> None:
    url = reverse(f"livechat_console:{name}", args=arguments(name, site, conversation))

    response = client.get(url, headers={"x-requested-with": "XMLHttpRequest"})

    assert response.status_code == 403


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
def test_no_other_method_changes_anything(
    client: Client,
    people: dict[str, User | None],
    site: Site,
    conversation: Conversation,
    name: str,
    method: str,
) -> None:
    user = people["root"]
    assert user is not None
    client.force_login(user)
    url = reverse(f"livechat_console:{name}", args=arguments(name, site, conversation))

    response = getattr(client, method)(url)

    # Django's FormView takes a put for a post: its form is empty then.
    assert response.status_code == (200 if method in ("head", "options") else 405)


def test_staff_who_left_the_company_get_nothing(
    client: Client, people: dict[str, User | None], site: Site
) -> None:
    alice = people["alice"]
    assert alice is not None
    client.force_login(alice)
    assert client.get(reverse("livechat_console:index")).status_code == 200

    alice.is_active = False
    alice.save()

    assert client.get(reverse("livechat_console:index")).status_code == 302


def test_a_right_that_is_taken_away_is_gone_with_the_next_click(
    client: Client, people: dict[str, User | None]
) -> None:
    alice = people["alice"]
    assert alice is not None
    client.force_login(alice)

    alice.groups.clear()

    assert client.get(reverse("livechat_console:index")).status_code == 302
