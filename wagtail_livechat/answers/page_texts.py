"""What a site's pages say to everybody, in one language, as it is in the database now.

The words are those that a page's model declares searchable for Wagtail (``search_fields``).
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from wagtail.models import Locale, PageViewRestriction, Site
from wagtail.search import index

from wagtail_livechat.conversations.words import main_language
from wagtail_livechat.wagtail_versions import page_model

from .passages import one_line, passages_of
from .ranking import PageText

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A live page that everybody may view, and where it is."""

    text: PageText
    url: str
    language: str
    translation_key: str


def locales_for(language: str) -> list[int]:
    """The locales whose pages are in a visitor's language: exactly it, else those near it."""
    known = dict(Locale.objects.values_list("pk", "language_code"))
    wanted = language.lower()
    exact = [pk for pk, code in known.items() if code.lower() == wanted]
    return exact or [
        pk for pk, code in known.items() if main_language(code) == main_language(wanted)
    ]


def open_pages(site_id: int, locale_ids: Iterable[int] | None = None) -> Any:
    """The pages of a site that are live and for everybody, as a query; in these languages."""
    pages: Any = page_model()._default_manager.filter(live=True)
    roots = _roots(site_id)
    if not roots:
        return pages.none()
    pages = pages.filter(reduce(or_, (Q(path__startswith=root) for root in roots)))
    if locale_ids is not None:
        pages = pages.filter(locale_id__in=list(locale_ids))
    for private in PageViewRestriction.objects.values_list("page__path", flat=True):
        pages = pages.exclude(path__startswith=private)
    return pages


def _roots(site_id: int) -> list[str]:
    """Where the trees of a site begin: one for each language."""
    found = (
        Site.objects.filter(pk=site_id)
        .values_list("root_page__path", "root_page__translation_key")
        .first()
    )
    if found is None:
        return []
    path, translation_key = found
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return [path]
    pages: Any = page_model()._default_manager.filter(translation_key=translation_key)
    return list(pages.values_list("path", flat=True))


def read_texts(pages: Any) -> Iterator[PageText]:
    """The texts of these pages."""
    page_ids = list(pages.order_by().values_list("pk", flat=True))
    for start in range(0, len(page_ids), AT_ONCE):
        for page in pages.filter(pk__in=page_ids[start : start + AT_ONCE]).specific():
            yield text_of(page)


def read_pages(
    site_id: int, page_ids: Iterable[int], locale_ids: Iterable[int] | None = None
) -> dict[int, ReadPage]:
    """Those of these pages that a visitor of the site may be pointed to, by id, read now."""
    asked = list(page_ids)
    if not asked:
        return {}
    codes = dict(Locale.objects.values_list("pk", "language_code"))
    found: dict[int, ReadPage] = {}
    for page in open_pages(site_id, locale_ids).filter(pk__in=asked).specific():
        # The model of the page decides where it is; another site may begin further down.
        parts = page.get_url_parts()
        if parts is None or parts[0] != site_id or parts[2] is None:
            continue
        found[page.pk] = ReadPage(
            text=text_of(page),
            url=f"{parts[1]}{parts[2]}",
            language=codes.get(page.locale_id, ""),
            translation_key=str(page.translation_key),
        )
    return found


def text_of(page: Any) -> PageText:
    """A page, of its own model, as it is searched."""
    return PageText(
        page_id=page.pk,
        title=one_line(page.title),
        passages=passages_of(_searchable(page, page.get_search_fields())),
    )


def _searchable(instance: Any, fields: Iterable[Any], depth: int = 0) -> Iterator[str]:
    for field in fields:
        if isinstance(field, index.RelatedFields):
            for other in _related(instance, field.field_name) if depth < 2 else ():
                yield from _searchable(other, field.fields, depth + 1)
        elif isinstance(field, index.SearchField) and (depth or field.field_name != "title"):
            yield from _strings(_value(field, instance))


def _value(field: Any, instance: Any) -> Any:
    try:
        return field.get_value(instance)
    except (AttributeError, ObjectDoesNotExist):
        return None


def _related(instance: Any, name: str) -> list[Any]:
    try:
        related = getattr(instance, name, None)
    except ObjectDoesNotExist:
        return []
    if related is None:
        return []
    return list(related.all()[:50]) if hasattr(related, "all") else [related]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
    elif value is not None:
        yield str(value)


def translations_of(page_ids: Iterable[int], locale_ids: Iterable[int]) -> dict[int, int]:
    """The pages in these locales that say the same as others do, by the others' ids."""
    everything: Any = page_model()._default_manager
    keys = dict(everything.filter(pk__in=list(page_ids)).values_list("pk", "translation_key"))
    wanted = everything.filter(
        translation_key__in=list(keys.values()), locale_id__in=list(locale_ids)
    )
    of_key = {key: pk for pk, key in wanted.values_list("pk", "translation_key")}
    return {pk: of_key[key] for pk, key in keys.items() if key in of_key}
