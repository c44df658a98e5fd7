"""The narrow statements of the commonest act: one more message in a conversation that runs.

A batch of messages costs two quick statements each on SQLite and one in all on PostgreSQL.
What is not the plain case (a first message, a closed conversation, somebody else's) is
left to :mod:`.actions`; a ``ref`` that was seen before raises :class:`Collision`, and
the caller rolls back and takes the slow path for the whole batch.

Call inside a transaction, unless it :func:`stands_alone`. ``seq`` is given out under the
row's lock, which is held until the commit: per conversation, the order of ``seq`` is the
order of commits, without gaps.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connections

from wagtail_livechat import bus
from wagtail_livechat.narrow import SqliteMoments, dashed, undashed

from .events import MessageSent
from .models import Conversation, Message


class VisitorDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor's message, for the conversation that this visitor has open.

    ``page_id`` is kept where the signpost is asked.
    """

    visitor_id: int
    ref: str
    text: str
    at: datetime
    page_id: int | None = None


class ReplyDraft(msgspec.Struct, frozen=True, kw_only=True):
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


def stands_alone() -> bool:
    """Whether :func:`append` is a transaction of its own here, and needs none around it."""
    db = connections[DEFAULT_DB_ALIAS]
    return bool(db.vendor == "postgresql" and not db.in_atomic_block and db.get_autocommit())


def append(drafts: Sequence[Draft]) -> list[MessageSent | None]:
    """Store what is plain; ``None`` marks a draft that needs the full action.

    Raises :class:`Collision`. Publishes a :class:`MessageSent` for each stored message.
    """
    # Asked once: the proxy of Django's `connection` costs more than a look at a row.
    db = connections[DEFAULT_DB_ALIAS]
    if not _understands(db):
        return [None] * len(drafts)
    append_here = _append_under_lock if db.vendor == "sqlite" else _append_as_set
    stored = append_here(db, drafts)
    bus.publish_all([event for event in stored if event is not None])
    return stored


_CONVERSATION = Conversation._meta.db_table
_MESSAGE = Message._meta.db_table
_COLUMNS = "conversation_id, seq, ref, kind, text, notice, at, agent_id, alias, page_id"


# SQLite: what costs is each statement that is handed over, and each page that it writes. So
# the rows are read once for the batch, in a transaction that holds the database's only lock,
# and written with two texts. They go straight to the driver, in its own notation: Django's
# cursor takes longer to hand a statement on than SQLite to run it.

_HELD = "id, public_id, site_id, visitor_id, agent_id, last_seq, state, waiting_since || ''"

_VISITORS_HAVE_OPEN = f"""
    SELECT {_HELD} FROM {_CONVERSATION}
    WHERE visitor_id IN (SELECT value FROM json_each(?)) AND state <> 'closed'
"""  # noqa: S608

_AGENTS_HAVE_OPEN = f"""
    SELECT {_HELD} FROM {_CONVERSATION}
    WHERE public_id IN (SELECT value FROM json_each(?)) AND state = 'active' AND refused IS NULL
"""  # noqa: S608

_ADVANCE = f"UPDATE {_CONVERSATION} SET last_seq = ?, last_at = ? WHERE id = ?"  # noqa: S608

_WAIT = f"UPDATE {_CONVERSATION} SET waiting_since = ? WHERE id = ?"  # noqa: S608
"""Apart, because there is an index on it: most messages do not change it."""

_INSERT_ONE = f"""
    INSERT INTO {_MESSAGE} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)
"""  # noqa: S608


class _Held:
    """A conversation's row, under the lock, as the batch goes on to change it."""

    __slots__ = ("agent_id", "last_at", "place", "seq", "state", "waiting", "waits")

    def __init__(self, row: Sequence[Any]) -> None:
        pk, public_id, site_id, visitor_id, self.agent_id, self.seq, self.state, waiting = row
        self.place = (pk, dashed(public_id), site_id, visitor_id)
        self.last_at: str = ""
        self.waiting: str | None = waiting
        self.waits: str | None = waiting

    def advance(self, draft: Draft, at: str) -> None:
        self.seq += 1
        self.last_at = at
        self.waits = (self.waits or at) if isinstance(draft, VisitorDraft) else None

    def is_answered_by(self, draft: ReplyDraft) -> bool:
        return self.agent_id == draft.profile_id and self.place[2] in draft.site_ids


