"""What is known of the pages that visitors see: for trails, conditions and stuck scores.

Read in batches and kept for a moment: a table of visitors asks for the same few hundred
pages again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, prefetch_related_objects
from taggit.managers import TaggableManager
from wagtail.models import PageViewRestriction, Site

from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import (
    language_of,
    page_rules,
    stuck_settings_for,
)
from wagtail_livechat.site_settings.rules import STEP, PageRules, StuckLimits
from wagtail_livechat.wagtail_versions import page_model


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A live page of a site. ``path`` is its place in the tree; ``public``: for everybody.

    ``section`` is the page below the site's root that it belongs to (``None`` on the root
    itself).
    """

    page_id: int
    site_id: int
    title: str
    model: str
    path: str
    parent_id: int | None
    depth: int
    section_id: int | None
    section: str | None
    url: str | None
    public: bool
    language: str
    translation_key: str
    tags: frozenset[str] = field(default_factory=frozenset)
    is_form: bool = False
    in_funnel: bool = False
    ends_funnel: bool = False

    @property
    def type_label(self) -> str:
        """How its type is called, in the active language."""
        return str(apps.get_model(self.model)._meta.verbose_name)

    @property
    def rules(self) -> PageRules:
        """What holds on it: chat, live assistance, triggers, never watched."""
        return page_rules(self.site_id, self.path)

    def is_within(self, path: str) -> bool:
        """Whether it is the page at ``path``, or below it."""
        return self.path.startswith(path)


def _read_roots(site_id: int) -> tuple[str, ...]:
    """Where the trees of a site begin: one for each language."""
    root = Site.objects.filter(pk=site_id).values_list(
        "root_page__path", "root_page__translation_key"
    )
    found = root.first()
    if found is None:
        return ()
    path, translation_key = found
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return (path,)
    pages = page_model()._default_manager.filter(translation_key=translation_key)
    return tuple(pages.values_list("path", flat=True))


def _read_private(_key: None) -> tuple[str, ...]:
    return tuple(PageViewRestriction.objects.values_list("page__path", flat=True))


def _read_one(key: tuple[int, int]) -> PageFacts | None:
    return _read_many([key])[key]


def page_facts(site_id: int, page_ids: Iterable[int]) -> dict[int, PageFacts]:
    """The live ones of these pages of a site, by id; drafts, deleted pages and pages of
    other sites are not there."""
    found = _facts.many([(site_id, page_id) for page_id in page_ids], _read_many)
    return {page_id: facts for (_, page_id), facts in found.items() if facts is not None}


def page_fact(site_id: int, page_id: int) -> PageFacts | None:
    """The same of one page."""
    return _facts((site_id, page_id))


def _read_many(
    keys: list[tuple[int, int]],
) -> dict[tuple[int, int], PageFacts | None]:
    facts: dict[tuple[int, int], PageFacts | None] = dict.fromkeys(keys)
    for site_id in {site_id for site_id, _ in keys}:
        ids = [page_id for asked, page_id in keys if asked == site_id]
        for one in _read_site(site_id, ids):
            facts[site_id, one.page_id] = one
    return facts


def _read_site(site_id: int, page_ids: list[int]) -> list[PageFacts]:
    roots = _roots(site_id)
    live: Any = page_model()._default_manager.filter(pk__in=page_ids, live=True)
    # `specific` costs a query for each type, and knows addresses that a type makes itself.
    pages: list[Any] = [
        page for page in live.specific() if any(page.path.startswith(root) for root in roots)
    ]
    if not pages:
        return []
    limits = stuck_settings_for(site_id)
    private = _private(None)
    root_of = {
        page.pk: max((r for r in roots if page.path.startswith(r)), key=len) for page in pages
    }
    above = _titles_above(pages, root_of)
    tags = _tags_of(pages)
    ends = _ends(site_id)
    return [
        PageFacts(
            page_id=page.pk,
            site_id=site_id,
            title=page.title,
            model=page._meta.label,
            path=page.path,
            parent_id=above.get(page.path[:-STEP], (None, ""))[0],
            depth=page.depth,
            section_id=section[0] if section else None,
            section=section[1] if section else None,
            url=page.get_full_url(),
            public=not any(page.path.startswith(path) for path in private),
            language=language_of(page.locale_id) or "",
            translation_key=str(page.translation_key),
            tags=tags.get(page.pk, frozenset()),
            is_form=_is_form(type(page), limits),
            in_funnel=page._meta.label_lower in limits.funnel_models,
            ends_funnel=page.path in ends,
        )
        for page in pages
        for section in [_section(page.path, root_of[page.pk], above)]
    ]


def _titles_above(pages: list[Any], root_of: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    """Parents and sections of these pages: id and title by path."""
    paths = {page.path[:-STEP] for page in pages} | {
        page.path[: len(root_of[page.pk]) + STEP] for page in pages
    }
    rows = page_model()._default_manager.filter(path__in=paths)
    return {path: (pk, title) for path, pk, title in rows.values_list("path", "pk", "title")}


def _section(path: str, root: str, above: Mapping[str, tuple[int, str]]) -> tuple[int, str] | None:
    return above.get(path[: len(root) + STEP]) if path != root else None


def _is_form(model: type[Model], limits: StuckLimits) -> bool:
    if model._meta.label_lower in limits.form_models:
        return True
    if not apps.is_installed("wagtail.contrib.forms"):
        return False
    from wagtail.contrib.forms.models import FormMixin

    return issubclass(model, FormMixin)


def _read_ends(site_id: int) -> frozenset[str]:
    """Where the order funnel ends: the last of its pages in each tree of the site.

    Whoever is there has made it, and may stay as long as they like. A funnel of one page
    has no end.
    """
    asked = Q()
    for name in stuck_settings_for(site_id).funnel_models:
        app_label, _, model = name.partition(".")
        asked |= Q(content_type__app_label=app_label, content_type__model=model)
    if not asked:
        return frozenset()
    funnel = page_model()._default_manager.filter(asked, live=True).order_by("path")
    paths: list[str] = list(funnel.values_list("path", flat=True))
    trees = [[path for path in paths if path.startswith(root)] for root in _roots(site_id)]
    return frozenset(tree[-1] for tree in trees if len(tree) > 1)


def _tags_of(pages: list[Any]) -> dict[int, frozenset[str]]:
    """The tags of those of these pages that can have any, by id."""
    found: dict[int, set[str]] = {}
    for model in {type(page) for page in pages}:
        alike = [page for page in pages if type(page) is model]
        for name in _tag_fields(model):
            prefetch_related_objects(alike, name)
            for page in alike:
                tags = {tag.name for tag in getattr(page, name).all()}
                found.setdefault(page.pk, set()).update(tags)
    return {pk: frozenset(tags) for pk, tags in found.items()}


def _tag_fields(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields() if isinstance(field, TaggableManager)]


_roots: Memory[int, tuple[str, ...]] = Memory(_read_roots)
_private: Memory[None, tuple[str, ...]] = Memory(_read_private)
_ends: Memory[int, frozenset[str]] = Memory(_read_ends)
_facts: Memory[tuple[int, int], PageFacts | None] = Memory(_read_one)
