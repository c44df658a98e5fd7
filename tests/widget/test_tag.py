"""``{% livechat %}`` on a page: the same for everybody, for free, and only where wanted."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.urls import set_script_prefix
from wagtail.models import Locale, Page, Site

from tests.factories import make_site
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.site_settings.rules import Word
from wagtail_livechat.tokens import PageName, read_page_token

pytestmark = pytest.mark.django_db

TEMPLATE = "{% load livechat_tags %}{% livechat %}"


@pytest.fixture
def site() -> Site:
    site = make_site("a.example.com")
    LiveChatSettings.objects.create(site=site, enabled=True)
    return site


class Untouchable(SessionBase):
    """A session that nobody may look at."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"The session was touched: {name}")


def rendered(
    rf: RequestFactory,
    site: Site,
    page: Page | None = None,
    template: str = TEMPLATE,
    **context: object,
) -> str:
    request = rf.get("/", headers={"host": site.hostname})
    request.session = object.__new__(Untouchable)
    values = {"request": request, "page": page, **context}
    return Template(template).render(Context(values))


def attributes(html: str) -> dict[str, str]:
    return dict(re.findall(r'([\w-]+)="([^"]*)"', html))


def test_a_page_carries_one_module_with_its_own_token(rf: RequestFactory, site: Site) -> None:
    html = rendered(rf, site, site.root_page)

    assert html.count("<script") == 1
    assert html.endswith("></script>")
    found = attributes(html)
    assert found["type"] == "module"
    assert found["src"].startswith("/static/wagtail_livechat/loader.js")
    assert found["data-livechat"] == "/livechat/"
    assert found["data-livechat-config"] == "/livechat/config/en/"
    assert read_page_token(found["data-livechat-page"]) == PageName(
        site_id=site.pk, page_id=site.root_page.pk
    )


def test_it_is_the_same_for_everybody(rf: RequestFactory, site: Site) -> None:
    assert rendered(rf, site, site.root_page) == rendered(rf, site, site.root_page)


def test_once_warm_it_costs_no_query(
    rf: RequestFactory, site: Site, django_assert_num_queries
) -> None:
    page = Page.objects.get(pk=site.root_page.pk)
    rendered(rf, site, page)

    with django_assert_num_queries(0):
        rendered(rf, site, page)
        rendered(rf, site, None)


def test_a_view_that_is_no_page_has_the_chat_too(rf: RequestFactory, site: Site) -> None:
    found = attributes(rendered(rf, site))

    assert found["data-livechat"] == "/livechat/"
    assert "data-livechat-page" not in found


def test_a_page_speaks_its_own_language(rf: RequestFactory, site: Site) -> None:
    french = Locale.objects.get_or_create(language_code="fr")[0]
    page = site.root_page.copy_for_translation(french)

    assert attributes(rendered(rf, site, page))["data-livechat-config"] == "/livechat/config/fr/"


@override_settings(WAGTAIL_I18N_ENABLED=False)
def test_without_locales_it_speaks_the_language_of_the_request(
    rf: RequestFactory, site: Site
) -> None:
    from django.utils import translation

    with translation.override("fr"):
        found = attributes(rendered(rf, site, site.root_page))

    assert found["data-livechat-config"] == "/livechat/config/fr/"


def test_a_site_that_is_switched_off_prints_nothing(rf: RequestFactory, site: Site) -> None:
    LiveChatSettings.objects.get(site=site).delete()

    assert rendered(rf, site, site.root_page) == ""
    assert rendered(rf, site) == ""


def test_a_page_that_is_switched_off_prints_nothing(rf: RequestFactory, site: Site) -> None:
    below = site.root_page.add_child(instance=Page(title="Order", slug="order"))
    set_page_policy(page_id=site.root_page.pk, word=Word(enabled=False))

    assert rendered(rf, site, site.root_page) == ""
    assert rendered(rf, site, below) == ""
    assert rendered(rf, site) != ""


def test_a_page_where_nobody_is_watched_is_marked_and_not_named(
    rf: RequestFactory, site: Site
) -> None:
    below = site.root_page.add_child(instance=Page(title="Order", slug="order"))
    set_page_policy(page_id=site.root_page.pk, word=Word(never_track=True))
    set_page_policy(page_id=below.pk, word=Word(never_track=False))

    hidden = rendered(rf, site, site.root_page)
    named = rendered(rf, site, below)

    assert hidden.endswith(" data-livechat-hidden></script>")
    assert "data-livechat-page" not in hidden
    assert "data-livechat-hidden" not in named
    token = attributes(named)["data-livechat-page"]
    assert read_page_token(token) == PageName(site.pk, below.pk)
    assert "data-livechat-hidden" not in rendered(rf, site)


