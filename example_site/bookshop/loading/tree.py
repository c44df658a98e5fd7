"""Plants a tree of pages from a file of content.

A file holds one table for each page: its key, its type, its parent and its fields. A translation holds only what
differs, under the same keys; whatever it leaves out is taken from the original, and a page that it does not name
stays untranslated.
"""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from wagtail.fields import RichTextField
from wagtail.models import Locale, Page

from example_site.bookshop import models
from example_site.bookshop.loading.words import rich_text

CONTENT = Path(__file__).resolve().parent.parent / "content"

KINDS: dict[str, type[Page]] = {
    "home": models.HomePage,
    "books": models.BookIndexPage,
    "genre": models.GenrePage,
    "book": models.BookPage,
    "authors": models.AuthorIndexPage,
    "author": models.AuthorPage,
    "events": models.EventIndexPage,
    "event": models.EventPage,
    "newsroom": models.NewsIndexPage,
    "news": models.NewsPage,
    "information": models.InformationPage,
    "contact": models.ContactPage,
    "search": models.SearchPage,
    "order": models.OrderStepPage,
}

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

Entry = dict[str, Any]


def plant(
    name: str,
    *,
    root: Page,
    locale: Locale,
    original: str | None = None,
    originals: dict[str, Page] | None = None,
) -> dict[str, Page]:
    """Make the pages of one file below `root` and return them by key."""
    planted: dict[str, Page] = {}
    for entry in _entries(name, original):
        parent = root if entry["type"] == "home" else planted.get(entry["parent"])
        if parent is None:
            continue  # below a page that this language does not have
        page = _page(entry, planted)
        page.locale = locale
        if originals is not None:
            page.translation_key = originals[entry["key"]].translation_key
        if isinstance(page, models.ContactPage):
            page.form_fields = [
                models.ContactField(sort_order=number, **field)
                for number, field in enumerate(entry["fields"])
            ]
        # Published by saving: revisions would take three times as long, and Wagtail makes one on the first edit.
        page.first_published_at = page.last_published_at = timezone.now()
        # A parent that has been given children since it was read has to be read again.
        Page.objects.get(pk=parent.pk).add_child(instance=page)
        planted[entry["key"]] = page
    return planted


def titles_of(name: str, original: str | None = None) -> dict[str, str]:
    """How the pages of a file are called, by their keys."""
    return {entry["key"]: entry["title"] for entry in _entries(name, original)}


def _entries(name: str, original: str | None) -> list[Entry]:
    """The tables of a file, the home page first; those of a translation laid over those of its original."""
    content = tomllib.loads((CONTENT / f"{name}.toml").read_text("utf-8"))
    if original is None:
        home = {"key": "home", "type": "home", **content["home"]}
        return [home, *({"parent": "home", **entry} for entry in content["page"])]
    # The original's slug is not for its translation: it is made anew from the translated title.
    return [
        {
            **{field: value for field, value in entry.items() if field != "slug"},
            **content[entry["key"]],
        }
        for entry in _entries(original, None)
        if entry["key"] in content
    ]


def _page(entry: Entry, planted: dict[str, Page]) -> Page:
    kind = KINDS[entry["type"]]
    page = kind(
        title=entry["title"],
        slug=entry.get("slug") or slugify(entry["title"]),
        show_in_menus=entry.get("menu", False),
    )
    for field in kind._meta.get_fields():
        if field.name not in entry or field.name in ("title", "slug"):
            continue
        value = entry[field.name]
        if isinstance(field, RichTextField):
            value = rich_text(value, planted)
        elif field.name == "author":
            value = planted[value]
        elif field.name == "price":
            value = Decimal(value)
        elif field.name == "start":
            value = time.fromisoformat(value)
        setattr(page, field.name, value)
    # Days count from the day of loading, so that a diary opened next year is not a year old.
    if "in_days" in entry:
        page.day = _next(entry["weekday"], timezone.localdate() + timedelta(days=entry["in_days"]))
    if "days_ago" in entry:
        page.day = timezone.localdate() - timedelta(days=entry["days_ago"])
    if "blocks" in entry:
        page.body = [(block["type"], _block(block, planted)) for block in entry["blocks"]]
    return page


def _next(weekday: str, earliest: date) -> date:
    """The first such day of the week from `earliest` on: a Saturday reading shall fall on a Saturday."""
    return earliest + timedelta(days=(WEEKDAYS.index(weekday) - earliest.weekday()) % 7)


def _block(block: Entry, planted: dict[str, Page]) -> Any:
    value = block.get("value")  # the charter writes itself
    match block["type"]:
        case "text":
            return rich_text(value, planted)
        case "facts":
            return [{"label": label, "value": fact} for label, fact in value]
        case "questions":
            return [
                {"question": question, "answer": rich_text(answer, planted)}
                for question, answer in value
            ]
    return value
