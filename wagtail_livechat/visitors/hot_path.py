"""The narrow statements of what happens most on a watched site: somebody opens a page.

What has an index is left alone as long as it stays the same, which is nearly always: SQLite
takes the entry of each column that is named out of its index and puts it back, and that
takes longer than all the rest. So a view is a :class:`Move`; who holds the visit, and by
which receipt, is a :class:`Hold`, and only written where that is news.

Which visits may be written, and under which numbers, is decided in :mod:`.visits`; call
inside its transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.timezone import make_aware

from wagtail_livechat.narrow import SqliteMoments

from .models import PageView, Visit

# Thousands of these come and go in a second, and none holds another: nothing for the collector.


class Row(msgspec.Struct, frozen=True, gc=False):
    """A visit's row as it stands, ours until the transaction ends.

    Identifiers are 32 digits, which costs less than to make objects of them. The last two
    are looked up where the visit is over.
    """

    pk: int
    public_id: str
    key_hash: str
    site_id: int
    pages: int
    acknowledged: int
    silenced: bool
    receipt: str | None
    worker: str | None
    expires: bool
    visitor_id: int | None
    ended_at: datetime | None
    page_since: datetime | None


class Move(msgspec.Struct, frozen=True, gc=False):
    """What a visit's row says from now on."""

    id: int
    seen_at: datetime
    idle_since: datetime | None
    language: str
    page_kind: str
    page_id: int | None
    page_since: datetime
    pages: int
    stuck_score: int
    stuck_reasons: Sequence[str]
    acknowledged: int
    silenced: bool


class Hold(msgspec.Struct, frozen=True, gc=False):
    """Who holds a visit from now on, by which receipt, and whose it is. It goes on."""

    id: int
    receipt_id: uuid.UUID
    worker_id: uuid.UUID | None
    expires_at: datetime | None
    visitor_id: int | None


class NewStep(msgspec.Struct, frozen=True, gc=False):
    """One more page of a visit's trail."""

    visit_id: int
    number: int
    page_id: int | None
    kind: str
    results: int | None
    at: datetime


_VISIT: Final = Visit._meta.db_table
_STEP: Final = PageView._meta.db_table


def lock(key_hashes: Collection[str]) -> dict[str, Row]:
    """The rows of these visits, in one order for everybody who writes."""
    db = connections[DEFAULT_DB_ALIAS]
    if not key_hashes:
        return {}
    if db.vendor not in _LOCK:
        return _lock_plainly(key_hashes)
    with db.cursor() as cursor:
        cursor.execute(_LOCK[db.vendor], (_as_json(key_hashes),))
        found = cursor.fetchall()
    rows = (
        Row(*values) if values[-1] is None else Row(*values[:-2], *_moments(db, values[-2:]))
        for values in found
    )
    return {row.key_hash: row for row in rows}


def _moments(db: Any, found: Iterable[Any]) -> Iterator[datetime]:
    """What the driver found, with its zone: SQLite's has none, and may be the bare text."""
    for moment in found:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        yield moment if moment.tzinfo else make_aware(moment, db.timezone)


def store(moves: Sequence[Move], holds: Sequence[Hold], steps: Sequence[NewStep]) -> None:
    """Bring these rows up to date, and add these steps."""
    db = connections[DEFAULT_DB_ALIAS]
    if not moves:
        return
    if db.vendor == "sqlite":
        _store_singly(db, moves, holds, steps)
    elif db.vendor == "postgresql":
        _store_as_set(db, moves, holds, steps)
    else:
        _store_plainly(moves, holds, steps)


# Any database.


def _lock_plainly(key_hashes: Collection[str]) -> dict[str, Row]:
    rows = (
        Visit.objects.select_for_update(of=("self",))
        .filter(key_hash__in=list(key_hashes))
        .order_by("pk")
    )
    return {
        visit.key_hash: Row(
            visit.pk,
            visit.public_id.hex,
            visit.key_hash,
            visit.site_id,
            visit.pages,
            visit.acknowledged,
            visit.silenced,
            visit.receipt_id.hex if visit.receipt_id else None,
            visit.worker_id.hex if visit.worker_id else None,
            visit.expires_at is not None,
            visit.visitor_id,
            visit.ended_at,
            visit.page_since if visit.ended_at else None,
        )
        for visit in rows
    }


def _store_plainly(moves: Sequence[Move], holds: Sequence[Hold], steps: Sequence[NewStep]) -> None:
    for change in chain(moves, holds):
        fields = msgspec.structs.asdict(change)
        row = Visit.objects.filter(pk=fields.pop("id"))
        if isinstance(change, Move):
            place = {name: fields.pop(name) for name in _PLACE}
            row.filter(page_since__lte=change.page_since).update(**place)
        row.update(**fields)
    Visit.objects.filter(pk__in=[hold.id for hold in holds]).update(ended_at=None)
    PageView.objects.bulk_create([PageView(**msgspec.structs.asdict(step)) for step in steps])


_MOVED: Final = Move.__struct_fields__[1:]
_PLACE: Final = ("page_kind", "page_id", "page_since")
"""Which page is open. Where a tab has gone from one process to another, the first may write
after the second: what is older than what is written does not take its place."""
_HELD: Final = Hold.__struct_fields__[1:]
_COLUMNS: Final = ", ".join(NewStep.__struct_fields__)


