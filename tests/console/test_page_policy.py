"""“Chat on this page”."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Site

from tests.console.forms import filled_in_from
from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import CHANGE_SETTINGS
from wagtail_livechat.site_settings.models import LiveChatSettings, PagePolicy
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


def chosen(**aspects: str) -> dict[str, str]:
    """The form with everything inherited, but for these."""
    names = ("enabled", "mode", "triggers_allowed", "never_track", "signpost")
    return {**dict.fromkeys(names, "inherit"), **aspects}


def holding(html: str) -> dict[str, tuple[str, str]]:
    """What the screen says that holds, and why, by aspect."""
    rows = BeautifulSoup(html, "html.parser").select("table.listing tbody tr")
    return {
        row.th.get_text(strip=True): (
            row.select("td")[0].get_text(strip=True),
            " ".join(row.select("td")[1].get_text().split()),
        )
        for row in rows
    }


def test_an_editor_switches_the_chat_off_from_a_page_down(
    client: Client, editor: User, shop: Page
) -> None:
    book = shop.add_child(instance=Page(title="Book", slug="book"))
    client.force_login(editor)
    before = holding(client.get(address(shop)).content.decode())
    assert before["Chat"] == ("On", "As in the settings of the site.")

    response = client.post(address(shop), chosen(enabled="no"), follow=True)

    html = response.content.decode()
    assert "The chat on this page has been updated." in html
    assert holding(html)["Chat"] == ("Off", "This page says so.")
    below = client.get(address(book)).content.decode()
    assert holding(below)["Chat"] == ("Off", "Inherited from Shop.")
    assert f'<a href="{address(shop)}">Shop</a>' in below


def test_each_aspect_is_said_and_inherited_by_itself(
    client: Client, site: Site, editor: User, shop: Page
) -> None:
    LiveChatSettings.objects.filter(site=site).update(mode="proactive")
    book = shop.add_child(instance=Page(title="Book", slug="book"))
    client.force_login(editor)
    client.post(address(site.root_page), chosen(mode="no", triggers_allowed="no"))
    client.post(address(shop), chosen(mode="yes", never_track="yes"))

    assert holding(client.get(address(book)).content.decode()) == {
        "Chat": ("On", "As in the settings of the site."),
        "Live assistance": ("On", "Inherited from Shop."),
        "Triggers": ("May not invite", "Inherited from Home of a.example.com."),
        "Watching": ("Never", "Inherited from Shop."),
        "The signpost answers first": ("Never", "As in the settings of the site."),
    }
    checked = filled_in_from(client.get(address(shop)).content.decode())
    assert {name: checked[name] for name in chosen()} == {
        "enabled": ["inherit"],
        "mode": ["yes"],
        "triggers_allowed": ["inherit"],
        "never_track": ["yes"],
        "signpost": ["inherit"],
    }


def test_an_editor_says_for_a_section_when_the_signpost_answers(
    client: Client, site: Site, editor: User, shop: Page
) -> None:
    LiveChatSettings.objects.filter(site=site).update(signpost="always")
    book = shop.add_child(instance=Page(title="Book", slug="book"))
    client.force_login(editor)
    said = "The signpost answers first"
    before = holding(client.get(address(book)).content.decode())
    assert before[said] == ("Always", "As in the settings of the site.")

    client.post(address(shop), chosen(signpost="absent"))

    below = holding(client.get(address(book)).content.decode())
    assert below[said] == ("When nobody is there", "Inherited from Shop.")
    checked = filled_in_from(client.get(address(shop)).content.decode())
    assert checked["signpost"] == ["absent"]


def test_a_page_below_one_that_is_never_watched_may_say_otherwise(
    client: Client, site: Site, editor: User, shop: Page
) -> None:
    client.force_login(editor)
    client.post(address(site.root_page), chosen(never_track="yes"))

    client.post(address(shop), chosen(never_track="no"))

    here = holding(client.get(address(shop)).content.decode())
    assert here["Watching"] == ("Of those who agreed", "This page says so.")


def test_the_settings_of_the_site_cap_what_a_page_says(
    client: Client, editor: User, shop: Page
) -> None:
    client.force_login(editor)
    client.post(address(shop), chosen(mode="yes", triggers_allowed="yes"))

    here = holding(client.get(address(shop)).content.decode())

    assert here["Live assistance"][0] == "Off"
    assert "settings of the site forbid anything else" in here["Live assistance"][1]
    assert here["Triggers"][0] == "May not invite"


def test_a_page_that_moves_is_ruled_by_its_new_parents(
    client: Client, site: Site, editor: User, shop: Page
) -> None:
    news = site.root_page.add_child(instance=Page(title="News", slug="news"))
    book = shop.add_child(instance=Page(title="Book", slug="book"))
    client.force_login(editor)
    client.post(address(shop), chosen(never_track="yes"))
    assert holding(client.get(address(book)).content.decode())["Watching"][0] == "Never"

    book.move(Page.objects.get(pk=news.pk), pos="last-child")

    moved = holding(client.get(address(book)).content.decode())
    assert moved["Watching"] == ("Of those who agreed", "As in the settings of the site.")


def test_a_page_may_say_something_and_inherit_again(
    client: Client, editor: User, shop: Page
) -> None:
    client.force_login(editor)
    client.post(address(shop), chosen(enabled="yes"))
    assert own_policy(shop.pk) == Word(enabled=True)

    client.post(address(shop), chosen())

    assert own_policy(shop.pk) == Word()
    assert not PagePolicy.objects.exists()


def test_it_is_written_into_the_pages_history(client: Client, editor: User, shop: Page) -> None:
    client.force_login(editor)
    client.post(address(shop), chosen(enabled="no"))

    entry = PageLogEntry.objects.get(action="wagtail_livechat.set_page_policy")

    assert (entry.user, entry.page_id, entry.data) == (editor, shop.pk, chosen(enabled="no"))


@pytest.mark.parametrize("choice", ["", "maybe", "True"])
def test_nonsense_changes_nothing(client: Client, editor: User, shop: Page, choice: str) -> None:
    client.force_login(editor)

    response = client.post(address(shop), chosen(enabled=choice))

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

    here = holding(client.get(address(shop)).content.decode())
    assert here["Chat"][0] == "Off"
    assert "settings of the site forbid anything else" in here["Chat"][1]


def test_an_editor_of_one_site_has_no_say_on_another(client: Client, editor: User) -> None:
    other = make_site("b.example.com")
    client.force_login(editor)

    for response in (
        client.get(address(other.root_page)),
        client.post(address(other.root_page), chosen(enabled="no")),
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

    assert client.post(address(shop), chosen(enabled="no")).status_code == 403
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
