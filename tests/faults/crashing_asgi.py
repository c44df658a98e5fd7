"""The bookshop's ASGI entry, with three places at which the process can die.

The harness writes `POINT COUNTDOWN` into the file that `LIVECHAT_FAULTS_CRASH` names. When
the process passes that point for the so-manieth time it takes the file away and dies by
SIGKILL. Only commits that store a message count.

    before_commit   everything is written, nothing is committed
    after_commit    committed; nobody is told, nothing is acknowledged
    after_ack       the writer has the acknowledgement; nobody else is told

On SIGUSR1 it writes what its threads are doing into its log, and goes on.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import threading
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")

from django.db.backends.base.base import BaseDatabaseWrapper

from example_site.asgi import application
from wagtail_livechat import bus
from wagtail_livechat.conversations.events import MessageSent
from wagtail_livechat.transport import answering, writer
from wagtail_livechat.transport.hub import Hub

__all__ = ["application", "transaction"]

ORDER = Path(os.environ["LIVECHAT_FAULTS_CRASH"])
LEFT_TO_SPEAK = 0.05
"""How many seconds an acknowledgement has to reach the browser before the process dies."""


class _Transaction(threading.local):
    """What the transaction of this thread does."""

    stores_message = False


transaction = _Transaction()
_lock = threading.Lock()
_remaining: int | None = None
_is_doomed = False


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _is_due(point: str) -> bool:
    """Whether this is the passage at which the harness wants us to die."""
    global _remaining
    try:
        wanted, countdown = ORDER.read_text().split()
    except (FileNotFoundError, ValueError):
        return False
    if wanted != point:
        return False
    with _lock:
        _remaining = int(countdown) if _remaining is None else _remaining
        _remaining -= 1
        if _remaining > 0:
            return False
        ORDER.unlink(missing_ok=True)
        return True


_publish = bus.publish


def publish(event: object) -> None:
    if isinstance(event, MessageSent):
        transaction.stores_message = True
    _publish(event)


_publish_all = bus.publish_all


def publish_all(events: Sequence[object]) -> None:
    if any(isinstance(event, MessageSent) for event in events):
        transaction.stores_message = True
    _publish_all(events)


_commit = BaseDatabaseWrapper.commit


def commit(self: BaseDatabaseWrapper) -> None:
    global _is_doomed
    stores, transaction.stores_message = transaction.stores_message, False
    if stores and _is_due("before_commit"):
        _die()
    _commit(self)
    if stores and _is_due("after_commit"):
        _die()
    if stores and _is_due("after_ack"):
        # From here on nobody hears of anything, but for the one who waits for the answer.
        _is_doomed = True


_announce = Hub.announce


def announce(self: Hub, calls: Iterable[Any]) -> None:
    if not _is_doomed:
        _announce(self, calls)


_settle = writer.settle


def settle(jobs: Sequence[Any], outcomes: Sequence[Any]) -> None:
    _settle(jobs, outcomes)
    if _is_doomed:
        asyncio.get_running_loop().call_later(LEFT_TO_SPEAK, _die)


# Ten seconds otherwise: what a process left is found while the seed still runs.
answering.LEFT_AFTER = timedelta(seconds=2)  # type: ignore[misc]
faulthandler.register(signal.SIGUSR1)
bus.publish = publish
bus.publish_all = publish_all
BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
Hub.announce = announce  # type: ignore[method-assign]
writer.settle = settle
