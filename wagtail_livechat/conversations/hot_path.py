"""The narrow statements of the commonest act: one more message in a conversation that runs.

A batch of messages costs two statements each on SQLite and two in all on PostgreSQL.
What is not the plain case (a first message, a closed conversation, somebody else's) is
left to :mod:`.actions`; a ``ref`` that was seen before raises :class:`Collision`, and
the caller rolls back and takes the slow path for the whole batch.

Call inside a transaction. ``seq`` is given out under the row's lock, which is held until
the commit: per conversation, the order of ``seq`` is the order of commits, without gaps.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from wagtail_livechat import bus

from .events import MessageSent
from .models import Conversation, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorDraft:
    """A visitor's message, for the conversation that this visitor has open."""

    visitor_id: int
    ref: str
    text: str
    at: datetime


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
    return bool(
        connection.vendor in ("sqlite", "postgresql")
        and connection.features.can_return_columns_from_insert
    )


def append(drafts: Sequence[Draft]) -> list[MessageSent | None]:
    """Store what is plain; ``None`` marks a draft that needs the full action.

    Raises :class:`Collision`. Publishes a :class:`MessageSent` for each stored message.
    """
    if not is_supported():
        return [None] * len(drafts)
    stored = _append_singly(drafts) if connection.vendor == "sqlite" else _append_as_set(drafts)
    for event in stored:
        if event is not None:
            bus.publish(event)
    return stored


_CONVERSATION = Conversation._meta.db_table
_MESSAGE = Message._meta.db_table
_RETURNING = "id, public_id, site_id, visitor_id, last_seq"

_ADVANCE_FOR_VISITOR = f"""
    UPDATE {_CONVERSATION}
    SET last_seq = last_seq + 1, last_at = %s,
        waiting_since = COALESCE(waiting_since, %s)
    WHERE visitor_id = %s AND state <> 'closed'
    RETURNING {_RETURNING}
"""  # noqa: S608

_ADVANCE_FOR_AGENT = f"""
    UPDATE {_CONVERSATION}
    SET last_seq = last_seq + 1, last_at = %s, waiting_since = NULL
    WHERE public_id = %s AND agent_id = %s AND state = 'active'
    RETURNING {_RETURNING}
"""  # noqa: S608

_COLUMNS = "conversation_id, seq, ref, kind, text, notice, at, agent_id, alias"
_INSERT = f"INSERT INTO {_MESSAGE} ({_COLUMNS}) VALUES "  # noqa: S608
_ROW = "(%s, %s, %s, %s, %s, '', %s, %s, %s)"
_KEEP_FIRST = " ON CONFLICT DO NOTHING"


def _uuid(value: str) -> Any:
    """A UUID as this database stores it."""
    return Message._meta.get_field("ref").get_db_prep_value(uuid.UUID(value), connection)


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _append_singly(drafts: Sequence[Draft]) -> list[MessageSent | None]:
    """SQLite: statements cost little here, and a set costs more than it saves."""
    stored: list[MessageSent | None] = []
    with connection.cursor() as cursor:
        for draft in drafts:
            at = _moment(draft.at)
            if isinstance(draft, VisitorDraft):
                cursor.execute(_ADVANCE_FOR_VISITOR, [at, at, draft.visitor_id])
            else:
                cursor.execute(
                    _ADVANCE_FOR_AGENT, [at, _uuid(draft.conversation_id), draft.profile_id]
                )
            row = cursor.fetchone()
            if row is None:
                stored.append(None)
                continue
            _demand_right(draft, row)
            event = _event(draft, row, seq=row[4])
            cursor.execute(_INSERT + _ROW + _KEEP_FIRST, _values(event))
            if cursor.rowcount != 1:
                raise Collision(draft.ref)
            stored.append(event)
    return stored


def _append_as_set(drafts: Sequence[Draft]) -> list[MessageSent | None]:
    """PostgreSQL: lock and advance all rows in one statement, insert in another."""
    rows = _lock(drafts)
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
        by_visitor = isinstance(draft, VisitorDraft)
        advance[pk] = (seq, draft.at, by_visitor)
        events.append(_event(draft, row, seq=seq))
    plain = [event for event in events if event is not None]
    if not plain:
        return events
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {_CONVERSATION} AS c
            SET last_seq = v.seq, last_at = v.at,
                waiting_since = CASE
                    WHEN v.waits THEN COALESCE(c.waiting_since, v.at) ELSE NULL END
            FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[])
                AS v (id, seq, at, waits)
            WHERE c.id = v.id
            """,  # noqa: S608
            [
                list(advance),
                [seq for seq, _, _ in advance.values()],
                [at for _, at, _ in advance.values()],
                [waits for _, _, waits in advance.values()],
            ],
        )
        values: list[Any] = []
        for event in plain:
            values += _values(event)
        cursor.execute(_INSERT + ", ".join([_ROW] * len(plain)) + _KEEP_FIRST, values)
        if cursor.rowcount != len(plain):
            raise Collision
    return events


def _name(draft: Draft) -> tuple[str, Any]:
    """What a draft's conversation is found by."""
    if isinstance(draft, VisitorDraft):
        return "visitor", draft.visitor_id
    return draft.conversation_id, draft.profile_id


def _lock(drafts: Sequence[Draft]) -> dict[tuple[str, Any], tuple[Any, ...]]:
    """The rows that the drafts belong to, locked in one order for all writers."""
    visitor_ids = [d.visitor_id for d in drafts if isinstance(d, VisitorDraft)]
    replies = [d for d in drafts if isinstance(d, ReplyDraft)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_RETURNING}, agent_id, state FROM {_CONVERSATION}
            WHERE (visitor_id = ANY(%s) AND state <> 'closed')
               OR (public_id = ANY(%s::uuid[]) AND state = 'active')
            ORDER BY id FOR UPDATE
            """,  # noqa: S608
            [visitor_ids, [d.conversation_id for d in replies]],
        )
        found = cursor.fetchall()
    rows: dict[tuple[str, Any], tuple[Any, ...]] = {}
    for row in found:
        rows["visitor", row[3]] = row
        if row[6] == "active":
            rows[str(row[1]), row[5]] = row
    return rows


def _demand_right(draft: Draft, row: tuple[Any, ...]) -> None:
    """An agent who lost the site takes the slow path, which refuses with a reason."""
    if isinstance(draft, ReplyDraft) and row[2] not in draft.site_ids:
        raise Collision(draft.ref)


def _event(draft: Draft, row: tuple[Any, ...], *, seq: int) -> MessageSent:
    public_id = row[1]
    by_visitor = isinstance(draft, VisitorDraft)
    return MessageSent(
        site_id=row[2],
        conversation_pk=row[0],
        conversation_id=str(
            public_id if isinstance(public_id, uuid.UUID) else uuid.UUID(public_id)
        ),
        visitor_id=row[3],
        seq=seq,
        ref=draft.ref,
        kind="visitor" if by_visitor else "agent",
        text=draft.text,
        at=draft.at,
        profile_id=None if isinstance(draft, VisitorDraft) else draft.profile_id,
        alias=None if isinstance(draft, VisitorDraft) else draft.alias,
    )


def _values(event: MessageSent) -> list[Any]:
    return [
        event.conversation_pk,
        event.seq,
        _uuid(event.ref),
        event.kind,
        event.text,
        _moment(event.at),
        event.profile_id,
        event.alias or "",
    ]
