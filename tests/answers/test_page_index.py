"""The words of a site's pages, kept and kept up."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page, Site

from example_site.bookshop.models import InformationPage
from tests.answers.said import make_page, make_private
from wagtail_livechat.answers import page_index
from wagtail_livechat.answers.page_index import Kept, index_of

pytestmark = pytest.mark.django_db


def found(site: Site, word: str, language: str = "en") -> list[int]:
    kept = index_of(site.pk, language)
    return [pk for pk, _score in kept.index.best(kept.index.wanted(word), 10)]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages that are read, one after the other."""
    seen: list[int] = []

    def read_texts(pages: Any) -> Any:
        for text in real(pages):
            seen.append(text.page_id)
            yield text

    real = page_index.read_texts
    monkeypatch.setattr(page_index, "read_texts", read_texts)
    return seen


def test_what_is_published_is_found_and_what_is_not_is_not(site: Site) -> None:
    page = make_page(site.root_page, "Umbrellas")
    assert found(site, "umbrella") == [page.pk]
    page.unpublish()
    assert found(site, "umbrella") == []
    page.save_revision().publish()
    assert found(site, "umbrella") == [page.pk]


def test_a_page_that_is_changed_deleted_or_made_private_is_followed(site: Site) -> None:
    page = make_page(site.root_page, "Umbrellas")
    other = make_page(site.root_page, "Parasols")
    assert found(site, "umbrella") == [page.pk]
    page.title = "Raincoats"
    page.save()
    assert (found(site, "umbrella"), found(site, "raincoat")) == ([], [page.pk])
    make_private(page)
    assert found(site, "raincoat") == []
    Page.objects.get(pk=other.pk).delete()
    assert found(site, "parasol") == []


def test_another_process_that_publishes_is_noticed(site: Site) -> None:
    """Its signals are not heard here: only the database tells."""
    page = make_page(site.root_page, "Umbrellas")
    page.save_revision().publish()
    assert found(site, "umbrella") == [page.pk]
    heard = dict(page_index._changes)
    page.title = "Raincoats"
    page.save_revision().publish()
    page_index._changes.clear()
    page_index._changes.update(heard)
    assert found(site, "raincoat") == [page.pk]


def test_a_page_that_moves_to_another_site_leaves_this_one(site: Site, other: Site) -> None:
    page = make_page(site.root_page, "Umbrellas")
    assert found(site, "umbrella") == [page.pk]
    page.move(Page.objects.get(pk=other.root_page_id), pos="last-child")
    assert found(site, "umbrella") == []
    assert found(other, "umbrella") == [page.pk]


def test_only_what_has_changed_is_read_again(site: Site, reads: list[int]) -> None:
    pages = [make_page(site.root_page, f"Page {word}") for word in ("one", "two", "six", "ten")]
    index_of(site.pk, "en")
    reads.clear()
    index_of(site.pk, "en")
    assert reads == []
    pages[1].title = "Umbrella"
    pages[1].save()
    assert found(site, "umbrella") == [pages[1].pk]
    assert reads == [pages[1].pk]


def test_what_is_dead_is_cleared_away_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_page(site.root_page, "Umbrella")
    for number in range(6):
        make_page(site.root_page, f"Page {number}")
    index_of(site.pk, "en")
    for number in range(130):
        InformationPage.objects.filter(pk=page.pk).update(title=f"Umbrella {number}")
        page_index.note_change(page.pk)
        index_of(site.pk, "en")
    kept = index_of(site.pk, "en")
    assert kept.index.dead < 130
    assert found(site, "umbrella") == [page.pk]


def test_after_a_while_everything_is_read_again(
    site: Site, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page(site.root_page, "Umbrella")
    index_of(site.pk, "en")
    reads.clear()
    monkeypatch.setattr(page_index, "READ_ANEW_AFTER", -1.0)
    assert found(site, "umbrella") == [page.pk]
    assert set(reads) == {site.root_page_id, page.pk}


def test_sites_and_languages_are_kept_apart(site: Site, other: Site) -> None:
    page = make_page(site.root_page, "Umbrella")
    assert found(site, "umbrella") == [page.pk]
    assert found(other, "umbrella") == []
    assert found(site, "umbrella", "fr") == []


def test_a_large_site_is_read_aside(
    site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": False}
    monkeypatch.setattr(page_index, "READ_AT_ONCE", 1)
    begun: list[Kept] = []

    class Aside:
        def __init__(self, *, target: Any, args: Any, daemon: bool) -> None:
            self.args = args

        def start(self) -> None:
            begun.append(self.args)

    monkeypatch.setattr(page_index, "Thread", Aside)
    page = make_page(site.root_page, "Umbrella")
    kept = index_of(site.pk, "en")
    assert not kept.is_ready
    assert index_of(site.pk, "en") is kept
    assert len(begun) == 1  # once, however often it is asked for
    _kept, catch_up = begun[0]
    catch_up()
    kept.is_being_read = False
    assert index_of(site.pk, "en").is_ready
    assert found(site, "umbrella") == [page.pk]


def test_a_reading_that_breaks_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_page(site.root_page, "Umbrella")
    with monkeypatch.context() as broken:
        broken.setattr(page_index, "read_texts", lambda pages: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index_of(site.pk, "en")
    assert found(site, "umbrella") == [page.pk]
