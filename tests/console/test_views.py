"""The console's page, and the numbers of the badge."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.admin.menu import Menu, MenuItem
from wagtail.models import Site

from tests.factories import Agent, allow, make_agent, make_site, make_user, make_visitor
from wagtail_livechat.agents.permissions import VIEW_TRANSCRIPT
from wagtail_livechat.console.menu import LiveChatMenuItem

pytestmark = pytest.mark.django_db

INDEX = "/admin/livechat/"
UNREAD = "/admin/livechat/unread/"


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_agent("alice", site)


def config_in(html: str) -> dict:
    found = re.search(
        r'<script id="livechat-console-config" type="application/json">(.*?)</script>', html
    )
    assert found
    return json.loads(found[1])


def test_an_agent_finds_the_console_with_its_configuration(
    client: Client, site: Site, alice: Agent
) -> None:
    client.force_login(alice.user)

    html = client.get(INDEX).content.decode()

    assert 'data-controller="livechat-console"' in html
    assert 'data-livechat-console-config-id-value="livechat-console-config"' in html
    assert "/static/wagtail_livechat/console.js" in html
    assert "/static/wagtail_livechat/console.css" in html
    config = config_in(html)
    assert config["user"] == alice.user.pk
    assert config["language"] == "en"
    assert config["urls"]["ticket"] == "/admin/livechat/ticket/"
    assert config["urls"]["exchange"] == "/admin/livechat/exchange/"
    assert config["urls"]["transcript"] == "/admin/livechat/transcripts/{id}/"
    assert config["transcript_sites"] == [site.pk]


def test_the_page_has_no_script_or_style_of_its_own(client: Client, alice: Agent) -> None:
    """A strict content security policy would refuse them."""
    client.force_login(alice.user)

    html = client.get(INDEX).content.decode()
    ours = html[html.index('id="livechat-console-config"') :]
    ours = ours[: ours.index("</main>")]

    assert not re.search(r"<script(?![^>]*(src=|application/json))", ours)
    assert not re.search(r"<style|\sstyle=|\son\w+=", ours)


def test_the_badge_counts_who_waits_and_what_is_new(
    client: Client, site: Site, alice: Agent
) -> None:
    client.force_login(alice.user)
    first, second = make_visitor(site), make_visitor(site)
    first.says("Hello?")
    second.says("Anybody?")
    assert client.get(UNREAD).json() == {"waiting": 2, "unread": 0}

    alice.picks_up(second.conversation)
    second.says("Are you there?")

    assert client.get(UNREAD).json() == {"waiting": 1, "unread": 1}


def test_the_badge_counts_no_other_site(client: Client, alice: Agent) -> None:
    make_visitor(make_site("b.example.com")).says("Hello?")
    client.force_login(alice.user)

    response = client.get(UNREAD)

    assert response.json() == {"waiting": 0, "unread": 0}
    assert "no-store" in response["Cache-Control"]


def test_who_only_reads_has_a_console_and_no_badge(client: Client, site: Site) -> None:
    client.force_login(allow(make_user("reader"), site, VIEW_TRANSCRIPT))

    html = client.get(INDEX).content.decode()

    assert 'data-controller="livechat-console"' in html
    assert "livechat-badge-unread-value" not in html
    assert client.get(UNREAD).status_code == 302


def test_the_menu_shows_the_chat_to_those_who_have_it(
    client: Client, site: Site, alice: Agent, admin_user: User
) -> None:
    home = reverse("wagtailadmin_home")
    reader = allow(make_user("reader"), site, VIEW_TRANSCRIPT)
    for user, shown, badge in (
        (alice.user, True, True),
        (admin_user, True, True),
        (reader, True, False),
        (make_user("ed"), False, False),
    ):
        client.force_login(user)
        html = client.get(home).content.decode()
        # While the console is alone in its menu, the entry leads straight to it.
        assert (f'"url": "{INDEX}"' in html) is shown, user
        assert (UNREAD in html) is badge, user


def test_what_others_add_to_our_menu_stands_beside_the_console(
    rf: RequestFactory, admin_user: User
) -> None:
    request = rf.get("/")
    request.user = admin_user
    entries = [MenuItem("Console", INDEX), MenuItem("Canned replies", "/replies/")]
    menu = LiveChatMenuItem("Live chat", Menu(items=entries), name="livechat")

    component = menu.render_component(request)

    assert [item.label for item in component.menu_items] == ["Console", "Canned replies"]
    assert component.attrs["data-controller"] == "livechat-badge"


def test_each_agent_has_a_badge_of_ones_own(client: Client, site: Site, alice: Agent) -> None:
    """Wagtail keeps menu entries for the whole process."""
    bea = make_agent("bea", site)
    for agent in (alice, bea):
        client.force_login(agent.user)
        html = client.get(reverse("wagtailadmin_home")).content.decode()
        found = set(re.findall(r"livechat-badge-user-value[^\d]+(\d+)", html))
        assert found == {str(agent.user.pk)}