def _append_under_lock(db: Any, drafts: Sequence[Draft]) -> list[MessageSent | None]:
    stored: list[MessageSent | None] = []
    messages: list[tuple[Any, ...]] = []
    advanced: dict[int, _Held] = {}
    moments = SqliteMoments(db)
    db.ensure_connection()
    try:
        with db.wrap_database_errors:
            cursor = db.connection.cursor()
            of_visitors, of_agents = _hold(cursor, drafts)
            for draft in drafts:
                if isinstance(draft, VisitorDraft):
                    held = of_visitors.get(draft.visitor_id)
                else:
                    held = of_agents.get(draft.conversation_id)
                    if held is not None and not held.is_answered_by(draft):
                        held = None
                if held is None:
                    stored.append(None)
                    continue
                at = moments[draft.at]
                held.advance(draft, at)
                advanced[held.place[0]] = held
                event = _event(draft, held.place, seq=held.seq, state=held.state)
                stored.append(event)
                what = (held.place[0], held.seq, undashed(event.ref), event.kind, event.text)
                who = (event.profile_id, event.alias or "", _page_id(draft, event))
                messages.append((*what, at, *who))
            _advance(cursor, advanced.values())
            cursor.executemany(_INSERT_ONE, messages)
    except IntegrityError as error:
        raise Collision from error
    return stored


def _hold(cursor: Any, drafts: Sequence[Draft]) -> tuple[dict[int, _Held], dict[str, _Held]]:
    """The rows that these drafts mean, by visitor and by name; a row that both mean is one."""
    visitor_ids = {each.visitor_id for each in drafts if isinstance(each, VisitorDraft)}
    names = {each.conversation_id for each in drafts if isinstance(each, ReplyDraft)}
    rows: dict[int, _Held] = {}
    of_agents: dict[str, _Held] = {}
    if visitor_ids:
        cursor.execute(_VISITORS_HAVE_OPEN, (json.dumps(list(visitor_ids)),))
        rows = {held.place[0]: held for held in map(_Held, cursor.fetchall())}
    of_visitors = {held.place[3]: held for held in rows.values()}
    if names:
        cursor.execute(_AGENTS_HAVE_OPEN, (json.dumps([undashed(name) for name in names]),))
        for row in cursor.fetchall():
            held = rows.get(row[0]) or _Held(row)
            of_agents[held.place[1]] = held
    return of_visitors, of_agents


def _advance(cursor: Any, advanced: Collection[_Held]) -> None:
    cursor.executemany(_ADVANCE, [(held.seq, held.last_at, held.place[0]) for held in advanced])
    waiting = [(held.waits, held.place[0]) for held in advanced if held.waits != held.waiting]
    if waiting:
        cursor.executemany(_WAIT, waiting)


# PostgreSQL: what costs is each turn to the server and back, so all is one statement, the
# same text for every size of the batch, with one parameter: the driver takes long over arrays.
# The rows are locked in one order for all writers. A batch without anything else needs no
# transaction around it: the statement is one.

