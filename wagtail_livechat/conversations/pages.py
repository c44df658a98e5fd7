"""What staff may be told of the page that a visitor shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wagtail.models import Page, PageViewRestriction


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A live page: how it is called, where it is, and whether everybody may view it."""

    page_id: int
    title: str
    url: str | None
    public: bool


def page_facts(page_ids: Iterable[int]) -> dict[int, PageFacts]:
    """The live ones of these pages, by id; drafts and deleted pages are not there."""
    pages = list(Page.objects.filter(pk__in=list(page_ids), live=True))
    if not pages:
        return {}
    restricted = list(PageViewRestriction.objects.values_list("page__path", flat=True))
    return {
        page.pk: PageFacts(
            page_id=page.pk,
            title=page.title,
            url=page.full_url,
            public=not any(page.path.startswith(path) for path in restricted),
        )
        for page in pages
    }


def is_live_on_site(page_id: int, root_path: str) -> bool:
    """Whether the page is published within the tree that starts at ``root_path``."""
    return Page.objects.filter(pk=page_id, live=True, path__startswith=root_path).exists()
