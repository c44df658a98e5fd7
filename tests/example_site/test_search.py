"""Searching the shop."""

import pytest
from django.test import Client

pytestmark = pytest.mark.urls("example_site.urls")


def test_a_title_is_found(shop: Client) -> None:
    html = shop.get("/en/search/", {"q": "Frankenstein"}).text
    assert 'href="/en/books/mystery-and-shivers/frankenstein/"' in html
    assert "Mary Shelley" in html


def test_an_author_leads_to_the_books(shop: Client) -> None:
    html = shop.get("/en/search/", {"q": "Dumas"}).text
    assert "The Three Musketeers" in html
    assert "The Count of Monte Cristo" in html


def test_only_this_site_and_this_language_are_searched(shop: Client, quay: Client) -> None:
    assert "The Three Musketeers" not in shop.get("/fr/rechercher/", {"q": "Dumas"}).text
    assert "Les Trois Mousquetaires" in shop.get("/fr/rechercher/", {"q": "Dumas"}).text
    assert "Mousquetaires" not in quay.get("/fr/rechercher/", {"q": "Dumas"}).text
    assert "كليلة ودمنة" in quay.get("/ar/search/", {"q": "كليلة"}).text


@pytest.mark.parametrize(
    "query", ["xyzzy", '"', "' OR 1=1 --", "xyzzy AND", "*", "\x00", "(" * 200]
)
def test_a_strange_query_finds_nothing_and_breaks_nothing(shop: Client, query: str) -> None:
    response = shop.get("/en/search/", {"q": query})
    assert response.status_code == 200
    assert "line-title" not in response.text


@pytest.mark.parametrize("number", ["0", "-1", "two", "999"])
def test_a_page_of_results_that_is_not_there_shows_another(shop: Client, number: str) -> None:
    response = shop.get("/en/search/", {"q": "the", "p": number})
    assert response.status_code == 200
