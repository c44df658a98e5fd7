"""The narrow statements of what happens most on a watched site: somebody opens a page.

A batch of page views costs two quick statements each on SQLite and two in all on
PostgreSQL. Which visits may be written, and under which numbers, is decided in
:mod:`.visits`, which holds the rows' locks; call inside its transaction.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from .models import PageView, Visit


class Move(NamedTuple):
    """What a visit's row says from now on."""

    id: int
    receipt_id: uuid.UUID
    worker_id: uuid.UUID | None
    expires_at: datetime | None
    seen_at: datetime
    idle_since: datetime | None
    language: str
    page_kind: str
    page_id: int | None
    page_since: datetime
    pages: int
    stuck_score: int
    stuck_reasons: list[str]
    acknowledged: int
    visitor_id: int | None
    silenced: bool


class NewStep(NamedTuple):
    """One more page of a visit's trail."""

    visit_id: int
    number: int
    page_id: int | None
    kind: str
    results: int | None
    at: datetime


_VISIT: Final = Visit._meta.db_table
_STEP: Final = PageView._meta.db_table
_FIELDS: Final = Move._fields[1:]
_COLUMNS: Final = ", ".join(NewStep._fields)


def store(moves: Sequence[Move], steps: Sequence[NewStep]) -> None:
    """Bring these rows up to date, and add these steps."""
    db = connections[DEFAULT_DB_ALIAS]
    if not moves:
        return
    if db.vendor == "sqlite":
        _store_singly(db, moves, steps)
    elif db.vendor == "postgresql":
        _store_as_set(db, moves, steps)
    else:
        _store_plainly(moves, steps)


def _store_plainly(moves: Sequence[Move], steps: Sequence[NewStep]) -> None:
    for move in moves:
        fields = move._asdict()
        Visit.objects.filter(pk=fields.pop("id")).update(ended_at=None, **fields)
    PageView.objects.bulk_create([PageView(**step._asdict()) for step in steps])


# SQLite: straight to the driver, in its own notation.

_MOVE_ONE: Final = f"""
    UPDATE {_VISIT} SET ended_at = NULL, {", ".join(f"{name} = ?" for name in _FIELDS)}
    WHERE id = ?
"""  # noqa: S608

_ADD_ONE: Final = f"""
    INSERT INTO {_STEP} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
"""  # noqa: S608


def _store_singly(db: Any, moves: Sequence[Move], steps: Sequence[NewStep]) -> None:
    def moment(value: datetime | None) -> Any:
        if value is None:
            return None
        if value.tzinfo is db.timezone:
            return str(value.replace(tzinfo=None))
        return db.ops.adapt_datetimefield_value(value)

    db.ensure_connection()
    with db.wrap_database_errors:
        cursor = db.connection.cursor()
        cursor.executemany(
            _MOVE_ONE,
            [
                (
                    move.receipt_id.hex,
                    move.worker_id.hex if move.worker_id else None,
                    moment(move.expires_at),
                    moment(move.seen_at),
                    moment(move.idle_since),
                    move.language,
                    move.page_kind,
                    move.page_id,
                    moment(move.page_since),
                    move.pages,
                    move.stuck_score,
                    json.dumps(move.stuck_reasons) if move.stuck_reasons else "[]",
                    move.acknowledged,
                    move.visitor_id,
                    move.silenced,
                    move.id,
                )
                for move in moves
            ],
        )
        cursor.executemany(_ADD_ONE, [(*step[:5], moment(step.at)) for step in steps])


# PostgreSQL: each statement is the same text for every size of the batch.

_TYPES: Final = {
    "receipt_id": "uuid",
    "worker_id": "uuid",
    "expires_at": "timestamptz",
    "seen_at": "timestamptz",
    "idle_since": "timestamptz",
    "page_id": "bigint",
    "page_since": "timestamptz",
    "pages": "integer",
    "stuck_score": "smallint",
    "stuck_reasons": "jsonb",
    "acknowledged": "bigint",
    "visitor_id": "bigint",
    "silenced": "boolean",
}

_MOVE_ALL: Final = f"""
    UPDATE {_VISIT} AS visit
    SET ended_at = NULL, {", ".join(f"{name} = n.{name}" for name in _FIELDS)}
    FROM json_to_recordset(%s::json)
        AS n (id bigint, {", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _FIELDS)})
    WHERE visit.id = n.id
"""  # noqa: S608

_ADD_ALL: Final = f"""
    INSERT INTO {_STEP} ({_COLUMNS})
    SELECT {", ".join(f"n.{name}" for name in NewStep._fields)}
    FROM json_to_recordset(%s::json) AS n (
        visit_id bigint, number integer, page_id bigint, kind text, results integer,
        at timestamptz
    )
"""  # noqa: S608


def _store_as_set(db: Any, moves: Sequence[Move], steps: Sequence[NewStep]) -> None:
    with db.cursor() as cursor:
        cursor.execute(_MOVE_ALL, [_as_json(moves)])
        if steps:
            cursor.execute(_ADD_ALL, [_as_json(steps)])


def _as_json(rows: Sequence[Any]) -> str:
    """The rows of a batch as one parameter: the driver takes long over many arrays."""
    return json.dumps([row._asdict() for row in rows], default=str, ensure_ascii=False)
