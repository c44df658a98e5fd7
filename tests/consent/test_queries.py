"""What is asked where, in which language."""

import pytest

from tests.factories import choose, let_assist, make_banner, make_site, publish
from wagtail_livechat.consent.queries import banner_for, version_of, versions_that_hold
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db


def test_a_page_is_asked_in_its_own_language(site):
    english, french = make_banner(site), make_banner(site, "fr")
    assert banner_for(site.pk, "en").version == english.versions.get().pk
    assert banner_for(site.pk, "fr-ca").version == french.versions.get().pk
    assert banner_for(site.pk, "ar") is None


def test_a_project_without_translations_asks_in_its_one_language(site, settings):
    make_banner(site)
    settings.WAGTAIL_I18N_ENABLED = False
    assert banner_for(site.pk, "de-at") is not None


def test_each_site_asks_its_own(site, banner):
    other = let_assist(make_site("b.test"))
    assert banner_for(other.pk, "en") is None
    assert versions_that_hold(other.pk) == ()


def test_once_kept_it_costs_no_query(site, banner, django_assert_num_queries):
    banner_for(site.pk, "en")
    with django_assert_num_queries(0):
        assert banner_for(site.pk, "en") is not None
        assert versions_that_hold(site.pk)


def test_answers_to_older_wordings_hold_and_to_older_meanings_do_not(site, banner):
    first = banner.versions.get().pk
    banner.heading, banner.change = "A typing error less", "minor"
    publish(banner)
    second = banner.versions.latest("number").pk
    assert versions_that_hold(site.pk) == (first, second)
    banner.body, banner.change = "<p>Another meaning</p>", "major"
    publish(banner)
    third = banner.versions.latest("number").pk
    assert versions_that_hold(site.pk) == (third,)


@pytest.mark.parametrize(
    ("values", "purposes"),
    [
        ({}, ("assistance", "statistics")),
        ({"mode": "reactive"}, ("statistics",)),
        ({"child_directed": True}, None),
        ({"external_consent": True}, None),
        ({"enabled": False}, None),
    ],
)
def test_only_what_the_site_can_have_is_asked(site, banner, values, purposes):
    LiveChatSettings.objects.filter(site=site).update(**values)
    forget()
    found = banner_for(site.pk, "en")
    assert (found.purposes if found else None) == purposes


def test_the_exact_text_can_be_rebuilt_from_a_receipt_for_ever(site, banner):
    version = banner.versions.get()
    shown = banner_for(site.pk, "en").texts
    receipt = choose(site).choice.receipt
    banner.heading = "Something else"
    publish(banner)
    banner.delete()
    from wagtail_livechat.consent.models import Receipt

    kept = Receipt.objects.get(pk=receipt).version
    assert kept.pk == version.pk
    assert kept.texts == shown


def test_a_version_belongs_to_its_site(site, banner):
    version = banner.versions.get().pk
    assert version_of(site.pk, version).pk == version
    assert version_of(let_assist(make_site("b.test")).pk, version) is None
    for number in (0, -1, 2**63, 2**70):
        assert version_of(site.pk, number) is None
