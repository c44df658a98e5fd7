"""What a version says word for word."""

import pytest
from wagtail.models import Page

from tests.factories import make_banner
from wagtail_livechat.consent.actions import publish_version
from wagtail_livechat.consent.publishing import LABELS, first_words
from wagtail_livechat.consent.rich_text import text_of

pytestmark = pytest.mark.django_db


def test_what_an_editor_leaves_empty_is_in_our_words_in_the_language_of_the_banner(site):
    texts = make_banner(site, "fr", accept_label="D'accord !").versions.get().texts
    assert texts["accept_label"] == "D'accord !"
    assert set(LABELS) < set(texts)
    assert all(texts[name].strip() for name in LABELS)


def test_a_link_to_a_page_is_kept_as_the_address_that_was_shown(site):
    page = Page.objects.get(pk=site.root_page_id).add_child(
        instance=Page(title="Privacy", slug="privacy")
    )
    body = f'<p><a linktype="page" id="{page.pk}">Details</a></p>'
    banner = make_banner(site, body=body)
    (paragraph,) = banner.versions.get().texts["body"]
    assert paragraph["c"][0]["href"].endswith("/privacy/")
    page.delete()
    assert banner.versions.get().texts["body"] == [paragraph]


def test_markup_that_was_planted_is_harmless(site):
    banner = make_banner(site)
    type(banner).objects.filter(pk=banner.pk).update(
        body="<p>x<script>alert(1)</script></p>", details_url="javascript:alert(1)"
    )
    texts = publish_version(banner_id=banner.pk).texts
    assert texts["details_url"] == ""
    assert text_of(texts["body"]) == "x"


def test_a_new_banner_begins_with_words_that_say_all_that_must_be_said():
    heading, body = first_words("en", "The bookshop")
    assert heading
    for told in ("The bookshop", "people of our team", "30 minutes", "refuse", "stop"):
        assert told in body
