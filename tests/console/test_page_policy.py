"""“Chat on this page”."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Site

from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import CHANGE_SETTINGS
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.site_settings.queries import own_policy
from wagtail_livechat.site_settings.rules import Word

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    site = make_site("a.example.com")
    LiveChatSettings.objects.create(site=site, enabled=True)
    return site


@pytest.fixture
def editor(site: Site) -> User:
    return allow(make_user("ed"), site, CHANGE_SETTINGS)


@pytest.fixture
def shop(site: Site) -> Page:
    return site.root_page.add_child(instance=Page(title="Shop", slug="shop"))


def address(page: Page) -> str:
    return reverse("livechat_console:page_policy", args=[page.pk])


def test_an_editor_switches_the_chat_off_from_a_page_down(
    client: Client, editor: User, shop: Page
) -> None:
    book = shop.add_child(instance=Page(title="Book", slug="book"))
    client.force_login(editor)
    assert "The chat is on here, as in the" in client.get(address(shop)).content.decode()

    response = client.post(address(shop), {"policy": "off"}, follow=True)

    html = response.content.decode()
    assert "The chat on this page has been updated." in html
    assert "The chat is off here: this page says so." in html
    below = client.get(address(book)).content.decode()
    assert "The chat is off here, inherited from" in below
    assert f'<a href="{address(shop)}">Shop</a>' in below


def test_a_page_below_may_switch_it_on_and_inherit_again(
    client: Client, editor: User, shop: Page
) -> None:
    client.force_login(editor)
    client.post(address(shop), {"policy": "on"})
    assert own_policy(shop.pk) == Word(enabled=True)
    assert 'value="on" required checked' in client.get(address(shop)).content.decode() or (
        "checked" in client.get(address(shop)).content.decode()
    )

    client.post(address(shop), {"policy": "inherit"})

    assert own_policy(shop.pk) == Word()


def test_it_is_written_into_the_pages_history(client: Client, editor: User, shop: Page) -> None:
    client.force_login(editor)
    client.post(address(shop), {"policy": "off"})

    entry = PageLogEntry.objects.get(action="wagtail_livechat.set_page_policy")

    assert (entry.user, entry.page_id, entry.data) == (editor, shop.pk, {"policy": "off"})


@pytest.mark.parametrize("choice", ["", "maybe", "True"])
def test_nonsense_changes_nothing(client: Client, editor: User, shop: Page, choice: str) -> None:
    client.force_login(editor)

    response = client.post(address(shop), {"policy": choice})

    assert response.status_code == 200
    assert own_policy(shop.pk) == Word()
    assert not PageLogEntry.objects.filter(action__startswith="wagtail_livechat").exists()


def test_a_site_that_is_switched_off_says_so(
    client: Client, site: Site, editor: User, shop: Page
) -> None:
    row = LiveChatSettings.objects.get(site=site)
    row.enabled = False
    row.save()
    client.force_login(editor)

    assert "switched off for the whole site" in client.get(address(shop)).content.decode()


def test_an_editor_of_one_site_has_no_say_on_another(client: Client, editor: User) -> None:
    other = make_site("b.example.com")
    client.force_login(editor)

    for response in (
        client.get(address(other.root_page)),
        client.post(address(other.root_page), {"policy": "off"}),
    ):
        assert response.status_code == 302
    assert own_policy(other.root_page_id) == Word()


def test_a_page_that_is_on_no_site_has_no_chat(client: Client, editor: User) -> None:
    client.force_login(editor)

    assert client.get(address(Page.objects.get(depth=1))).status_code == 404
    assert client.get(reverse("livechat_console:page_policy", args=[999_999])).status_code == 404


def test_a_change_needs_the_admins_own_token(editor: User, shop: Page) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)

    assert client.post(address(shop), {"policy": "off"}).status_code == 403
    assert own_policy(shop.pk) == Word()


def test_the_pages_menu_offers_it_to_those_who_may(
    client: Client, site: Site, shop: Page, admin_user: User
) -> None:
    explorer = reverse("wagtailadmin_explore", args=[shop.pk])
    client.force_login(admin_user)
    assert address(shop) in client.get(explorer).content.decode()

    from wagtail_livechat.console.page_policy import header_buttons

    assert list(header_buttons(shop, make_user("writer"))) == []
    other = allow(make_user("bob"), make_site("b.example.com"), CHANGE_SETTINGS)
    assert list(header_buttons(shop, other)) == []
