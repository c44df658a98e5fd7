"""What a site's pages say to everybody."""

from __future__ import annotations

import pytest
from wagtail.models import Page, Site

from example_site.bookshop.models import AuthorPage, BookPage, InformationPage
from tests.answers.said import make_page, make_private
from tests.factories import make_locale
from wagtail_livechat.answers.page_texts import (
    locales_for,
    open_pages,
    read_pages,
    read_texts,
    text_of,
    translations_of,
)

pytestmark = pytest.mark.django_db


def titles(site: Site, language: str = "en") -> set[str]:
    return {text.title for text in read_texts(open_pages(site.pk, locales_for(language)))}


def translated(page: Page, title: str, language: str = "fr") -> Page:
    """The page in another language, below the home page of that language."""
    copy = page.copy_for_translation(make_locale(language), copy_parents=True)
    copy.title, copy.live = title, True
    copy.save()
    return copy


def test_live_pages_of_the_site_are_read_with_their_home(site: Site, other: Site) -> None:
    make_page(site.root_page, "Hours")
    make_page(other.root_page, "Elsewhere")
    make_page(site.root_page, "Draft", live=False)
    assert titles(site) == {"Home of a.test", "Hours"}


def test_what_is_below_a_private_page_is_private(site: Site) -> None:
    staff = make_page(site.root_page, "Staff")
    make_page(staff, "Rota")
    make_private(staff)
    assert titles(site) == {"Home of a.test"}


def test_each_language_has_its_own_pages(site: Site) -> None:
    hours = make_page(site.root_page, "Hours")
    translated(hours, "Horaires")
    assert "Horaires" in titles(site, "fr")
    assert "Hours" not in titles(site, "fr")
    assert "Horaires" not in titles(site, "en")
    assert titles(site, "ar") == set()


def test_a_near_language_will_do_where_there_is_no_other() -> None:
    english = make_locale("en").pk
    assert locales_for("en-GB") == [english]
    assert locales_for("EN") == [english]
    assert locales_for("de") == []


def test_a_site_that_is_not_there_has_no_pages(db: None) -> None:
    assert list(open_pages(0)) == []


def test_passages_come_from_every_searchable_field_also_of_related_pages(site: Site) -> None:
    author = site.root_page.add_child(
        instance=AuthorPage(
            title="Mary Shelley", sort_name="Shelley", biography="<p>By a lake.</p>"
        )
    )
    book = BookPage(
        title="Frankenstein",
        author=author,
        price=9,
        year=1818,
        page_count=200,
        description="<p>A <b>student</b> makes a being.</p><p>It learns to read.</p>",
    )
    Page.objects.get(pk=site.root_page_id).add_child(instance=book)
    found = text_of(book)
    assert found.title == "Frankenstein"
    words = " ".join(found.passages)
    assert "A student makes a being. It learns to read." in words
    assert "Mary Shelley" in words
    assert "<" not in words


def test_hostile_text_in_a_page_is_only_text(site: Site) -> None:
    page = InformationPage(title="<img src=x onerror=alert(1)>", introduction="<script>x</script>")
    Page.objects.get(pk=site.root_page_id).add_child(instance=page)
    found = text_of(page)
    assert found.title == "<img src=x onerror=alert(1)>"
    assert found.passages == ["<script>x</script>"]


def test_a_page_is_read_with_its_address(site: Site, other: Site) -> None:
    hours = make_page(site.root_page, "Hours", slug="hours")
    elsewhere = make_page(other.root_page, "Elsewhere")
    found = read_pages(site.pk, [hours.pk, elsewhere.pk, 0])
    assert list(found) == [hours.pk]
    assert found[hours.pk].url.startswith("http://a.test/")
    assert found[hours.pk].url.endswith("/hours/")
    assert found[hours.pk].language == "en"


def test_a_page_that_belongs_to_a_site_within_the_site_is_not_read(site: Site) -> None:
    shelf = make_page(site.root_page, "Shelf")
    Site.objects.create(hostname="c.test", root_page=shelf)
    assert read_pages(site.pk, [shelf.pk]) == {}


def test_translations_are_found_by_their_originals(site: Site) -> None:
    hours = make_page(site.root_page, "Hours")
    horaires = translated(hours, "Horaires")
    alone = make_page(site.root_page, "Alone")
    french = [make_locale("fr").pk]
    assert translations_of([hours.pk, alone.pk], french) == {hours.pk: horaires.pk}