def _as_json(rows: Collection[Any]) -> str:
    """A batch as one parameter: the drivers take long over many."""
    return msgspec.json.encode(rows).decode()


def _lock_words(*, hexed: str, wanted: str, locking: str) -> str:
    public_id, receipt, worker = map(hexed.format, ("public_id", "receipt_id", "worker_id"))
    return f"""
        SELECT id, {public_id}, key_hash, site_id, pages, acknowledged, silenced, {receipt},
            {worker}, expires_at IS NOT NULL, visitor_id, ended_at,
            CASE WHEN ended_at IS NOT NULL THEN page_since END
        FROM {_VISIT} WHERE key_hash {wanted} ORDER BY id {locking}
    """  # noqa: S608


_LOCK: Final = {
    "sqlite": _lock_words(hexed="{}", wanted="IN (SELECT value FROM json_each(%s))", locking=""),
    "postgresql": _lock_words(
        hexed="replace({}::text, '-', '')",
        wanted="= ANY(ARRAY(SELECT json_array_elements_text(%s::json)))",
        locking="FOR UPDATE",
    ),
}


def _moved(*, old: str, new: str, since: str) -> str:
    """What is set of a row that moves; ``old`` and ``new`` with ``{}`` for a column's name."""
    return ", ".join(
        f"{name} = CASE WHEN {old.format('page_since')} > {since}"
        f" THEN {old.format(name)} ELSE {new.format(name)} END"
        if name in _PLACE
        else f"{name} = {new.format(name)}"
        for name in _MOVED
    )


# SQLite: row by row, but for the steps. Each statement that adds to a table with a sequence
# looks the sequence up and writes it back, so that one statement adds many.

_MOVE_ONE: Final = f"""
    UPDATE {_VISIT} SET {_moved(old="{}", new="%s", since="%s")} WHERE id = %s
"""  # noqa: S608

_HOLD_ONE: Final = f"""
    UPDATE {_VISIT} SET ended_at = NULL, {", ".join(f"{name} = %s" for name in _HELD)}
    WHERE id = %s
"""  # noqa: S608

_TOGETHER: Final = 50
_PLACES: Final = f"({', '.join('%s' for _ in NewStep.__struct_fields__)})"
_ADD_ONE: Final = f"INSERT INTO {_STEP} ({_COLUMNS}) VALUES {_PLACES}"  # noqa: S608
_ADD_MANY: Final = ", ".join([_ADD_ONE, *[_PLACES] * (_TOGETHER - 1)])


def _store_singly(
    db: Any, moves: Sequence[Move], holds: Sequence[Hold], steps: Sequence[NewStep]
) -> None:
    texts = SqliteMoments(db)

    def moved_to(move: Move) -> tuple[Any, ...]:
        since = texts[move.page_since]
        return (
            texts[move.seen_at],
            texts[move.idle_since],
            move.language,
            since,
            move.page_kind,
            since,
            move.page_id,
            since,
            since,
            move.pages,
            move.stuck_score,
            _as_json(move.stuck_reasons) if move.stuck_reasons else "[]",
            move.acknowledged,
            move.silenced,
            move.id,
        )

    held = [
        (
            hold.receipt_id.hex,
            hold.worker_id and hold.worker_id.hex,
            texts[hold.expires_at],
            hold.visitor_id,
            hold.id,
        )
        for hold in holds
    ]
    added = [
        (step.visit_id, step.number, step.page_id, step.kind, step.results, texts[step.at])
        for step in steps
    ]
    with db.cursor() as cursor:
        cursor.executemany(_MOVE_ONE, list(map(moved_to, moves)))
        cursor.executemany(_HOLD_ONE, held)
        while len(added) >= _TOGETHER:
            cursor.execute(_ADD_MANY, tuple(chain.from_iterable(added[:_TOGETHER])))
            del added[:_TOGETHER]
        cursor.executemany(_ADD_ONE, added)


# PostgreSQL: what costs is each turn to the server and back. Each statement is the same text
# for every size of the batch.

_TYPES: Final = {
    "id": "bigint",
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
    "visit_id": "bigint",
    "number": "integer",
    "results": "integer",
    "at": "timestamptz",
}


def _recordset(kind: type[msgspec.Struct]) -> str:
    columns = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in kind.__struct_fields__)
    return f"json_to_recordset(%s::json) AS n ({columns})"


_STORE_ALL: Final = f"""
    WITH moved AS (
        UPDATE {_VISIT} AS visit SET {_moved(old="visit.{}", new="n.{}", since="n.page_since")}
        FROM {_recordset(Move)} WHERE visit.id = n.id
    )
    INSERT INTO {_STEP} ({_COLUMNS}) SELECT {_COLUMNS} FROM {_recordset(NewStep)}
"""  # noqa: S608

_HOLD_ALL: Final = f"""
    UPDATE {_VISIT} AS visit
    SET ended_at = NULL, {", ".join(f"{name} = n.{name}" for name in _HELD)}
    FROM {_recordset(Hold)} WHERE visit.id = n.id
"""  # noqa: S608


def _store_as_set(
    db: Any, moves: Sequence[Move], holds: Sequence[Hold], steps: Sequence[NewStep]
) -> None:
    with db.cursor() as cursor:
        cursor.execute(_STORE_ALL, (_as_json(moves), _as_json(steps)))
        if holds:
            cursor.execute(_HOLD_ALL, (_as_json(holds),))
