"""A bookshop that breaks its promises now and then, which the harness must find out.

Every fourth commit of messages is acknowledged and not kept; every second message that a
visitor is told is told to all visitors of this process.
"""

from __future__ import annotations

from itertools import count

from django.db.backends.base.base import BaseDatabaseWrapper

from tests.faults.crashing_asgi import application, transaction
from wagtail_livechat.transport.hub import Hub, VisitorListener
from wagtail_livechat.transport.visitor_socket import VisitorSocket

__all__ = ["application"]

FORGETS_EVERY = 4
TELLS_ALL_EVERY = 2

_stored = count(1)
_commit = BaseDatabaseWrapper.commit


def commit(self: BaseDatabaseWrapper) -> None:
    if transaction.stores_message and next(_stored) % FORGETS_EVERY == 0:
        transaction.stores_message = False
        self.rollback()
    else:
        _commit(self)


_told = count(1)
_visitors: set[VisitorSocket] = set()
_join_visitor = Hub.join_visitor
_tell_message = VisitorSocket.tell_message


def join_visitor(self: Hub, visitor: VisitorListener, *, site_id: int, key_hash: str) -> None:
    if isinstance(visitor, VisitorSocket):
        _visitors.add(visitor)
    _join_visitor(self, visitor, site_id=site_id, key_hash=key_hash)


def tell_message(self: VisitorSocket, seq: int, text: str) -> None:
    _tell_message(self, seq, text)
    if text and next(_told) % TELLS_ALL_EVERY == 0:
        for visitor in _visitors:
            visitor.outgoing.push(text)


BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
Hub.join_visitor = join_visitor  # type: ignore[method-assign]
VisitorSocket.tell_message = tell_message  # type: ignore[method-assign]
