"""With what an agent chooses a page, an image or a document to send."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from wagtail.models import Collection, GroupCollectionPermission, Site

from tests.console.test_views import INDEX, config_in
from tests.factories import Agent, allow, make_agent, make_site, make_user
from wagtail_livechat.agents.permissions import REPLY, WATCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_agent("alice", site)


def choosers_of(client: Client, agent: Agent) -> dict:
    client.force_login(agent.user)
    return config_in(client.get(INDEX).content.decode())["choosers"]


def may(agent: Agent, codename: str) -> None:
    group = Group.objects.create(name=codename)
    GroupCollectionPermission.objects.create(
        group=group,
        collection=Collection.get_first_root_node(),
        permission=Permission.objects.get(codename=codename),
    )
    agent.user.groups.add(group)


def test_pages_are_chosen_in_the_tree_of_the_conversations_own_site(
    client: Client, site: Site, alice: Agent
) -> None:
    make_site("b.example.com")
    assert choosers_of(client, alice)["page"] == {
        "url": "/admin/choose-page/",
        "model": "wagtailcore.page",
        "roots": {str(site.pk): site.root_page_id},
    }


def test_images_and_documents_are_offered_to_those_who_may_choose_them(
    client: Client, alice: Agent
) -> None:
    assert set(choosers_of(client, alice)) == {"page"}
    may(alice, "choose_image")
    assert set(choosers_of(client, alice)) == {"page", "image"}
    may(alice, "choose_document")
    assert set(choosers_of(client, alice)) == {"page", "image", "document"}


def test_the_scripts_of_the_choosers_are_on_the_page_before_ours(
    client: Client, alice: Agent
) -> None:
    client.force_login(alice.user)
    html = client.get(INDEX).content.decode()
    ours = html.index("wagtail_livechat/console.js")
    for name in ("page-chooser-modal.js", "image-chooser-modal.js", "document-chooser-modal.js"):
        assert html.index(name) < ours


def test_where_the_project_has_no_documents_none_are_offered(
    client: Client, alice: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    may(alice, "choose_document")
    from django.apps import apps

    is_installed = apps.is_installed
    monkeypatch.setattr(
        apps, "is_installed", lambda name: name != "wagtail.documents" and is_installed(name)
    )
    assert "document" not in choosers_of(client, alice)


def test_who_only_watches_has_a_console_too(client: Client, site: Site) -> None:
    client.force_login(allow(make_user("watcher"), site, WATCH))
    html = client.get(INDEX).content.decode()
    assert 'data-controller="livechat-console"' in html
    assert config_in(html)["choosers"]["page"]["roots"] == {}


def test_an_invitation_begins_in_each_language_of_the_site(
    client: Client, site: Site, settings
) -> None:
    client.force_login(allow(make_user("alice"), site, REPLY))
    greetings = config_in(client.get(INDEX).content.decode())["greetings"]
    assert list(greetings) == [code for code, _ in settings.LANGUAGES]
    assert greetings["en"] == "Hello! Can I help you find something?"
