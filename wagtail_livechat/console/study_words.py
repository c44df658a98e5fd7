"""What a study found, worded for its reader."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext
from wagtail.coreutils import get_content_languages

from wagtail_livechat.study.models import ExchangeGroup, StudyRun
from wagtail_livechat.study.queries import Figures, Sought, figures_of
from wagtail_livechat.wagtail_versions import page_model

PERIODS: Final[Mapping[str, tuple[Promise, int]]] = {
    "": (gettext_lazy("All that is kept"), 0),
    "7": (gettext_lazy("The last 7 days"), 7),
    "30": (gettext_lazy("The last 30 days"), 30),
    "90": (gettext_lazy("The last 90 days"), 90),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A group as it is listed."""

    group: ExchangeGroup
    name: str
    language: str
    figures: Figures
    waited: str
    pages: list[tuple[str, int]]


def rows_of(
    run: StudyRun | None,
    groups: list[ExchangeGroup],
    sought: Sought,
    *,
    name: str | None = None,
) -> list[Row]:
    """These groups with all that is known of them; of pages those that are there."""
    figures = figures_of(run, groups, sought)
    titles = page_titles(pk for one in figures.values() for pk, _number in one.pages)
    return [
        Row(
            group=group,
            name=name if name is not None else getattr(group, "name", ""),
            language=language_name(group.language),
            figures=figures[group.pk],
            waited=duration(figures[group.pk].seconds),
            pages=[(titles[pk], number) for pk, number in figures[group.pk].pages if pk in titles],
        )
        for group in groups
    ]


def page_titles(page_ids: Iterable[int | None]) -> dict[int, str]:
    """How the pages are called that are still there."""
    wanted = {pk for pk in page_ids if pk is not None}
    if not wanted:
        return {}
    found = page_model()._default_manager.filter(pk__in=wanted)
    return dict(found.values_list("pk", "title"))


def language_name(code: str) -> str:
    """A language in the reader's own."""
    known = {
        key.lower(): str(name)
        for key, name in [*settings.LANGUAGES, *get_content_languages().items()]
    }
    return known.get(code.lower(), code)


def duration(seconds: int | None) -> str:
    """A time to wait, in the unit that one would use."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(seconds / 3600)
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(seconds / 86_400)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
