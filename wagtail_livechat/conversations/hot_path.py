"""The narrow statements of the commonest act: one more message in a conversation that runs.

A batch of messages costs two statements each on SQLite and two in all on PostgreSQL.
What is not the plain case (a first message, a closed conversation, somebody else's) is
left to :mod:`.actions`; a ``ref`` that was seen before raises :class:`Collision`, and
the caller rolls back and takes the slow path for the whole batch.

Call inside a transaction. ``seq`` is given out under the row's lock, which is held until
the commit: per conversation, the order of ``seq`` is the order of commits, without gaps.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from wagtail_livechat import bus

from .events import MessageSent
from .models import Conversation, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorDraft:
    """A visitor's message, for the conversation that this visitor has open.

    ``page_id`` is kept where the signpost is asked.
    """

    visitor_id: int
    ref: str
    text: str
    at: datetime
    page_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDraft:
    """A reply of the agent whose conversation it is."""

    conversation_id: str
    profile_id: int
    alias: str
    site_ids: frozenset[int]
    ref: str
    text: str
    at: datetime


Draft = VisitorDraft | ReplyDraft


class Collision(Exception):
    """Something is not plain after all, a ``ref`` seen before: roll back, and look."""


def is_supported() -> bool:
    """Whether this database understands the statements."""
    return _understands(connections[DEFAULT_DB_ALIAS])


def _understands(db: Any) -> bool:
    return bool(
        db.vendor in ("sqlite", "postgresql") and db.features.can_return_columns_from_insert
    )


def append(drafts: Sequence[Draft]) -> list[MessageSent | None]:
    """Store what is plain; ``None`` marks a draft that needs the full action.

    Raises :class:`Collision`. Publishes a :class:`MessageSent` for each stored message.
    """
    # Asked once: the proxy of Django's `connection` costs more than a look at a row.
    db = connections[DEFAULT_DB_ALIAS]
    if not _understands(db):
        return [None] * len(drafts)
    append_here = _append_singly if db.vendor == "sqlite" else _append_as_set
    stored = append_here(db, drafts)
    bus.publish_all([event for event in stored if event is not None])
    return stored


_CONVERSATION = Conversation._meta.db_table
_MESSAGE = Message._meta.db_table
_RETURNING = "id, public_id, site_id, visitor_id, last_seq, state"
_COLUMNS = "conversation_id, seq, ref, kind, text, notice, at, agent_id, alias, page_id"


# SQLite: statements cost little here, and a set costs more than it saves. They go straight
# to the driver, in its own notation: Django's cursor takes longer to hand a statement on
# than SQLite to run it.

_ADVANCE_FOR_VISITOR = f"""
    UPDATE {_CONVERSATION}
    SET last_seq = last_seq + 1, last_at = ?, waiting_since = COALESCE(waiting_since, ?)
    WHERE visitor_id = ? AND state <> 'closed'
    RETURNING {_RETURNING}
"""  # noqa: S608

_ADVANCE_FOR_AGENT = f"""
    UPDATE {_CONVERSATION}
    SET last_seq = last_seq + 1, last_at = ?, waiting_since = NULL
    WHERE public_id = ? AND agent_id = ? AND state = 'active'
    RETURNING {_RETURNING}
"""  # noqa: S608

_INSERT_ONE = f"""
    INSERT INTO {_MESSAGE} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""  # noqa: S608


def _append_singly(db: Any, drafts: Sequence[Draft]) -> list[MessageSent | None]:
    stored: list[MessageSent | None] = []
    db.ensure_connection()
    with db.wrap_database_errors:
        cursor = db.connection.cursor()
        for draft in drafts:
            at = _sqlite_moment(db, draft.at)
            if isinstance(draft, VisitorDraft):
                cursor.execute(_ADVANCE_FOR_VISITOR, (at, at, draft.visitor_id))
            else:
                cursor.execute(
                    _ADVANCE_FOR_AGENT,
                    (at, _sqlite_uuid(draft.conversation_id), draft.profile_id),
                )
            row = cursor.fetchone()
            if row is None:
                stored.append(None)
                continue
            _demand_right(draft, row)
            pk, public_id, site_id, visitor_id, seq, state = row
            place = (pk, _dashed(public_id), site_id, visitor_id)
            event = _event(draft, place, seq=seq, state=state)
            values = (pk, seq, _sqlite_uuid(event.ref), event.kind, event.text, at)
            page_id = _page_id(draft, event)
            cursor.execute(_INSERT_ONE, (*values, event.profile_id, event.alias or "", page_id))
            if cursor.rowcount != 1:
                raise Collision(draft.ref)
            stored.append(event)
    return stored


def _sqlite_moment(db: Any, value: datetime) -> Any:
    """A moment as Django stores it in SQLite; told without its help in the usual case."""
    if value.tzinfo is db.timezone:
        return str(value.replace(tzinfo=None))
    return db.ops.adapt_datetimefield_value(value)


def _sqlite_uuid(value: str) -> str:
    return value.replace("-", "")


def _dashed(value: str) -> str:
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


# PostgreSQL: lock and advance all rows in two statements, insert in a third. Each is the
# same text for every size of the batch.

