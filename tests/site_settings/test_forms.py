"""The settings as an editor fills them in."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from tests.console.forms import filled_in_from
from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import CHANGE_SETTINGS
from wagtail_livechat.site_settings.models import LiveChatSettings, StuckSettings
from wagtail_livechat.site_settings.queries import settings_for, stuck_settings_for
from wagtail_livechat.site_settings.rules import Limit, StuckLimits

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("a.test")


@pytest.fixture
def editor(site: Site) -> User:
    return allow(make_user("ed"), site, CHANGE_SETTINGS)


def address(site: Site) -> str:
    return reverse("wagtailsettings:edit", args=["wagtail_livechat", "livechatsettings", site.pk])


def filled_in(texts: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    return nested_form_data(
        {
            "enabled": "on",
            "team_name": "",
            "team_avatar": "",
            "accent": "#0a5f55",
            "theme": "auto",
            "position": "right",
            "sound_allowed": "on",
            "sharing_allowed": "on",
            "retention_days": "90",
            "mode": "reactive",
            "signpost": "absent",
            "controller": "",
            "invitations_per_visit": "2",
            "hold_seconds": "60",
            "texts": inline_formset(texts or []),
            **fields,
        }
    )


def french(**fields: str) -> dict[str, str]:
    return {
        "language": "fr",
        "team_name": "",
        "launcher": "",
        "welcome": "",
        "unavailable": "",
        "privacy": "",
        "signpost": "",
        **fields,
    }


def test_an_editor_switches_the_chat_on_and_words_it(
    client: Client, site: Site, editor: User
) -> None:
    client.force_login(editor)
    assert client.get(address(site)).status_code == 200

    response = client.post(
        address(site),
        filled_in([french(welcome="Bonjour !")], accent="#FFD400", position="left"),
    )

    assert response.status_code == 302
    found = settings_for(site.pk)
    assert (found.enabled, found.accent, found.position) == (True, "#ffd400", "left")
    assert found.texts["fr"].welcome == "Bonjour !"
    assert found.signpost_in("fr") == "absent"


def test_an_unreadable_colour_is_refused_with_one_that_would_do(
    client: Client, site: Site, editor: User
) -> None:
    client.force_login(editor)

    response = client.post(address(site), filled_in(accent="#7b7b7b"))

    assert response.status_code == 200
    html = response.content.decode()
    assert "Neither white nor dark text can be read on #7b7b7b" in html
    assert "The nearest shade that works is #767676." in html
    assert LiveChatSettings.objects.get(site=site).accent == "#0a5f55"


@pytest.mark.parametrize("accent", ["teal", "#12", "red;x:"])
def test_what_is_no_colour_is_refused(
    client: Client, site: Site, editor: User, accent: str
) -> None:
    client.force_login(editor)

    response = client.post(address(site), filled_in(accent=accent))

    assert "Write the colour as six hexadecimal digits" in response.content.decode()


def test_a_language_is_worded_once(client: Client, site: Site, editor: User) -> None:
    client.force_login(editor)

    response = client.post(address(site), filled_in([french(), french()]))

    assert response.status_code == 200
    assert not LiveChatSettings.objects.get(site=site).texts.exists()


def test_a_language_that_the_site_has_not_is_refused(
    client: Client, site: Site, editor: User
) -> None:
    client.force_login(editor)

    response = client.post(address(site), filled_in([french(language="tlh")]))

    assert "no pages in this language" in response.content.decode()


def test_an_editor_of_one_site_cannot_set_another(client: Client, editor: User) -> None:
    other = make_site("b.test")
    client.force_login(editor)

    client.post(address(other), filled_in(team_name="Mine now"))

    assert settings_for(other.pk).team_name == ""


def test_an_editor_says_when_a_visitor_seems_stuck(
    client: Client, admin_user: User, site: Site
) -> None:
    client.force_login(admin_user)
    page = client.get(stuck_address(site))
    assert "Going in circles" in page.content.decode()
    data = filled_in_from(page.content.decode())
    data.pop("same_page", None)
    data |= {"order_dwell_seconds": ["45"], "funnel_pages": ["bookshop.orderSTEPpage"]}

    assert client.post(stuck_address(site), data).status_code == 302

    limits = stuck_settings_for(site.pk)
    assert limits.order_dwell == Limit(on=True, least=45)
    assert not limits.same_page.on
    assert limits.funnel_models == {"bookshop.ordersteppage"}
    assert StuckSettings.objects.get(site=site).funnel_pages == "bookshop.OrderStepPage"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("sibling_loop_times", "0", "greater than or equal to 2"),
        ("score", "0", "greater than or equal to 1"),
        ("funnel_pages", "shop.Basket", "There is no type of pages called shop.basket."),
        ("form_pages", "auth.User", "There is no type of pages called auth.user."),
    ],
)
def test_what_means_nothing_is_refused(
    client: Client, admin_user: User, site: Site, name: str, value: str, complaint: str
) -> None:
    client.force_login(admin_user)
    data = filled_in_from(client.get(stuck_address(site)).content.decode())

    response = client.post(stuck_address(site), {**data, name: [value]})

    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert stuck_settings_for(site.pk) == StuckLimits()


def stuck_address(site: Site) -> str:
    return reverse("wagtailsettings:edit", args=["wagtail_livechat", "stucksettings", site.pk])
