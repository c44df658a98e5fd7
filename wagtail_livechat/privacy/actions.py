"""Writing down who looked at what is known of people, and keeping the house."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from wagtail_livechat import clock
from wagtail_livechat.answers.actions import answer_left
from wagtail_livechat.conversations import signpost
from wagtail_livechat.erasure import Deadline

from .models import AccessEntry, HousekeepingRun, Look
from .registry import PARTS, Part

LONGEST_TARGET: Final = 80
LEFT_AFTER: Final = timedelta(minutes=1)

logger = logging.getLogger(__name__)


def record_access(
    *,
    user_id: int | None,
    site_id: int | None,
    look: Look | str,
    target: str = "",
    session_hash: str = "",
    alias: str = "",
    key: uuid.UUID | None = None,
) -> None:
    """Write down one look. With a ``key`` it lasts until :func:`end_access` names it.

    ``target`` is neutral: ``Visit 7f3a``, never a title or a word of anybody. The same
    ``key`` twice is one look. ``session_hash`` is cut to what the log keeps.
    """
    users = get_user_model()._default_manager
    user = users.filter(pk=user_id).first() if user_id is not None else None
    entry = AccessEntry(
        site_id=site_id,
        user=user,
        account=user.get_username()[:150] if user else "",
        alias=alias[:60],
        session=session_hash[:16],
        look=Look(look).value,
        target=target[:LONGEST_TARGET],
        key=key,
        at=clock.now(),
    )
    if key is None:
        entry.save(force_insert=True)
    else:
        # A console that comes back after a lost line says again that it is looking.
        AccessEntry.objects.bulk_create([entry], ignore_conflicts=True)


def end_access(key: uuid.UUID) -> None:
    """A look that lasted is over. Said twice, the first moment counts."""
    AccessEntry.objects.filter(key=key, until__isnull=True).update(until=clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a round through the house took away, by part.

    ``unfinished``: for want of time; the next round goes on. ``failed``: the log says why.
    """

    erased: Mapping[str, int]
    unfinished: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def keep_house(*, dry_run: bool = False, seconds: float | None = None) -> Kept:
    """Go through every part and take away what has been kept for long enough.

    Each part goes batch by batch, so that this may be killed, repeated, and run twice at
    once. A part that fails does not keep the others from being gone through. The books
    (:class:`HousekeepingRun`) say of each part when it was last gone through to the end.
    """
    deadline = Deadline(seconds)
    if not dry_run:
        _tidy_conversations()
        # Of a part that there is no more nobody need be reminded.
        HousekeepingRun.objects.exclude(task__in=[part.name for part in PARTS]).delete()
    erased: dict[str, int] = {}
    unfinished: list[str] = []
    failed: list[str] = []
    for part in PARTS:
        if deadline.is_over:
            unfinished.append(part.name)
            continue
        if not dry_run:
            _begin(part)
        try:
            erased[part.name] = part.expire(dry_run=dry_run, seconds=deadline.left)
        except Exception:
            logger.exception("Keeping house failed for the part %s.", part.name)
            failed.append(part.name)
            continue
        if deadline.is_over:
            unfinished.append(part.name)
        if not dry_run:
            _end(part, erased[part.name], is_whole=not deadline.is_over)
    return Kept(erased=erased, unfinished=tuple(unfinished), failed=tuple(failed))


def _tidy_conversations() -> None:
    """What server processes do by the clock, for where there are none: the signpost answers
    what it owes, and lets go of what nobody writes in."""
    try:
        answer_left(clock.now() - LEFT_AFTER)
        signpost.close_idle()
    except Exception:
        logger.exception("What the signpost left could not be brought to an end.")


def _begin(part: Part) -> None:
    HousekeepingRun.objects.update_or_create(task=part.name, defaults={"started_at": clock.now()})


@transaction.atomic
def _end(part: Part, erased: int, *, is_whole: bool) -> None:
    run = HousekeepingRun.objects.filter(task=part.name)
    run.update(erased=F("erased") + erased)
    if is_whole:
        run.update(finished_at=clock.now())
