"""An editor's rich text without dead links."""

from __future__ import annotations

import pytest
from wagtail.models import Page, Site

from tests.answers.said import make_page, make_private
from wagtail_livechat.answers.rich_answers import pieces_without_dead_links, words_of

pytestmark = pytest.mark.django_db


def words(site: Site, html: str) -> str:
    return words_of(pieces_without_dead_links(html, site.pk))


def linked(page: Page) -> str:
    return f'<p>See <a linktype="page" id="{page.pk}">our hours</a>.</p>'


def test_a_link_to_a_page_has_its_whole_address(site: Site) -> None:
    page = make_page(site.root_page, "Hours", slug="hours")
    assert words(site, linked(page)) == f"See our hours ({page.full_url})."


@pytest.mark.parametrize("how", ["unpublished", "private", "deleted", "elsewhere"])
def test_a_link_to_a_page_that_not_everybody_may_view_is_only_its_words(
    site: Site, other: Site, how: str
) -> None:
    page = make_page((other if how == "elsewhere" else site).root_page, "Hours")
    html = linked(page)
    match how:
        case "unpublished":
            page.unpublish()
        case "private":
            make_private(page)
        case "deleted":
            page.delete()
    assert words(site, html) == "See our hours."
    assert "href" not in str(pieces_without_dead_links(html, site.pk))


def test_lists_breaks_and_other_links_stay_readable(site: Site) -> None:
    html = (
        "<p>One<br/>two</p><ul><li>a</li><li><b>b</b></li></ul>"
        '<p><a href="https://e.org/">E</a> <a href="mailto:a@e.org">a@e.org</a></p>'
    )
    assert words(site, html) == "One\ntwo\n– a\n– b\nE (https://e.org/) a@e.org"


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="javascript:alert(1)">x</a></p>',
        "<p>x<script>alert(1)</script></p>",
        '<p><a linktype="page" id="1 OR 1=1">x</a></p>',
        '<p><a linktype="page">x</a></p>',
        '<p onclick="alert(1)">x</p>',
    ],
)
def test_hostile_markup_is_gone_and_its_words_stay(site: Site, html: str) -> None:
    assert pieces_without_dead_links(html, site.pk) == [{"t": "p", "c": ["x"]}]
