"""What holds for a site and a page, without a write and mostly without a query."""

import pytest
from django.test import RequestFactory
from wagtail.models import Locale, Page, Site

from tests.factories import make_site
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.models import LiveChatSettings, StuckSettings, WidgetText
from wagtail_livechat.site_settings.queries import (
    is_enabled,
    language_of,
    own_policy,
    page_decision,
    page_rules,
    settings_for,
    signpost_mode,
    site_id_for,
    stuck_settings_for,
)
from wagtail_livechat.site_settings.rules import Signpost, StuckLimits, Word

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("a.test")
    LiveChatSettings.objects.create(site=site, enabled=True)
    return site


def add_page(parent: Page, title: str = "Page") -> Page:
    slug = f"{title.lower()}-{Page.objects.count()}"
    page: Page = parent.add_child(instance=Page(title=title, slug=slug))
    return page


def test_a_site_that_nobody_has_set_has_defaults_and_no_row() -> None:
    site = make_site("b.test")

    found = settings_for(site.pk)

    assert (found.enabled, found.accent, found.accent_text) == (False, "#0a5f55", "#ffffff")
    assert found.site_name == "b.test"
    assert not LiveChatSettings.objects.exists()


def test_a_site_that_does_not_exist_offers_no_chat() -> None:
    assert not is_enabled(999_999)


def test_warm_settings_cost_no_query(site: Site, django_assert_num_queries) -> None:
    page = add_page(site.root_page)
    is_enabled(site.pk, page.path)

    with django_assert_num_queries(0):
        assert is_enabled(site.pk, page.path)
        assert settings_for(site.pk).enabled
        assert is_enabled(site.pk)


def test_what_an_editor_saves_holds_at_once(site: Site, django_capture_on_commit_callbacks) -> None:
    assert settings_for(site.pk).team_name == ""

    row = LiveChatSettings.objects.get(site=site)
    row.team_name = "The counter"
    row.accent = "#ffd400"
    row.save()
    WidgetText.objects.create(settings=row, language="fr", welcome="Bonjour !")

    found = settings_for(site.pk)
    assert (found.team_name, found.accent_text) == ("The counter", "#1a1a1a")
    assert found.texts["fr"].welcome == "Bonjour !"
    assert found.texts["fr"].launcher == ""


def test_a_subtree_inherits_and_a_page_below_may_differ(site: Site) -> None:
    shop = add_page(site.root_page, "Shop")
    book = add_page(shop, "Book")
    sale = add_page(book, "Sale")

    set_page_policy(page_id=shop.pk, word=Word(enabled=False))
    set_page_policy(page_id=sale.pk, word=Word(enabled=True))

    assert is_enabled(site.pk, site.root_page.path)
    assert not is_enabled(site.pk, shop.path)
    assert not is_enabled(site.pk, book.path)
    assert page_decision(site.pk, book.path).origin == shop.path
    assert is_enabled(site.pk, sale.path)


def test_a_page_that_moves_inherits_from_its_new_parents(site: Site) -> None:
    shop, news = add_page(site.root_page, "Shop"), add_page(site.root_page, "News")
    book = add_page(shop, "Book")
    set_page_policy(page_id=shop.pk, word=Word(enabled=False))
    assert not is_enabled(site.pk, book.path)

    book.move(news, pos="last-child")
    book.refresh_from_db()

    assert is_enabled(site.pk, book.path)


def test_a_page_that_moves_takes_its_own_word_along(site: Site) -> None:
    shop, news = add_page(site.root_page, "Shop"), add_page(site.root_page, "News")
    book = add_page(shop, "Book")
    set_page_policy(page_id=book.pk, word=Word(enabled=False))
    page_decision(site.pk, book.path)

    book.move(news, pos="last-child")
    book.refresh_from_db()

    decision = page_decision(site.pk, book.path)
    assert (decision.enabled, decision.origin) == (False, book.path)


def test_a_word_taken_back_is_inherited_again(site: Site) -> None:
    shop = add_page(site.root_page, "Shop")
    set_page_policy(page_id=shop.pk, word=Word(enabled=False))
    assert own_policy(shop.pk) == Word(enabled=False)

    set_page_policy(page_id=shop.pk, word=Word())

    assert own_policy(shop.pk) == Word()
    assert is_enabled(site.pk, shop.path)


def test_a_deleted_page_leaves_no_word_behind(site: Site) -> None:
    shop = add_page(site.root_page, "Shop")
    book = add_page(shop, "Book")
    for page in (shop, book):
        set_page_policy(page_id=page.pk, word=Word(enabled=False))

    shop.delete()

    assert own_policy(shop.pk) == Word()
    assert own_policy(book.pk) == Word()


