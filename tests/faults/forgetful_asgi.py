"""A bookshop that lies: now and then it acknowledges a message and does not keep it.

The harness must find it out.
"""

from __future__ import annotations

from itertools import count

from django.db.backends.base.base import BaseDatabaseWrapper

from tests.faults.crashing_asgi import application, transaction

__all__ = ["application"]

LIES_EVERY = 5

_messages = count(1)
_commit = BaseDatabaseWrapper.commit


def commit(self: BaseDatabaseWrapper) -> None:
    if transaction.stores_message and next(_messages) % LIES_EVERY == 0:
        transaction.stores_message = False
        self.rollback()
    else:
        _commit(self)


BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
