"""Reads for those who watch: windows of the table, and trails.

What several windows have in common is read once. The rule of release is applied here, row
by row, to whoever asks; and the gate is asked once more, after the rows were read: what
was taken back meanwhile is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from wagtail_livechat import clock
from wagtail_livechat.consent.gate import receipts_that_hold
from wagtail_livechat.protocol.values import TrailStep, VisitCounts, VisitRow
from wagtail_livechat.visitors import presentation, table
from wagtail_livechat.visitors.presentation import Pages
from wagtail_livechat.visitors.rules import is_released, tag_of
from wagtail_livechat.visitors.sight import Sight
from wagtail_livechat.visitors.table import Question, StepFacts, VisitFacts, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks: under which watch, in which language, and what they may know by name."""

    number: int
    sight: Sight
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRead:
    """A window as it stands. Each row comes with the tag of its visit."""

    rows: list[tuple[int, VisitRow]]
    offset: int
    total: int
    counts: VisitCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRead:
    """A visit and its pages, the current one first, with the tag of the visit."""

    tag: int
    visit: VisitRow
    steps: list[TrailStep]


def read_windows(asked: Sequence[tuple[Question, Reader]]) -> list[WindowRead]:
    """All these windows."""
    now = clock.now()
    windows: dict[object, Window] = {}
    counts: dict[int, VisitCounts] = {}
    keys: list[object] = []
    for question, reader in asked:
        # Where pages decide what is shown, it matters who asks; otherwise it does not.
        key = (question, reader.number, reader.sight) if question.looks_at_pages else question
        keys.append(key)
        if key not in windows:
            windows[key] = _still_agreed(
                table.window_of(question, now=now, number=reader.number, sight=reader.sight), now
            )
        if question.site_id not in counts:
            counts[question.site_id] = table.counts_of(question.site_id, now)
    pages = presentation.pages_of(row for window in windows.values() for row in window.rows)
    worded: dict[object, VisitRow] = {}
    return [
        WindowRead(
            rows=[
                (tag_of(row.key_hash), _worded(row, reader, pages, worded))
                for row in windows[key].rows
            ],
            offset=windows[key].offset,
            total=windows[key].total,
            counts=counts[question.site_id],
        )
        for (question, reader), key in zip(asked, keys, strict=True)
    ]


def _still_agreed(window: Window, now: datetime) -> Window:
    rows = _agreed(window.rows, now)
    gone = len(window.rows) - len(rows)
    return Window(rows=rows, offset=window.offset, total=window.total - gone) if gone else window


def _agreed(rows: Iterable[VisitFacts], now: datetime) -> list[VisitFacts]:
    rows = list(rows)
    sites = {row.site_id for row in rows}
    holding = frozenset().union(
        *(
            receipts_that_hold(
                site_id,
                {row.receipt_id for row in rows if row.site_id == site_id and row.receipt_id},
                now,
            )
            for site_id in sites
        )
    )
    return [row for row in rows if row.receipt_id in holding]


def _worded(
    row: VisitFacts, reader: Reader, pages: Pages, worded: dict[object, VisitRow]
) -> VisitRow:
    """A row for one reader; the same for all who may be told the same."""
    release = is_released(acknowledged=row.acknowledged, number=reader.number)
    key = (row.pk, release, reader.sight, reader.language)
    if key not in worded:
        with translation.override(reader.language):
            worded[key] = presentation.row(row, release=release, pages=pages, sight=reader.sight)
    return worded[key]


def read_trails(asked: Sequence[tuple[int, Reader]]) -> list[TrailRead | None]:
    """These visits with their trails; ``None`` for one that is over, or was taken back."""
    now = clock.now()
    rows = table.visits_by_pk({pk for pk, _ in asked}, now)
    trails = {pk: table.steps_of(pk) for pk in rows}
    rows = {row.pk: row for row in _agreed(rows.values(), now)}
    pages = presentation.pages_of(
        rows.values(), [(row.site_id, trails[pk]) for pk, row in rows.items()]
    )
    return [
        _trail(rows[pk], trails[pk], reader, pages) if pk in rows else None for pk, reader in asked
    ]


def _trail(row: VisitFacts, steps: Sequence[StepFacts], reader: Reader, pages: Pages) -> TrailRead:
    release = is_released(acknowledged=row.acknowledged, number=reader.number)
    with translation.override(reader.language):
        return TrailRead(
            tag=tag_of(row.key_hash),
            visit=presentation.row(row, release=release, pages=pages, sight=reader.sight),
            steps=presentation.trail(row, steps, release=release, pages=pages, sight=reader.sight),
        )


def find_visit(public_id: str, site_ids: Iterable[int]) -> VisitFacts | None:
    """A visit that goes on, on one of the sites that the reader may watch."""
    return table.visit_by_public_id(public_id, list(site_ids), clock.now())