def test_what_a_site_says_of_live_assistance_is_kept(site: Site) -> None:
    assert not settings_for(site.pk).may_watch
    row, _ = LiveChatSettings.objects.get_or_create(site=site)
    row.enabled, row.mode, row.invitations_per_visit = True, "proactive", 3
    row.save()

    found = settings_for(site.pk)
    assert found.may_watch
    assert (found.invitations_per_visit, found.hold_seconds) == (3, 60)

    row.child_directed = True
    row.save()
    assert not settings_for(site.pk).may_watch


def test_when_a_visitor_seems_stuck_is_kept_and_read_again_after_a_change(
    site: Site, django_assert_num_queries
) -> None:
    assert stuck_settings_for(site.pk) == StuckLimits()
    with django_assert_num_queries(0):
        stuck_settings_for(site.pk)

    StuckSettings.objects.create(site=site, score=4, same_page=False, form_pages="shop.Ask")

    found = stuck_settings_for(site.pk)
    assert (found.score, found.same_page.on) == (4, False)
    assert found.form_models == {"shop.ask"}


def test_a_row_that_nobody_filled_in_says_the_same_as_no_row(site: Site) -> None:
    StuckSettings.objects.create(site=site)

    assert stuck_settings_for(site.pk) == StuckLimits()


def test_a_page_is_ruled_aspect_by_aspect(site: Site) -> None:
    LiveChatSettings.objects.update_or_create(
        site=site, defaults={"enabled": True, "mode": "proactive"}
    )
    shop = add_page(site.root_page, "Shop")
    book = add_page(shop, "Book")
    set_page_policy(page_id=shop.pk, word=Word(never_track=True, mode="reactive"))
    set_page_policy(page_id=book.pk, word=Word(mode="proactive"))

    found = page_rules(site.pk, book.path)

    assert (found.mode.value, found.mode.origin) == ("proactive", book.path)
    assert (found.never_track.value, found.never_track.origin) == (True, shop.path)


def test_the_signpost_is_decided_by_page_then_language_then_site(site: Site) -> None:
    assert signpost_mode(site.pk, language="en") is Signpost.NEVER
    row, _ = LiveChatSettings.objects.update_or_create(site=site, defaults={"signpost": "always"})
    WidgetText.objects.create(settings=row, language="fr", signpost="absent")
    WidgetText.objects.create(settings=row, language="en", welcome="Hello")
    shop = add_page(site.root_page, "Shop")
    book = add_page(shop, "Book")
    set_page_policy(page_id=shop.pk, word=Word(signpost=Signpost.NEVER))

    assert signpost_mode(site.pk, language="en") is Signpost.ALWAYS
    assert signpost_mode(site.pk, language="fr") is Signpost.ABSENT
    assert signpost_mode(site.pk, language="de") is Signpost.ALWAYS
    assert signpost_mode(site.pk, language="fr", page_path=book.path) is Signpost.NEVER
    assert own_policy(shop.pk).signpost is Signpost.NEVER


def test_a_request_is_told_its_site_without_a_query_once_warm(
    site: Site, rf: RequestFactory, django_assert_num_queries
) -> None:
    assert site_id_for(rf.get("/", headers={"host": "a.test"})) == site.pk

    with django_assert_num_queries(0):
        assert site_id_for(rf.get("/", headers={"host": "a.test"})) == site.pk


def test_the_site_that_wagtail_found_is_believed(site: Site, rf: RequestFactory) -> None:
    request = rf.get("/")
    request._wagtail_site = site
    assert site_id_for(request) == site.pk

    request._wagtail_site = None
    assert site_id_for(request) is None


def test_without_any_site_there_is_none(rf: RequestFactory) -> None:
    Site.objects.all().delete()

    assert site_id_for(rf.get("/", headers={"host": "a.test"})) is None


def test_a_site_that_takes_another_name_is_found_by_it(site: Site, rf: RequestFactory) -> None:
    site_id_for(rf.get("/", headers={"host": "a.test"}))

    site.hostname = "c.test"
    site.save()

    assert site_id_for(rf.get("/", headers={"host": "c.test"})) == site.pk


def test_a_locale_is_known_by_its_language() -> None:
    french = Locale.objects.get_or_create(language_code="fr")[0]

    assert language_of(french.pk) == "fr"
    assert language_of(999_999) is None
