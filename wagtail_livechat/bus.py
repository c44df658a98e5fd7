"""Events: kept until the commit, then handed to their reactions.

A part publishes what happened; :mod:`wagtail_livechat.wiring` alone says who reacts.
Each reaction is isolated: one that fails is logged and the next one runs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

Reaction = Callable[[Any], None]

logger = logging.getLogger(__name__)
_reactions: dict[type, tuple[Reaction, ...]] = {}


def connect(table: Mapping[type, Sequence[Reaction]]) -> None:
    """Take the wiring table; called once when Django is ready."""
    _reactions.clear()
    _reactions.update({event: tuple(reactions) for event, reactions in table.items()})


def publish(event: object) -> None:
    """Announce ``event`` once the transaction that it belongs to is committed."""
    transaction.on_commit(partial(_deliver, event))


def publish_all(events: Sequence[object]) -> None:
    """Announce several events of one transaction, in order."""
    if events:
        transaction.on_commit(partial(_deliver_all, events))


def _deliver_all(events: Sequence[object]) -> None:
    for event in events:
        _deliver(event)


def _deliver(event: object) -> None:
    for reaction in _reactions.get(type(event), ()):
        try:
            reaction(event)
        except Exception:
            # What is committed stays committed: receivers catch up from the database.
            logger.exception("A reaction to %s failed.", type(event).__name__)
