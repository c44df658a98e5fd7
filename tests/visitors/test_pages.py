"""What is known of the pages that visitors see."""

from __future__ import annotations

import pytest
from django.test import override_settings
from django.utils.text import slugify
from wagtail.models import Locale, Page, PageViewRestriction, Site

from example_site.bookshop.models import ContactPage, InformationPage, OrderStepPage
from tests.factories import make_site
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.models import LiveChatSettings, StuckSettings
from wagtail_livechat.site_settings.rules import Word
from wagtail_livechat.visitors.pages import page_fact, page_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("a.test")


def add(parent: Page, page: Page) -> Page:
    page.slug = slugify(page.title)
    return Page.objects.get(pk=parent.pk).add_child(instance=page)


def order_step(parent: Page, step: str) -> Page:
    return add(parent, OrderStepPage(title=step.title(), step=step))


def test_a_page_is_named_with_its_type_its_section_and_its_address(site: Site) -> None:
    shop = add(site.root_page, InformationPage(title="Shop"))
    book = add(shop, InformationPage(title="Book"))

    facts = page_fact(site.pk, book.pk)

    assert facts is not None
    assert (facts.title, facts.type_label) == ("Book", "information page")
    assert facts.model == "bookshop.InformationPage"
    assert (facts.section, facts.section_id, facts.parent_id) == ("Shop", shop.pk, shop.pk)
    assert facts.url == "http://a.test/en/shop/book/"
    assert facts.public and facts.language == "en"
    assert facts.is_within(shop.path) and not facts.is_within(f"{shop.path}9999")


def test_the_home_page_is_in_no_section_and_a_section_in_its_own(site: Site) -> None:
    shop = add(site.root_page, InformationPage(title="Shop"))

    facts = page_facts(site.pk, [site.root_page_id, shop.pk])

    assert facts[site.root_page_id].section is None
    assert facts[shop.pk].section == "Shop"


def test_drafts_and_pages_of_others_are_not_there(site: Site) -> None:
    draft = add(site.root_page, InformationPage(title="Draft", live=False))
    elsewhere = make_site("b.test").root_page

    assert page_facts(site.pk, [draft.pk, elsewhere.pk, 999_999]) == {}


def test_the_tree_of_another_language_belongs_to_the_site(site: Site) -> None:
    french = Locale.objects.create(language_code="fr")
    with override_settings(WAGTAIL_I18N_ENABLED=True):
        home = site.root_page.copy_for_translation(french)
        home.get_latest_revision().publish()
        page = add(home, InformationPage(title="Livres", locale=french))

        facts = page_fact(site.pk, page.pk)

    assert facts is not None
    assert (facts.language, facts.section) == ("fr", "Livres")
    assert facts.translation_key == str(page.translation_key)


def test_what_becomes_private_is_private_at_once(site: Site) -> None:
    shop = add(site.root_page, InformationPage(title="Shop"))
    book = add(shop, InformationPage(title="Book"))
    assert page_facts(site.pk, [book.pk])[book.pk].public

    PageViewRestriction.objects.create(page=shop, restriction_type="login")

    assert not page_facts(site.pk, [book.pk])[book.pk].public


def test_what_is_unpublished_is_gone_at_once(site: Site) -> None:
    shop = add(site.root_page, InformationPage(title="Shop"))
    assert page_fact(site.pk, shop.pk)

    shop.unpublish()

    assert page_fact(site.pk, shop.pk) is None


def test_a_page_that_moves_is_in_its_new_section_at_once(site: Site) -> None:
    shop = add(site.root_page, InformationPage(title="Shop"))
    news = add(site.root_page, InformationPage(title="News"))
    book = add(shop, InformationPage(title="Book"))
    assert page_facts(site.pk, [book.pk])[book.pk].section == "Shop"

    book.move(Page.objects.get(pk=news.pk), pos="last-child")

    assert page_facts(site.pk, [book.pk])[book.pk].section == "News"


def test_wagtails_form_pages_count_and_those_that_the_site_names(site: Site) -> None:
    contact = add(site.root_page, ContactPage(title="Contact"))
    shop = add(site.root_page, InformationPage(title="Shop"))
    facts = page_facts(site.pk, [contact.pk, shop.pk])
    assert (facts[contact.pk].is_form, facts[shop.pk].is_form) == (True, False)

    StuckSettings.objects.create(site=site, form_pages="bookshop.InformationPage, shop.Other")

    assert page_facts(site.pk, [shop.pk])[shop.pk].is_form


def test_the_last_page_of_the_order_funnel_ends_it(site: Site) -> None:
    StuckSettings.objects.create(site=site, funnel_pages="bookshop.OrderStepPage")
    basket = order_step(site.root_page, "basket")
    address, thanks = order_step(basket, "address"), order_step(basket, "thanks")
    shop = add(site.root_page, InformationPage(title="Shop"))

    facts = page_facts(site.pk, [basket.pk, address.pk, thanks.pk, shop.pk])

    assert [facts[page.pk].in_funnel for page in (basket, address, thanks, shop)] == [
        True,
        True,
        True,
        False,
    ]
    assert [pk for pk, one in facts.items() if one.ends_funnel] == [thanks.pk]


def test_a_funnel_of_one_page_has_no_end(site: Site) -> None:
    StuckSettings.objects.create(site=site, funnel_pages="bookshop.OrderStepPage")
    basket = order_step(site.root_page, "basket")

    facts = page_facts(site.pk, [basket.pk])[basket.pk]

    assert facts.in_funnel and not facts.ends_funnel


def test_a_page_knows_what_holds_on_it(site: Site) -> None:
    LiveChatSettings.objects.create(site=site, enabled=True, mode="proactive")
    shop = add(site.root_page, InformationPage(title="Shop"))
    facts = page_facts(site.pk, [shop.pk])[shop.pk]
    assert facts.rules.may_watch

    set_page_policy(page_id=shop.pk, word=Word(never_track=True))

    assert not facts.rules.may_watch


def test_a_hundred_pages_cost_a_handful_of_queries_and_then_none(
    site: Site, django_assert_max_num_queries, django_assert_num_queries
) -> None:
    pages = [add(site.root_page, InformationPage(title=f"Page {n}")) for n in range(20)]
    ids = [page.pk for page in pages]

    with django_assert_max_num_queries(12):
        assert len(page_facts(site.pk, ids)) == 20
    with django_assert_num_queries(0):
        assert len(page_facts(site.pk, ids)) == 20
