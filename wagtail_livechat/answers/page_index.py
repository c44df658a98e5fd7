"""The words of a site's pages, kept in the process, one index for each site and language.

An index proposes pages; what is shown is read from the database again at each answer. So an
index that is behind finds less, but never shows what is no longer there. Each answer asks the
database for a stamp of the pages, and only those that have changed since are read again.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, RLock, Thread
from time import monotonic
from typing import Any, Final

from django.db import connections
from django.db.models import Count, Max, Sum

from wagtail_livechat.conf import configuration

from .page_texts import locales_for, open_pages, read_texts
from .ranking import Index

logger = logging.getLogger(__name__)

READ_AT_ONCE: Final = 300
"""So many pages are read while a visitor waits; more are read aside."""
READ_ANEW_AFTER: Final = 3600.0
"""Seconds after which all is read again: a page may be saved past Wagtail's publishing, in
another process."""
MOST_KEPT: Final = 64


@dataclass(slots=True)
class Kept:
    """An index, and what the pages were like when they were read."""

    index: Index
    stamp: Any = None
    known: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    read_at: float = 0.0
    is_ready: bool = False
    is_being_read: bool = False


_kept: dict[tuple[int, str], Kept] = {}
_guard: Final = Lock()
_changes: dict[int, int] = {}
"""How often this process has saved a page."""


def note_change(page_id: int) -> None:
    """A page was saved in this process, in whichever way."""
    with _guard:
        _changes[page_id] = _changes.get(page_id, 0) + 1


def forget() -> None:
    """Begin with nothing kept."""
    with _guard:
        _kept.clear()


def index_of(site_id: int, language: str) -> Kept:
    """The index of a site in a language, up to date as far as it is quickly done.

    Not ``is_ready`` while a large site is read for the first time.
    """
    with _guard:
        if len(_kept) >= MOST_KEPT and (site_id, language) not in _kept:
            _kept.clear()
        kept = _kept.setdefault((site_id, language), Kept(Index(language)))
    pages = open_pages(site_id, locales_for(language))
    stamp = _stamp_of(pages)
    if kept.stamp == stamp and monotonic() - kept.read_at < READ_ANEW_AFTER:
        return kept
    with kept.lock:
        if kept.is_being_read:
            return kept
        kept.is_being_read = True
    aside = False
    try:
        facts = _facts_of(pages)
        stale = monotonic() - kept.read_at >= READ_ANEW_AFTER
        changed = [pk for pk, fact in facts.items() if stale or kept.known.get(pk) != fact]
        aside = len(changed) > READ_AT_ONCE and not configuration().inline_database

        def catch_up() -> None:
            _catch_up(kept, pages, facts, changed, stamp)

        if aside:
            Thread(target=_aside, args=(kept, catch_up), daemon=True).start()
        else:
            catch_up()
    finally:
        if not aside:
            kept.is_being_read = False
    return kept


def _stamp_of(pages: Any) -> Any:
    numbers = pages.aggregate(
        Count("pk"), Sum("pk"), Max("last_published_at"), Max("live_revision_id")
    )
    with _guard:
        return tuple(numbers.values()), sum(_changes.values())


def _facts_of(pages: Any) -> dict[int, tuple[Any, ...]]:
    rows = pages.values_list("pk", "title", "last_published_at", "live_revision_id")
    with _guard:
        return {pk: (*facts, _changes.get(pk, 0)) for pk, *facts in rows}


def _aside(kept: Kept, catch_up: Callable[[], None]) -> None:
    try:
        catch_up()
    except Exception as error:
        logger.warning("The pages could not be read: %s", type(error).__name__)
    finally:
        kept.is_being_read = False
        connections.close_all()


def _catch_up(
    kept: Kept, pages: Any, facts: dict[int, tuple[Any, ...]], changed: list[int], stamp: Any
) -> None:
    # Half of it is new, or half of what is written is dead: a fresh one is as quick.
    fresh = 2 * len(changed) >= len(facts) or 2 * kept.index.dead > len(facts) + 100
    if fresh:
        index = Index(kept.index.language)
        for text in read_texts(pages):
            index.put(text)
        with kept.lock:
            kept.index = index
    else:
        for start in range(0, len(changed), READ_AT_ONCE):
            texts = list(read_texts(pages.filter(pk__in=changed[start : start + READ_AT_ONCE])))
            with kept.lock:
                for text in texts:
                    kept.index.put(text)
        with kept.lock:
            for gone in kept.known.keys() - facts.keys():
                kept.index.drop(gone)
    with kept.lock:
        if fresh or monotonic() - kept.read_at >= READ_ANEW_AFTER:
            kept.read_at = monotonic()
        kept.known, kept.stamp, kept.is_ready = facts, stamp, True
