"""The narrow statement of a storm: all who come back after a restart are here again.

The ORM words each row anew, and takes longer over it than the database.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

from .models import VisitorConnection

_INSERT: Final = f"""
    INSERT INTO {VisitorConnection._meta.db_table} (key, visitor_id, worker_id, expires_at)
"""
_OR_RENEW: Final = """
    ON CONFLICT (key) DO UPDATE
    SET visitor_id = excluded.visitor_id, worker_id = excluded.worker_id, expires_at = NULL
"""
_OPEN: Final = {
    # "WHERE true": without it SQLite takes the conflict's ON for that of a join.
    "sqlite": f"""
        {_INSERT} SELECT key, value, %s, NULL FROM json_each(%s) WHERE true {_OR_RENEW}
    """,  # noqa: S608
    "postgresql": f"""
        {_INSERT} SELECT key::uuid, value::bigint, %s, NULL FROM json_each_text(%s::json)
        {_OR_RENEW}
    """,  # noqa: S608
}


def open_connections(arrivals: Mapping[uuid.UUID, int], worker_id: uuid.UUID) -> None:
    """Write down whose connections these are, by their keys; once, however often it is told."""
    db: Any = connections[DEFAULT_DB_ALIAS]
    if db.vendor not in _OPEN:
        _open_plainly(arrivals, worker_id)
        return
    named = {str(key) if db.vendor == "postgresql" else key.hex: arrivals[key] for key in arrivals}
    worker = worker_id if db.vendor == "postgresql" else worker_id.hex
    with db.cursor() as cursor:
        cursor.execute(_OPEN[db.vendor], (worker, json.dumps(named)))


def _open_plainly(arrivals: Mapping[uuid.UUID, int], worker_id: uuid.UUID) -> None:
    for key, visitor_id in arrivals.items():
        values = {"visitor_id": visitor_id, "worker_id": worker_id, "expires_at": None}
        VisitorConnection.objects.update_or_create(key=key, defaults=values)
