"""Waiting for somebody else's code, but not for ever.

A thread cannot be stopped. One that is too slow is left behind, and counts until it ends, so
that a service that hangs takes no more than a few.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore, Event, Thread
from time import monotonic
from typing import Any, Final, TypeVar

from django.db import connections

from wagtail_livechat.conf import configuration

A = TypeVar("A")
R = TypeVar("R")

MOST_AT_ONCE: Final = 32

_places: Final = BoundedSemaphore(MOST_AT_ONCE)


class TooSlow(Exception):
    """It did not end in time."""


class Busy(Exception):
    """Too many are still at it."""


def within(seconds: float, ask: Callable[[A], R], asked: A) -> R:
    """What ``ask`` returns or raises. Raises :class:`TooSlow` when time is over."""
    if configuration().inline_database:
        started = monotonic()
        found = ask(asked)
        if monotonic() - started > seconds:
            raise TooSlow("it was too slow")
        return found
    places = _places
    if not places.acquire(blocking=False):
        raise Busy(f"{MOST_AT_ONCE} questions are still with it")
    done = Event()
    result: list[Any] = []

    def work() -> None:
        try:
            result.append((ask(asked), None))
        except BaseException as error:
            result.append((None, error))
        finally:
            connections.close_all()
            places.release()
            done.set()

    Thread(target=work, name="livechat-answerer", daemon=True).start()
    if not done.wait(seconds):
        raise TooSlow(f"it took more than {seconds:.1f} seconds")
    found, error = result[0]
    if error is not None:
        raise error
    return found