def test_on_a_site_for_children_a_page_may_still_be_shown_by_hand(
    rf: RequestFactory, site: Site
) -> None:
    LiveChatSettings.objects.filter(site=site).update(child_directed=True)

    assert "data-livechat-page" in attributes(rendered(rf, site, site.root_page))


def test_a_preview_prints_nothing(rf: RequestFactory, site: Site) -> None:
    request = rf.get("/", headers={"host": "a.example.com"})
    request.is_preview = True

    html = Template(TEMPLATE).render(Context({"request": request, "page": site.root_page}))

    assert html == ""


def test_without_a_request_it_prints_nothing(site: Site) -> None:
    assert Template(TEMPLATE).render(Context({"page": site.root_page})) == ""


def test_without_a_site_it_prints_nothing(rf: RequestFactory) -> None:
    Site.objects.all().delete()

    assert rendered(rf, SimpleNamespace(hostname="a.example.com")) == ""


def test_a_page_that_was_never_saved_is_no_page(rf: RequestFactory, site: Site) -> None:
    html = rendered(rf, site, Page(title="Draft"))

    assert "data-livechat-page" not in html


@pytest.mark.parametrize("where", ["context", "request"])
def test_the_hosts_nonce_is_used(rf: RequestFactory, site: Site, where: str) -> None:
    if where == "context":
        html = rendered(rf, site, csp_nonce='n"><b>')
    else:
        request = rf.get("/", headers={"host": "a.example.com"})
        request.csp_nonce = 'n"><b>'
        html = Template(TEMPLATE).render(Context({"request": request}))

    assert 'nonce="n&quot;&gt;&lt;b&gt;"' in html


def test_a_host_below_a_prefix_is_addressed_there(rf: RequestFactory, site: Site) -> None:
    set_script_prefix("/shop/")
    try:
        found = attributes(rendered(rf, site))
    finally:
        set_script_prefix("/")

    assert found["data-livechat"] == "/shop/livechat/"


@override_settings(ROOT_URLCONF="django.contrib.auth.urls")
def test_a_host_that_forgot_our_addresses_keeps_its_pages(
    rf: RequestFactory, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    assert rendered(rf, site, site.root_page) == ""
    assert "The chat cannot be shown" in caplog.text


def test_a_served_page_sets_no_cookie_and_looks_at_none(client, site: Site) -> None:
    """With the whole stack of the host around it."""
    response = client.get("/en/", headers={"host": "a.example.com"})

    assert response.status_code == 200
    assert "data-livechat-page" in response.content.decode()
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


SAYING = "{% load livechat_tags %}{% livechat kind=livechat_kind results=livechat_results %}"


def test_a_view_may_say_what_it_is(rf: RequestFactory, site: Site) -> None:
    def said(page: Page | None = None, **context: object) -> dict[str, str]:
        found = attributes(rendered(rf, site, page, SAYING, **context))
        return {name[14:]: found[name] for name in found if name.startswith("data-livechat-")}

    search = said(site.root_page, livechat_kind="search", livechat_results=0)
    assert (search["kind"], search["results"]) == ("search", "0")
    assert read_page_token(search["page"])
    lost = said(livechat_kind="not_found", livechat_results=3)
    assert lost["kind"] == "not_found"
    assert "results" not in lost and "page" not in lost


@pytest.mark.parametrize("kind", ["", None, "page", "hidden", '"><script>', ["search"], 7])
def test_what_a_view_cannot_be_is_not_said(kind: object, rf: RequestFactory, site: Site) -> None:
    html = rendered(rf, site, None, SAYING, livechat_kind=kind, livechat_results="many")

    assert "data-livechat-kind" not in html
    assert "data-livechat-results" not in html
    assert html.count("<script") == 1


def test_a_hidden_page_says_nothing_of_itself(rf: RequestFactory, site: Site) -> None:
    set_page_policy(page_id=site.root_page.pk, word=Word(never_track=True))

    html = rendered(rf, site, site.root_page, SAYING, livechat_kind="search", livechat_results=1)

    assert "data-livechat-hidden" in html
    assert "data-livechat-kind" not in html
    assert "data-livechat-page" not in html
