"""Conversations that are over, with all that was said, for whoever learns from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from .models import Conversation, Message
from .states import State

MOST_ENTRIES = 400
"""Of one thread: a conversation that is longer is not typical of anything."""


class ClosedEntry(NamedTuple):
    """One entry of a thread that is over. ``card``: what an agent sent, where it was no words;
    ``helped``: what became of an answer by the signpost."""

    conversation_id: int
    seq: int
    kind: str
    text: str
    at: datetime
    page_id: int | None
    card: object
    helped: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedThread:
    """A conversation that is over."""

    conversation_pk: int
    language: str
    entries: tuple[ClosedEntry, ...]


def closed_since(site_id: int, since: datetime) -> QuerySet[Conversation]:
    """The closed conversations of a site whose last word is not older."""
    return Conversation.objects.filter(site_id=site_id, state=State.CLOSED, last_at__gte=since)


def closed_threads(
    site_id: int, *, since: datetime, before: int | None, limit: int
) -> list[ClosedThread]:
    """The next threads, from the newest conversation down; ``before`` is the last one read."""
    rows = closed_since(site_id, since)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    languages = dict(rows.order_by("-pk").values_list("pk", "language")[:limit])
    said: dict[int, list[ClosedEntry]] = {pk: [] for pk in languages}
    entries = Message.objects.filter(conversation_id__in=languages, seq__lte=MOST_ENTRIES)
    for values in entries.order_by("conversation_id", "seq").values_list(*ClosedEntry._fields):
        entry = ClosedEntry(*values)
        said[entry.conversation_id].append(entry)
    return [
        ClosedThread(conversation_pk=pk, language=language, entries=tuple(said[pk]))
        for pk, language in languages.items()
    ]


def lock_closed(pks: Iterable[int]) -> frozenset[int]:
    """Which of these are still there; they stay until the transaction's end."""
    rows = Conversation.objects.filter(pk__in=list(pks)).order_by("pk")
    return frozenset(rows.select_for_update().values_list("pk", flat=True))
