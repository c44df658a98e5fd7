"""The charter that a site publishes, from its settings."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.translation import gettext_lazy
from wagtail.models import Locale, Page, Site

from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import REPLY, WATCH
from wagtail_livechat.consent.models import BannerVersion, ConsentBanner
from wagtail_livechat.protocol.values import PageCard, VisitRow
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.widget.charter import PAGE_FIELDS, charter_of
from wagtail_livechat.widget.texts import ASSIST_TEXTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("a.example.com")
    LiveChatSettings.objects.create(
        site=site, enabled=True, mode="proactive", controller="Lamps Ltd", retention_days=45
    )
    return site


def change(site: Site, **fields: object) -> None:
    LiveChatSettings.objects.filter(site=site).update(**fields)
    forget()


def published(rf: RequestFactory, page: Page | None) -> str:
    request = rf.get("/", headers={"host": "a.example.com"})
    template = Template("{% load livechat_tags %}{% livechat_charter %}")
    return template.render(Context({"request": request, "page": page}))


def test_every_field_that_staff_see_is_in_it_in_words(rf: RequestFactory, site: Site) -> None:
    html = published(rf, site.root_page)

    for name in VisitRow.__struct_fields__:
        assert f"<li>{ASSIST_TEXTS[f'field_{name}']}</li>" in html
    assert set(PAGE_FIELDS) == set(PageCard.__struct_fields__)


def test_a_field_that_nobody_has_worded_yet_is_named_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ASSIST_TEXTS, "field_origin")

    assert "origin" in charter_of(site.pk, "en").fields


def test_it_says_who_is_responsible_and_how_long_all_of_it_is_kept(
    rf: RequestFactory, site: Site
) -> None:
    html = published(rf, site.root_page)
    assert "Lamps Ltd is responsible" in html
    assert "45 days after its last word" in html
    assert "at most 30 minutes after your visit" in html
    assert "12 months" in html and "24 months after it ended" in html

    change(site, retention_days=1, controller="")

    html = published(rf, site.root_page)
    assert "1 day after its last word" in html
    assert "a.example.com is responsible" in html


def test_it_names_the_groups_that_may_watch_now(rf: RequestFactory, site: Site) -> None:
    assert "no group at the moment" in published(rf, site.root_page)
    watcher = allow(make_user("alice"), site, WATCH)
    allow(make_user("bob"), site, REPLY)
    allow(make_user("eve"), make_site("b.example.com"), WATCH)
    everywhere = Group.objects.create(name="Head office")
    everywhere.permissions.add(Permission.objects.get(codename=WATCH))
    forget()

    assert charter_of(site.pk, "en").groups == ("Head office", watcher.groups.get().name)


def test_it_asks_in_the_words_of_the_banner_that_holds(rf: RequestFactory, site: Site) -> None:
    assert "What you are asked" not in published(rf, site.root_page)
    banner = ConsentBanner.objects.create(
        site=site, name="B", heading="H", body="", locale=Locale.objects.get(language_code="en")
    )
    BannerVersion.objects.create(
        site=site,
        banner=banner,
        language="en",
        number=1,
        major=1,
        texts={"assistance_title": "A hand", "assistance_text": "We look <b>over</b>."},
        purposes=["assistance"],
        hash="x",
        published_at="2026-01-01T00:00Z",
    )
    forget()

    html = published(rf, site.root_page)

    assert "<dt>A hand</dt>" in html
    assert "We look &lt;b&gt;over&lt;/b&gt;." in html
    assert "Statistics" not in html


def test_where_another_tool_asks_it_says_so(rf: RequestFactory, site: Site) -> None:
    change(site, external_consent=True)

    html = published(rf, site.root_page)

    assert "Change your answer where this site asked you." in html
    assert "What you are asked" in html


@pytest.mark.parametrize("fields", [{"mode": "reactive"}, {"enabled": False}])
def test_where_nobody_watches_it_promises_nothing_else(
    rf: RequestFactory, site: Site, fields: dict[str, object]
) -> None:
    change(site, **fields)

    html = published(rf, site.root_page)

    assert "Nobody sees which pages you view here." in html
    assert "What the staff see" not in html
    assert "45 days after its last word" in html


def test_a_site_for_children_says_that_nobody_looks(rf: RequestFactory, site: Site) -> None:
    change(site, child_directed=True)
    assert "This site is for children" in published(rf, site.root_page)


@override_settings(WAGTAIL_I18N_ENABLED=True)
def test_it_speaks_the_language_of_its_page(
    rf: RequestFactory, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = site.root_page.copy_for_translation(Locale.objects.create(language_code="fr"))
    # A word that has its translation.
    monkeypatch.setitem(ASSIST_TEXTS, "field_page", gettext_lazy("Close chat"))

    with translation.override("en"):
        assert "<li>Fermer la discussion</li>" in published(rf, page)
        assert "<li>Close chat</li>" in published(rf, site.root_page)
        assert translation.get_language() == "en"


def test_without_a_request_or_a_site_there_is_none(rf: RequestFactory, site: Site) -> None:
    assert Template("{% load livechat_tags %}{% livechat_charter %}").render(Context({})) == ""
