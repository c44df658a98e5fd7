"""Studying a site's conversations, and saying what was done about what was found."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction

from wagtail_livechat import clock
from wagtail_livechat.conversations.closed import closed_since, lock_closed
from wagtail_livechat.erasure import Deadline, erase
from wagtail_livechat.site_settings.queries import settings_for

from .grouping import Found, group, most_typical
from .identity import Known, recognise
from .masking import excerpt
from .models import ExchangeGroup, Occurrence, StudyRun
from .personal_data import replaced
from .queries import lines_of, run_under_way, threads_to_study
from .rules import Kind, Line, RunState, is_stale, questions_in, replies_in

MOST_TEXTS: Final = 50_000
"""Of each kind: what is studied is held in memory, the newest first."""
LONGEST_REPLY: Final = 1_000
WRITTEN_AT_ONCE: Final = 200
TOLD_EVERY: Final = timedelta(seconds=1)
READ: Final = 0.3
GROUPED: Final = 0.9

logger = logging.getLogger(__name__)


class Superseded(Exception):
    """Another study has taken this one's place, or its site is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to be grouped, masked, with all that is kept of it."""

    conversation_pk: int
    text: str
    row: Occurrence


def queue_study(site_id: int) -> tuple[StudyRun, bool]:
    """Put a study of this site down to be done, and whether that is new.

    One that is under way is not begun again, unless nothing was heard of it for long.
    """
    now = clock.now()
    before = run_under_way(site_id)
    if before is not None and not is_stale(before.seen_at, now):
        return before, False
    if before is not None:
        _end(before, RunState.FAILED)
    try:
        with transaction.atomic():
            run = StudyRun.objects.create(site_id=site_id, queued_at=now, seen_at=now)
    except IntegrityError:
        # Somebody else has begun it in this very moment.
        standing = run_under_way(site_id)
        if standing is None:
            raise
        return standing, False
    return run, True


def study(run_id: int) -> bool:
    """Do a study that was put down; whether it came to its end.

    Nothing of before is changed until all is found. Killed half-way, it is begun again from
    the start by the next that is put down.
    """
    claimed = StudyRun.objects.filter(pk=run_id, state=RunState.QUEUED)
    if not claimed.update(state=RunState.RUNNING, seen_at=clock.now()):
        return False
    run = StudyRun.objects.get(pk=run_id)
    try:
        _study(run)
    except Superseded:
        logger.info("Study %s was taken over by another one.", run_id)
        return False
    except BaseException:
        _end(run, RunState.FAILED)
        raise
    return True


def lock_group(pk: int) -> ExchangeGroup:
    """The group as it stands, until the transaction's end."""
    return ExchangeGroup.objects.select_for_update(of=("self",)).select_related("site").get(pk=pk)


def deal_with(group: ExchangeGroup, *, draft_kind: str = "", draft_id: int | None = None) -> None:
    """Something was made of the group, or it was set aside: it does not come up again."""
    group.dealt_at, group.draft_kind, group.draft_id = clock.now(), draft_kind, draft_id
    group.save(update_fields=["dealt_at", "draft_kind", "draft_id"])


def take_up_again(group: ExchangeGroup) -> None:
    """The group comes up again."""
    group.dealt_at, group.draft_kind, group.draft_id = None, "", None
    group.save(update_fields=["dealt_at", "draft_kind", "draft_id"])


# How.


def _study(run: StudyRun) -> None:
    progress = _Progress(run)
    found: list[tuple[Kind, str, Sequence[Text], Sequence[Found]]] = []
    texts = _read(run, progress)
    total = sum(map(len, texts.values())) or 1
    done = 0
    for (kind, language), listed in sorted(texts.items()):
        begin, share = done / total, len(listed) / total

        def tell(part: float, begin: float = begin, share: float = share) -> None:
            progress.tell(READ + (GROUPED - READ) * (begin + share * part))

        by = [text.conversation_pk for text in listed]
        groups = group([text.text for text in listed], language=language, by=by, tell=tell)
        found.append((kind, language, listed, groups))
        done += len(listed)
    for of_kind, of_language, members, several in found:
        _write(run, progress, of_kind, of_language, members, several)
    progress.tell(1.0, now=True)
    _end(run, RunState.FINISHED)
    erase(replaced().filter(run__site_id=run.site_id), dry_run=False, deadline=Deadline())