_LOCK = f"""
    SELECT {_RETURNING}, agent_id FROM {_CONVERSATION}
    WHERE (visitor_id = ANY(%s) AND state <> 'closed')
       OR (public_id = ANY(%s::uuid[]) AND state = 'active')
    ORDER BY id FOR UPDATE
"""  # noqa: S608

_ADVANCE = f"""
    UPDATE {_CONVERSATION} AS c
    SET last_seq = v.seq, last_at = v.at,
        waiting_since = CASE WHEN v.waits THEN COALESCE(c.waiting_since, v.at) ELSE NULL END
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[])
        AS v (id, seq, at, waits)
    WHERE c.id = v.id
"""  # noqa: S608

_INSERT_ALL = f"""
    INSERT INTO {_MESSAGE} ({_COLUMNS})
    SELECT v.conversation_id, v.seq, v.ref, v.kind, v.text, '', v.at, v.agent_id, v.alias,
        v.page_id
    FROM json_to_recordset(%s::json) AS v (
        conversation_id bigint, seq bigint, ref uuid, kind text, text text,
        at timestamptz, agent_id bigint, alias text, page_id bigint
    )
    ON CONFLICT DO NOTHING
"""  # noqa: S608


def _as_json(stored: Sequence[tuple[MessageSent, int | None]]) -> str:
    """The rows of a batch as one parameter: the driver takes long over eight arrays."""
    return json.dumps(
        [
            {
                "conversation_id": event.conversation_pk,
                "seq": event.seq,
                "ref": event.ref,
                "kind": event.kind,
                "text": event.text,
                "at": event.at.isoformat(),
                "agent_id": event.profile_id,
                "alias": event.alias or "",
                "page_id": page_id,
            }
            for event, page_id in stored
        ],
        ensure_ascii=False,
    )


def _append_as_set(db: Any, drafts: Sequence[Draft]) -> list[MessageSent | None]:
    rows = _lock(db, drafts)
    events: list[MessageSent | None] = []
    advance: dict[int, tuple[int, datetime, bool]] = {}
    for draft in drafts:
        row = rows.get(_name(draft))
        if row is None:
            events.append(None)
            continue
        _demand_right(draft, row)
        pk = row[0]
        seq = advance[pk][0] + 1 if pk in advance else row[4] + 1
        advance[pk] = (seq, draft.at, isinstance(draft, VisitorDraft))
        place = (pk, str(row[1]), row[2], row[3])
        events.append(_event(draft, place, seq=seq, state=row[5]))
    plain = [
        (event, _page_id(draft, event))
        for draft, event in zip(drafts, events, strict=True)
        if event is not None
    ]
    if not plain:
        return events
    with db.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [
                list(advance),
                [seq for seq, _, _ in advance.values()],
                [at for _, at, _ in advance.values()],
                [waits for _, _, waits in advance.values()],
            ],
        )
        cursor.execute(_INSERT_ALL, [_as_json(plain)])
        if cursor.rowcount != len(plain):
            raise Collision
    return events


def _name(draft: Draft) -> tuple[str, Any]:
    """What a draft's conversation is found by."""
    if isinstance(draft, VisitorDraft):
        return "visitor", draft.visitor_id
    return draft.conversation_id, draft.profile_id


def _lock(db: Any, drafts: Sequence[Draft]) -> dict[tuple[str, Any], tuple[Any, ...]]:
    """The rows that the drafts belong to, locked in one order for all writers."""
    visitor_ids = [d.visitor_id for d in drafts if isinstance(d, VisitorDraft)]
    replies = [d.conversation_id for d in drafts if isinstance(d, ReplyDraft)]
    with db.cursor() as cursor:
        cursor.execute(_LOCK, [visitor_ids, replies])
        found = cursor.fetchall()
    rows: dict[tuple[str, Any], tuple[Any, ...]] = {}
    for row in found:
        rows["visitor", row[3]] = row
        if row[5] == "active":
            rows[str(row[1]), row[6]] = row
    return rows


def _demand_right(draft: Draft, row: tuple[Any, ...]) -> None:
    """An agent who lost the site takes the slow path, which refuses with a reason."""
    if isinstance(draft, ReplyDraft) and row[2] not in draft.site_ids:
        raise Collision(draft.ref)


def _page_id(draft: Draft, event: MessageSent) -> int | None:
    return draft.page_id if isinstance(draft, VisitorDraft) and event.asks_signpost else None


def _event(draft: Draft, row: tuple[int, str, int, int], *, seq: int, state: str) -> MessageSent:
    pk, public_id, site_id, visitor_id = row
    by_visitor = isinstance(draft, VisitorDraft)
    return MessageSent(
        site_id=site_id,
        conversation_pk=pk,
        conversation_id=public_id,
        visitor_id=visitor_id,
        seq=seq,
        ref=draft.ref,
        kind="visitor" if by_visitor else "agent",
        text=draft.text,
        at=draft.at,
        profile_id=None if isinstance(draft, VisitorDraft) else draft.profile_id,
        alias=None if isinstance(draft, VisitorDraft) else draft.alias,
        asks_signpost=by_visitor and state == "signpost",
    )
