"""What was asked on a page, beside the page where it is edited."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Site

from tests.factories import allow, make_site, make_user
from tests.study.conversations import HOURS, OPEN, VOUCHERS, asked
from tests.study.in_admin import let_write_pages, study
from wagtail_livechat.agents.permissions import REPLY, STUDY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def page(site: Site) -> Page:
    return site.root_page.add_child(instance=Page(title="Delivery", slug="delivery"))


@pytest.fixture
def editor(client: Client, site: Site) -> User:
    user = make_user("ed")
    let_write_pages(user, site.root_page)
    client.force_login(user)
    return user


def panel(client: Client, page: Page) -> str | None:
    """The words of the panel; nothing where there is none."""
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    found = BeautifulSoup(html, "html.parser").select_one("[data-side-panel=livechat-questions]")
    return " ".join(found.get_text(" ").split()) if found else None


def test_an_editor_who_may_study_sees_what_nobody_answered_on_the_page(
    client: Client, editor: User, site: Site, page: Page
) -> None:
    asked(site, VOUCHERS, page_id=page.pk)
    asked(site, HOURS, OPEN, page_id=page.pk)
    asked(site, ["parking nearby?", "Is there parking?", "any parking"])
    study(site)
    allow(editor, site, STUDY)

    words = panel(client, page)

    assert words is not None
    assert "Do you sell gift vouchers? (4)" in words
    assert HOURS[0] not in words and "parking" not in words


def test_a_page_without_questions_says_so(
    client: Client, editor: User, site: Site, page: Page
) -> None:
    allow(editor, site, STUDY)
    assert "Nothing." in (panel(client, page) or "")


def test_who_edits_the_page_and_may_not_study_sees_nothing(
    client: Client, editor: User, site: Site, page: Page
) -> None:
    asked(site, VOUCHERS, page_id=page.pk)
    study(site)
    allow(editor, site, REPLY)
    allow(editor, make_site("b.example.com"), STUDY)

    assert panel(client, page) is None
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "gift vouchers" not in html
    assert reverse("livechat_study:index") + "?" not in html


def test_the_pages_own_menu_leads_to_all_that_was_asked_there(
    client: Client, editor: User, site: Site, page: Page
) -> None:
    allow(editor, site, STUDY)
    html = client.get(reverse("wagtailadmin_explore", args=[page.pk])).content.decode()
    assert f"{reverse('livechat_study:index')}?site={site.pk}&amp;page={page.pk}" in html


def test_a_page_of_no_site_has_no_panel(client: Client) -> None:
    client.force_login(make_user("root", superuser=True))
    stray = Page.objects.get(depth=1).add_child(instance=Page(title="Stray", slug="stray"))
    assert panel(client, stray) is None


def test_a_form_that_saves_itself_is_answered_as_ever(
    client: Client, editor: User, site: Site, page: Page
) -> None:
    """Wagtail stores what is being written every half second, and expects no panels."""
    allow(editor, site, STUDY)
    response = client.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        {"title": "Delivery times", "slug": "delivery"},
        headers={"accept": "application/json"},
    )
    assert response.status_code == 200
    assert response.json()["success"] is True
