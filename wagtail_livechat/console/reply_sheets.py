"""Canned replies as rows of a spreadsheet, and back: what goes out can come in again."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Final
from zipfile import BadZipFile

from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from taggit.utils import edit_string_for_tags
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Site

from wagtail_livechat.canned_replies.cards import attached_in
from wagtail_livechat.canned_replies.models import RICH_TEXT, CannedReply

from .spreadsheets import restored

WRITTEN: Final = (
    "id",
    "title",
    "shortcut",
    "text",
    "category",
    "tags",
    "language",
    "site",
    "group",
    "personal",
    "valid_from",
    "valid_until",
    "cards",
)
TOLD: Final = ("published", "uses", "changed_before", "helped", "not_helped")
"""What is only told: a file that comes in changes none of it."""

COLUMNS: Final = (*WRITTEN, *TOLD)
NEEDED: Final = ("title", "text")
YES: Final = "yes"
MOST_LINES: Final = 1_000
# By which the editor's field tells paragraphs apart: no part of what is written.
_BLOCK_KEYS: Final = re.compile(r' data-block-key="[^"]*"')
DEFAULT_PORTS: Final = (80, 443)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file, under its number there, with its cells by column."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def row_of(reply: Any) -> dict[str, Any]:
    """A reply as a row."""
    return {
        "id": reply.pk,
        "title": reply.title,
        "shortcut": reply.shortcut,
        "text": _BLOCK_KEYS.sub("", reply.text),
        "category": reply.category,
        "tags": edit_string_for_tags(reply.tags.all()),
        "language": reply.locale.language_code,
        "site": name_of_site(reply.site) if reply.site_id else "",
        "group": reply.group.name if reply.group_id else "",
        "personal": YES if reply.owner_id else "",
        "valid_from": reply.valid_from.isoformat() if reply.valid_from else "",
        "valid_until": reply.valid_until.isoformat() if reply.valid_until else "",
        "cards": " ".join(f"{each.kind.value}:{each.id}" for each in attached_in(reply.cards)),
        "published": YES if reply.live else "",
        "uses": getattr(reply, "uses_count", 0) or 0,
        "changed_before": getattr(reply, "edited_count", 0) or 0,
        "helped": getattr(reply, "helped_count", 0) or 0,
        "not_helped": getattr(reply, "not_helped_count", 0) or 0,
    }


def name_of_site(site: Site) -> str:
    """A site as a cell: where it is."""
    return site.hostname if site.port in DEFAULT_PORTS else f"{site.hostname}:{site.port}"


def lines_of(content: bytes, name: str) -> list[Line]:
    """The lines of a CSV or XLSX file.

    Raises :class:`ValidationError` for a file that cannot be read as a whole.
    """
    rows = _xlsx_rows(content) if name.lower().endswith(".xlsx") else _csv_rows(content)
    header = [cell.strip().lower() for cell in next(rows, [])]
    _check_header(header)
    lines: list[Line] = []
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) >= MOST_LINES:
            raise ValidationError(
                ngettext(
                    "A file may have at most %(most)d line. Take it in in parts.",
                    "A file may have at most %(most)d lines. Take it in in parts.",
                    MOST_LINES,
                )
                % {"most": MOST_LINES}
            )
        named = {
            column: restored(cell).strip()
            for column, cell in zip(header, cells, strict=False)
            if column
        }
        lines.append(Line(number=number, cells=named))
    return lines


def _check_header(header: list[str]) -> None:
    missing = [column for column in NEEDED if column not in header]
    if missing:
        raise ValidationError(
            _("The first line names the columns; “%(column)s” is missing there.")
            % {"column": missing[0]}
        )
    unknown = [column for column in header if column and column not in COLUMNS]
    if unknown:
        raise ValidationError(
            _("“%(column)s” is no column that can be taken in.") % {"column": unknown[0][:50]}
        )
    if len(set(filter(None, header))) < len(list(filter(None, header))):
        raise ValidationError(_("A column is there twice."))


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("A CSV file must be written in UTF-8.")) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ValidationError(_("This is no CSV file that can be read.")) from error


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0]
        for row in sheet.iter_rows(values_only=True, max_col=len(COLUMNS) + 10):
            yield [_cell(value) for value in row]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as e:
        raise ValidationError(_("This is no XLSX file that can be read.")) from e


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def rich_text_of(cell: str) -> str:
    """A cell as rich text: only what an editor could have written; plain text in paragraphs."""
    if "<" not in cell or not cell.lstrip().startswith("<"):
        paragraphs = (line.strip() for line in cell.splitlines())
        return format_html_join("", "<p>{}</p>", ((line,) for line in paragraphs if line))
    markup = BeautifulSoup(cell, "html.parser")
    for silent in markup.find_all(["script", "style", "template"]):
        silent.decompose()
    converter = ContentstateConverter(features=RICH_TEXT)
    allowed: str = converter.to_database_format(converter.from_database_format(str(markup)))
    return allowed


def is_same(reply: CannedReply, row: dict[str, Any]) -> bool:
    """Whether a reply says what a row says, to the same people."""
    mine = row_of(reply)
    return all(mine[column] == row[column] for column in WRITTEN if column != "id")
