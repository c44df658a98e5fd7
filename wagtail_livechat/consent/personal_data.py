"""What the tables of consent hold of people, and when it goes.

A receipt has no address, no browser and no page: it survives an erasure, because it must
prove that there was a yes. A refusal is a number from the start.
"""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from wagtail_livechat import clock

from .actions import SOFTWARE
from .models import Action, Receipt, RefusalCount
from .rules import given_before, proved_before

HOLDS: Final = (Receipt,)
BATCH: Final = 500


def expire(*, dry_run: bool = False, seconds: float | None = None) -> int:
    """Take away the proof of what nobody relies on any longer; says how many rows.

    It goes batch by batch, each in a transaction of its own: stopped half-way, or after
    ``seconds``, it goes on the next time. A yes that has lapsed first gets its end.
    """
    now = clock.now()
    until = monotonic() + seconds if seconds is not None else None
    if dry_run:
        return _ended(now).count() + _counts(now).count()
    while not _is_late(until) and _end_lapsed(now):
        pass
    gone = 0
    while not _is_late(until) and (taken := _take_receipts(now)):
        gone += taken
    while not _is_late(until) and (taken := _take_counts(now)):
        gone += taken
    return gone


def _is_late(until: float | None) -> bool:
    return until is not None and monotonic() >= until


def _lapsed(now: datetime) -> QuerySet[Receipt]:
    """Every yes that is too old to count and that nothing has ended yet."""
    return Receipt.objects.filter(
        Q(assistance=True) | Q(statistics=True),
        at__lt=given_before(now.date()),
        next__isnull=True,
    )


def _end_lapsed(now: datetime) -> int:
    """Write down for some receipts that they have lapsed."""
    lapsed = list(_lapsed(now).order_by("at")[:BATCH])
    try:
        with transaction.atomic():
            Receipt.objects.bulk_create(
                [
                    Receipt(
                        site_id=receipt.site_id,
                        version_id=receipt.version_id,
                        language=receipt.language,
                        assistance=False,
                        statistics=False,
                        action=Action.EXPIRED,
                        interface=receipt.interface,
                        software=SOFTWARE,
                        previous=receipt,
                        at=now,
                    )
                    for receipt in lapsed
                ]
            )
    except IntegrityError:
        return 0  # a second run, or the visitor, was faster: the next run goes on
    return len(lapsed)


def _ended(now: datetime) -> QuerySet[Receipt]:
    """What ended so long ago that it need not be proved any more, and the end itself."""
    long_ago = proved_before(now)
    return Receipt.objects.filter(
        Q(next__at__lt=long_ago) | Q(assistance=False, statistics=False, at__lt=long_ago)
    )


@transaction.atomic
def _take_receipts(now: datetime) -> int:
    ids = list(_ended(now).order_by("at").values_list("pk", flat=True)[:BATCH])
    return Receipt.objects.filter(pk__in=ids).expire() if ids else 0


def _counts(now: datetime) -> QuerySet[RefusalCount]:
    return RefusalCount.objects.filter(day__lt=proved_before(now).date())


@transaction.atomic
def _take_counts(now: datetime) -> int:
    ids = list(_counts(now).values_list("pk", flat=True)[:BATCH])
    return RefusalCount.objects.filter(pk__in=ids).delete()[0] if ids else 0
