"""The library as one process keeps it in memory, so that looking through thousands is quick.

Every few seconds it asks the database what has changed, and makes ready only that. It holds
what is needed to find a reply; what is offered is read again from its row, so that what was
unpublished is not offered for a second longer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Final

from django.db.models import Count, Max, QuerySet

from wagtail_livechat.conversations.asking import visitors_words
from wagtail_livechat.conversations.words import main_language

from .matching import Entry, Found, Questions, stems_of
from .models import CannedReply, CannedReplyTag, CannedReplyUse
from .rules import Asking, is_offered
from .writing import plain_text

FRESH_SECONDS: Final = 5.0
MOST_QUESTIONS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The library at one moment."""

    found: tuple[Found, ...]
    uses: Counter[int]
    past: Questions
    own: Questions

    def offered(self, asking: Asking, language: str) -> Sequence[Found]:
        """What this agent is offered: in the visitor's language, else where there is no
        translation into it; that comes last."""
        wanted = main_language(language)
        here = [each for each in self.found if is_offered(each.entry.reach, asking)]
        same = [each for each in here if main_language(each.entry.language) == wanted]
        translated = {each.entry.translations for each in same}
        other = [
            each
            for each in here
            if main_language(each.entry.language) != wanted
            and each.entry.translations not in translated
        ]
        return [*same, *other]


class Library:
    """Keeps a :class:`Shelf`, and brings it up to date."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelf: Shelf | None = None
        self._looked_at = 0.0
        self._seen: tuple[Any, ...] = ()
        self._ready: dict[int, tuple[Any, Found]] = {}
        self._asked: dict[int, tuple[str, ...]] = {}

    def __call__(self) -> Shelf:
        """The library as it is now, or was a few seconds ago."""
        with self._lock:
            now = monotonic()
            if self._shelf is None or now - self._looked_at >= FRESH_SECONDS:
                seen = self._state()
                if self._shelf is None or seen != self._seen:
                    self._shelf, self._seen = self._read(), seen
                self._looked_at = now
            return self._shelf

    def forget(self) -> None:
        """Look again at the next question: something has changed here."""
        self._looked_at = float("-inf")

    def begin_again(self) -> None:
        """Know nothing, as a new process does."""
        with self._lock:
            self._shelf = None
            self._ready, self._asked = {}, {}

    def _state(self) -> tuple[Any, ...]:
        """What differs as soon as anything does."""
        replies = _live().aggregate(Count("pk"), Max("changed_at"))
        uses = _answered().aggregate(Count("pk"), Max("pk"))
        return (*replies.values(), *uses.values())

    def _read(self) -> Shelf:
        rows = {row["pk"]: row for row in _live().values("pk", "changed_at")}
        stale = [
            pk
            for pk, row in rows.items()
            if pk not in self._ready or self._ready[pk][0] != row["changed_at"]
        ]
        self._ready = {pk: kept for pk, kept in self._ready.items() if pk in rows}
        for start in range(0, len(stale), 500):
            self._make_ready(stale[start : start + 500])
        found = tuple(self._ready[pk][1] for pk in rows if pk in self._ready)
        languages = {each.entry.key: each.entry.language for each in found}
        counts = CannedReplyUse.objects.values("reply_id").annotate(n=Count("pk"))
        return Shelf(
            found=found,
            uses=Counter({row["reply_id"]: row["n"] for row in counts}),
            past=Questions(self._questions(languages)),
            own=Questions((each.entry.key, stems) for each in found for stems in each.stems),
        )

    def _make_ready(self, pks: Sequence[int]) -> None:
        tags: dict[int, list[str]] = {}
        tagged = CannedReplyTag.objects.filter(content_object_id__in=pks)
        for reply_id, name in tagged.values_list("content_object_id", "tag__name"):
            tags.setdefault(reply_id, []).append(name)
        for reply in CannedReply.objects.filter(pk__in=pks).select_related("locale"):
            entry = entry_of(reply, tuple(sorted(tags.get(reply.pk, ()))))
            self._ready[reply.pk] = (reply.changed_at, Found(entry))

    def _questions(self, languages: dict[int, str]) -> list[tuple[int, tuple[str, ...]]]:
        """The newest questions that were answered with a reply, as long as they are kept."""
        columns = ("pk", "reply_id", "conversation_id", "asked")
        rows = list(_answered().order_by("-pk").values_list(*columns)[:MOST_QUESTIONS])
        there = {pk for pk, *_rest in rows}
        self._asked = {pk: stems for pk, stems in self._asked.items() if pk in there}
        new = [row for row in rows if row[0] not in self._asked]
        for start in range(0, len(new), 500):
            batch = new[start : start + 500]
            words = visitors_words(
                (conversation, asked) for _pk, _reply, conversation, asked in batch
            )
            for pk, reply_id, conversation, asked in batch:
                text = words.get((conversation, asked), "")
                self._asked[pk] = stems_of(text, languages.get(reply_id, "en"))
        return [(reply_id, self._asked[pk]) for pk, reply_id, *_rest in rows]


def entry_of(reply: CannedReply, tags: tuple[str, ...]) -> Entry:
    """A reply as it is looked for."""
    return Entry(
        key=reply.pk,
        title=reply.title,
        shortcut=reply.shortcut,
        category=reply.category,
        tags=tags,
        text=plain_text(reply.text),
        language=reply.language,
        translations=str(reply.translation_key),
        reach=reply.reach,
        order=reply.sort_order or 0,
    )


def _live() -> QuerySet[CannedReply]:
    return CannedReply.objects.filter(live=True)


def _answered() -> QuerySet[CannedReplyUse]:
    return CannedReplyUse.objects.filter(conversation__isnull=False, asked__isnull=False)


library: Final = Library()
"""The library of this process."""