class _Progress:
    """Says how far the study is; and learns when it is another's."""

    def __init__(self, run: StudyRun) -> None:
        self._run = run
        self._told_at = clock.now() - TOLD_EVERY

    def tell(self, share: float, *, now: bool = False, **fields: int) -> None:
        at = clock.now()
        if not (now or fields) and at - self._told_at < TOLD_EVERY:
            return
        self._told_at = at
        mine = StudyRun.objects.filter(pk=self._run.pk, state=RunState.RUNNING)
        if not mine.update(share=share, seen_at=at, **fields):
            raise Superseded


def _read(run: StudyRun, progress: _Progress) -> dict[tuple[Kind, str], list[Text]]:
    """All that was asked and replied, masked as it is read."""
    retention = timedelta(days=settings_for(run.site_id).retention_days)
    since = clock.now() - retention
    total = closed_since(run.site_id, since).count()
    progress.tell(0.0, conversations=total)
    texts: dict[tuple[Kind, str], list[Text]] = defaultdict(list)
    counted = dict.fromkeys(Kind, 0)
    for number, thread in enumerate(threads_to_study(run.site_id, since)):
        for kind, row in _rows(lines_of(thread)):
            if counted[kind] < MOST_TEXTS:
                counted[kind] += 1
                row.run_id, row.conversation_id = run.pk, thread.conversation_pk
                text = Text(conversation_pk=thread.conversation_pk, text=row.text, row=row)
                texts[kind, thread.language.lower()].append(text)
        if min(counted.values()) >= MOST_TEXTS:
            break
        progress.tell(READ * min(1.0, number / max(total, 1)))
    return texts


def _rows(lines: list[Line]) -> Iterator[tuple[Kind, Occurrence]]:
    for asked in questions_in(lines):
        yield (
            Kind.QUESTION,
            Occurrence(
                seq=asked.seq,
                at=asked.at,
                page_id=asked.page_id,
                text=excerpt(asked.text),
                answered_by=asked.answered_by,
                seconds=asked.seconds,
                reply=excerpt(asked.reply, LONGEST_REPLY),
            ),
        )
    for replied in replies_in(lines):
        text = excerpt(replied.text, LONGEST_REPLY)
        yield Kind.REPLY, Occurrence(seq=replied.seq, at=replied.at, text=text, reply=text)


def _write(
    run: StudyRun,
    progress: _Progress,
    kind: Kind,
    language: str,
    texts: Sequence[Text],
    found: Sequence[Found],
) -> None:
    """Keep the groups, each under the name that it had before if it had one."""
    standing = ExchangeGroup.objects.filter(site_id=run.site_id, kind=kind, language=language)
    known = {
        row.pk: Known(pk=row.pk, keywords=row.keywords, is_dealt_with=row.dealt_at is not None)
        for row in standing
    }
    recognised = recognise([one.keywords for one in found], list(known.values()))
    members: dict[int, list[int]] = {}
    for place, one in enumerate(found):
        pk = recognised.get(place)
        if pk is None:
            pk = standing.create(
                site_id=run.site_id, kind=kind, language=language, keywords=one.keywords
            ).pk
        elif not known[pk].is_dealt_with:
            # What was dealt with keeps the words by which somebody knew it.
            standing.filter(pk=pk).update(keywords=one.keywords)
        members.setdefault(pk, []).extend(one.members)
    for pk, numbers in members.items():
        rows = [texts[number].row for number in numbers]
        for rank, row in enumerate(rows):
            row.group_id, row.rank = pk, rank
        if kind is Kind.QUESTION:
            _rank_replies(rows, language)
        _store(rows)
        progress.tell(GROUPED)


def _rank_replies(rows: Sequence[Occurrence], language: str) -> None:
    replied = [row for row in rows if row.reply]
    order = most_typical([row.reply for row in replied], language=language)
    for rank, number in enumerate(order):
        replied[number].reply_rank = rank


def _store(rows: Sequence[Occurrence]) -> None:
    """A little at a time, so that nobody who writes in a chat has to wait. What was erased
    while it was studied is not kept."""
    for begin in range(0, len(rows), WRITTEN_AT_ONCE):
        batch = rows[begin : begin + WRITTEN_AT_ONCE]
        with transaction.atomic():
            there = lock_closed(row.conversation_id for row in batch)
            Occurrence.objects.bulk_create(row for row in batch if row.conversation_id in there)


def _end(run: StudyRun, state: RunState) -> None:
    now = clock.now()
    finished_at = now if state is RunState.FINISHED else None
    StudyRun.objects.filter(pk=run.pk).exclude(state=RunState.FINISHED).update(
        state=state, finished_at=finished_at, seen_at=now
    )
