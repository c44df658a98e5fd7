"""Loading the bookshop, once and again."""

from datetime import date

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.test import Client
from wagtail.models import Page, Site

from example_site.bookshop.loading import load_bookshop, shops
from example_site.bookshop.loading.people import ACCOUNTS, PASSWORD, QUAY_TEAM
from example_site.bookshop.loading.shops import QUAY_HOST, SHOP_HOST
from example_site.bookshop.loading.words import rich_text
from example_site.bookshop.models import BookPage, EventPage
from tests.example_site.conftest import PORT
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.permissions import rights_of, sites_where
from wagtail_livechat.consent.queries import banner_for
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.urls("example_site.urls")


def test_a_second_start_changes_nothing(bookshop: None) -> None:
    before = list(Page.objects.order_by("pk").values())
    assert load_bookshop(PORT) == []
    assert list(Page.objects.order_by("pk").values()) == before


def test_what_the_owner_changed_stays_changed(bookshop: None) -> None:
    book = BookPage.objects.get(title="Chéri", locale__language_code="en")
    book.title = "Chéri, signed"
    book.save()
    BookPage.objects.get(title="Walden", locale__language_code="en").delete()
    ada = get_user_model().objects.get(username="ada")
    ada.set_password("something else")
    ada.save()
    chat = LiveChatSettings.objects.get(site__hostname=SHOP_HOST)
    chat.enabled = False
    chat.save()

    load_bookshop(PORT)

    assert BookPage.objects.filter(title="Chéri, signed").exists()
    assert not BookPage.objects.filter(title="Walden", locale__language_code="en").exists()
    assert authenticate(username="ada", password=PASSWORD) is None
    chat.refresh_from_db()
    assert not chat.enabled


def test_who_was_loaded_without_a_surname_gets_one(bookshop: None) -> None:
    """Wagtail's account page could not be saved without."""
    users = get_user_model().objects
    users.filter(username="ada").update(last_name="")
    users.filter(username="emile").update(last_name="Zola")
    load_bookshop(PORT)
    assert users.get(username="ada").get_full_name() == "Ada Marsh"
    assert users.get(username="emile").get_full_name() == "Émile Zola"


def test_the_demo_asks_and_lets_the_team_watch_and_the_bookshop_alone_does_not(
    bookshop: None,
) -> None:
    shop = Site.objects.get(hostname=SHOP_HOST)
    ada = get_user_model().objects.get(username="ada")
    assert (banner_for(shop.pk, "en"), rights_of(ada).may_watch(shop.pk)) == (None, False)

    assert load_bookshop(PORT, lived_in=True) == ["watching", "past"]
    forget()
    for language in ("en", "fr"):
        assert banner_for(shop.pk, language) is not None
    assert rights_of(get_user_model().objects.get(pk=ada.pk)).may_watch(shop.pk)
    assert Trigger.objects.filter(live=True, site=shop).count() == 2
    assert load_bookshop(PORT, lived_in=True) == []


def test_another_port_moves_both_sites(bookshop: None) -> None:
    load_bookshop(8123)
    assert dict(Site.objects.values_list("hostname", "port")) == {SHOP_HOST: 8123, QUAY_HOST: 8123}
    assert Site.objects.get(hostname=SHOP_HOST).root_url == "http://localhost:8123"


def test_a_site_that_its_owner_moved_is_left_alone(bookshop: None) -> None:
    Site.objects.filter(hostname=QUAY_HOST).update(hostname="quay.example", port=443)
    load_bookshop(8123)
    assert Site.objects.get(hostname="quay.example").port == 443


def test_a_site_that_was_there_before_keeps_its_place_and_its_pages(bookshop: None) -> None:
    home = Site.objects.get(hostname=SHOP_HOST).root_page
    Site.objects.all().delete()
    theirs = Page.objects.get(depth=1).add_child(instance=Page(title="Theirs", slug="theirs"))
    Site.objects.create(hostname="their.example", root_page=theirs, is_default_site=True)

    shops.move_in(home, PORT)

    assert Site.objects.get(is_default_site=True).root_page.title == "Theirs"
    assert Site.objects.get(hostname=SHOP_HOST).root_page == home


def test_the_welcome_page_of_a_fresh_wagtail_makes_room(bookshop: None) -> None:
    home = Site.objects.get(hostname=SHOP_HOST).root_page
    Site.objects.all().delete()
    root = Page.objects.get(depth=1)
    welcome = root.add_child(instance=Page(title="Welcome to your new Wagtail site!", slug="home"))
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)

    shops.move_in(home, PORT)

    site = Site.objects.get()
    assert (site.hostname, site.port, site.root_page) == (SHOP_HOST, PORT, home)
    assert site.is_default_site
    assert not Page.objects.filter(pk=welcome.pk).exists()


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_every_login_that_is_printed_opens_the_admin(shop: Client, account: object) -> None:
    username = account.username  # type: ignore[attr-defined]
    assert shop.login(username=username, password=PASSWORD)
    assert shop.get("/admin/").status_code == 200


def test_each_team_answers_for_its_own_site_only(bookshop: None) -> None:
    users = get_user_model().objects
    shop, quay = (Site.objects.get(hostname=name).pk for name in (SHOP_HOST, QUAY_HOST))
    for username in ("ada", "emile"):
        rights = rights_of(users.get(username=username))
        assert rights.reply == rights.view == {shop}
    rights = rights_of(users.get(username="noor"))
    assert rights.reply == rights.view == {quay}
    editor = users.get(username="editor")
    assert rights_of(editor).sites == frozenset()
    assert sites_where(editor, "change_livechatsettings") == {shop}
    assert users.get(username="noor").groups.get().name == QUAY_TEAM


def test_the_editor_of_the_demo_writes_and_publishes_all_that_the_chat_says(
    bookshop: None,
) -> None:
    """As the how-tos say: with both lines of each panel, so that the group's form keeps them."""
    load_bookshop(PORT, lived_in=True)
    shop = Site.objects.get(hostname=SHOP_HOST).pk
    editor = get_user_model().objects.get(username="editor")
    for model in ("cannedreply", "consentbanner", "curatedanswer", "signpostscript", "trigger"):
        for act in ("add", "change", "publish", "lock", "unlock", "delete"):
            assert sites_where(editor, f"{act}_{model}") == {shop}, (act, model)


def test_agents_are_willing_under_their_aliases_and_both_sites_chat(bookshop: None) -> None:
    assert set(AgentProfile.objects.values_list("alias", "availability")) == {
        ("Ada", "available"),
        ("Émile", "available"),
        ("Noor", "available"),
    }
    assert LiveChatSettings.objects.filter(enabled=True).count() == 2


def test_a_saturday_reading_falls_on_a_coming_saturday(bookshop: None) -> None:
    day = EventPage.objects.get(title="Saturday story hour").day
    assert day > date.today()
    assert f"{day:%A}" == "Saturday"


def test_text_becomes_rich_text_and_cannot_bring_its_own_tags(bookshop: None) -> None:
    page = Page.objects.get(depth=1)
    assert (
        rich_text("One\n\n- two\n- *three*", {})
        == "<p>One</p><ul><li>two</li><li><i>three</i></li></ul>"
    )
    assert rich_text("[here](home) and [there](nowhere)", {"home": page}) == (
        f'<p><a linktype="page" id="{page.pk}">here</a> and there</p>'
    )
    assert rich_text("<script>", {}) == "<p>&lt;script&gt;</p>"
