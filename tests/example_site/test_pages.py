"""Reading the two sites."""

import re
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, Site

from example_site.bookshop.loading.shops import QUAY_HOST, SHOP_HOST
from example_site.bookshop.models import AuthorIndexPage, BookIndexPage, BookPage, GenrePage

pytestmark = pytest.mark.urls("example_site.urls")

# Header, footer, languages, the site and the page itself, the chat's settings, and what the page lists.
MOST_QUERIES = 22


def pages_of(hostname: str) -> list[Page]:
    homes = Site.objects.get(hostname=hostname).root_page.get_translations(inclusive=True)
    return [page for home in homes for page in home.get_descendants(inclusive=True).live()]


def path_of(page: Page) -> str:
    parts = page.get_url_parts()
    assert parts is not None
    return str(parts[2])


@pytest.mark.parametrize("hostname", [SHOP_HOST, QUAY_HOST])
def test_every_page_of_every_site_and_language_is_shown(bookshop: None, hostname: str) -> None:
    browser = Client(SERVER_NAME=hostname, SERVER_PORT="8000")
    pages = pages_of(hostname)
    assert len(pages) > 20
    for page in pages:
        response = browser.get(path_of(page))
        assert response.status_code == 200, page.title
        language = page.locale.language_code
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}"' in response.text


def test_a_page_has_its_translation_one_click_away(shop: Client) -> None:
    english = BookPage.objects.get(title="Pride and Prejudice")
    french = BookPage.objects.get(title="Orgueil et Préjugés")
    assert english.get_translations().get().pk == french.pk
    assert f'href="{path_of(french)}" lang="fr"' in shop.get(path_of(english)).text
    assert f'href="{path_of(english)}" lang="en"' in shop.get(path_of(french)).text


def test_a_reader_is_led_to_the_language_that_a_site_has(quay: Client) -> None:
    response = quay.get("/", headers={"accept-language": "en"}, follow=True)
    assert response.redirect_chain[-1][0] == "/fr/"
    assert "Le Second Rayon" in response.text


def test_the_sites_do_not_show_each_others_pages(shop: Client, quay: Client) -> None:
    assert shop.get("/fr/a-bord/").status_code == 404
    assert quay.get("/fr/livres/").status_code == 404


def test_no_page_has_inline_script_or_style(shop: Client) -> None:
    for page in pages_of(SHOP_HOST)[::7]:
        html = shop.get(path_of(page)).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html), page.title
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), page.title


def test_a_page_is_the_same_for_everybody_and_sets_no_cookie(shop: Client) -> None:
    page = BookPage.objects.get(title="Pride and Prejudice")
    first, second = shop.get(path_of(page)), Client(SERVER_NAME="localhost").get(path_of(page))
    assert first.content == second.content
    assert not first.cookies


@pytest.mark.parametrize("kind", [BookIndexPage, GenrePage, AuthorIndexPage, BookPage])
def test_longer_shelves_need_no_more_queries(
    shop: Client, kind: type[Page], django_assert_max_num_queries: Any
) -> None:
    page = kind.objects.filter(locale__language_code="en").first()
    shop.get(path_of(page))  # what is kept in memory is read now
    with django_assert_max_num_queries(MOST_QUERIES):
        shop.get(path_of(page))


def test_the_author_index_lists_everybody_by_letter(shop: Client) -> None:
    html = shop.get("/en/authors/").text
    assert re.findall(r'<h2 id="letter-(\w)">', html) == list("ABCDEFGLMSTVW")
    assert html.index("Austen, Jane") < html.index("Brontë, Charlotte") < html.index("Colette")
    assert "3 books" in html  # Virginia Woolf's


def test_the_swapping_script_comes_only_when_asked_for(shop: Client) -> None:
    assert "swap.js" not in shop.get("/en/").text
    assert 'data-swap="inner"' in shop.get("/en/?swap=inner").text