_APPEND_ALL = f"""
    WITH draft AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%s::json) AS draft (
            number int, visitor_id bigint, conversation uuid, agent_id bigint, sites bigint[],
            ref uuid, kind text, text text, at timestamptz, alias text, page_id bigint
        )
    ), held AS MATERIALIZED (
        SELECT id, public_id, site_id, visitor_id, agent_id, last_seq, state,
            refused IS NULL AS is_plain
        FROM {_CONVERSATION}
        WHERE (visitor_id = ANY(ARRAY(SELECT visitor_id FROM draft)) AND state <> 'closed')
           OR (public_id = ANY(ARRAY(SELECT conversation FROM draft)) AND state = 'active')
        ORDER BY id FOR UPDATE
    ), pair AS (
        SELECT draft.number, held.id FROM draft JOIN held ON held.visitor_id = draft.visitor_id
        UNION ALL
        SELECT draft.number, held.id FROM draft JOIN held ON held.public_id = draft.conversation
        WHERE held.agent_id = draft.agent_id AND held.state = 'active'
          AND held.site_id = ANY(draft.sites) AND held.is_plain
    ), plain AS MATERIALIZED (
        SELECT draft.*, held.id AS held_id, held.public_id, held.site_id, held.state,
            held.visitor_id AS held_visitor_id, held.last_seq
                + row_number() OVER (PARTITION BY held.id ORDER BY draft.number) AS seq
        FROM pair JOIN draft USING (number) JOIN held USING (id)
    ), advanced AS (
        UPDATE {_CONVERSATION} AS c
        SET last_seq = last.seq, last_at = last.at,
            waiting_since = CASE WHEN last.visitor_id IS NOT NULL
                THEN COALESCE(c.waiting_since, last.at) END
        FROM (
            SELECT DISTINCT ON (held_id) held_id, seq, at, visitor_id
            FROM plain ORDER BY held_id, seq DESC
        ) AS last
        WHERE c.id = last.held_id
    ), stored AS (
        INSERT INTO {_MESSAGE} ({_COLUMNS})
        SELECT held_id, seq, ref, kind, text, '', at, agent_id, alias,
            CASE WHEN state = 'signpost' THEN page_id END
        FROM plain
    )
    SELECT number, held_id, public_id, site_id, held_visitor_id, seq, state FROM plain
"""  # noqa: S608


_PREPARED_AS = "livechat_append"
_PREPARE = f"PREPARE {_PREPARED_AS} (json) AS {_APPEND_ALL.replace('%s', '$1')}"
_EXECUTE = f"EXECUTE {_PREPARED_AS} (%s)"
_NOT_HERE = ("26000", "42P05")
"""There is no such statement in this session; or there is, and we had not prepared it."""


def _run(db: Any, cursor: Any, rows: str) -> None:
    """By its name, planned once for each connection: to plan it takes longer than to run it.

    Not where a pooler hands out another session for each transaction, which Django's setting
    against cursors in the server tells of, or else the session itself.
    """
    prepared_on = getattr(db, "livechat_prepared_on", None)
    pooled = db.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS") or prepared_on is False
    if pooled or not stands_alone():
        cursor.execute(_APPEND_ALL, [rows])
        return
    try:
        if prepared_on is not db.connection:
            cursor.execute(_PREPARE)
            db.livechat_prepared_on = db.connection
        cursor.execute(_EXECUTE, [rows])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _NOT_HERE:
            raise
        db.livechat_prepared_on = False
        cursor.execute(_APPEND_ALL, [rows])


def _as_json(drafts: Sequence[Draft]) -> str:
    return json.dumps(
        [
            {
                "number": number,
                "ref": draft.ref,
                "text": draft.text,
                "at": draft.at.isoformat(),
                **_own_fields(draft),
            }
            for number, draft in enumerate(drafts)
        ],
        ensure_ascii=False,
    )


def _own_fields(draft: Draft) -> dict[str, Any]:
    if isinstance(draft, VisitorDraft):
        return {
            "kind": "visitor",
            "visitor_id": draft.visitor_id,
            "alias": "",
            "page_id": draft.page_id,
        }
    return {
        "kind": "agent",
        "conversation": draft.conversation_id,
        "agent_id": draft.profile_id,
        "sites": list(draft.site_ids),
        "alias": draft.alias,
    }


def _append_as_set(db: Any, drafts: Sequence[Draft]) -> list[MessageSent | None]:
    stored: list[MessageSent | None] = [None] * len(drafts)
    try:
        with db.cursor() as cursor:
            _run(db, cursor, _as_json(drafts))
            found = cursor.fetchall()
    except IntegrityError as error:
        raise Collision from error
    for number, pk, public_id, site_id, visitor_id, seq, state in found:
        place = (pk, str(public_id), site_id, visitor_id)
        stored[number] = _event(drafts[number], place, seq=seq, state=state)
    return stored


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
