"""Members of staff begin to watch a site's visitors, go on, and stop.

All of these are actions. There is no silent way: whoever is told a page has a row here.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from wagtail_livechat import bus, clock

from .events import WatchersChanged
from .models import Watch, WatchCounter
from .rules import WATCH_LEASE


@transaction.atomic
def begin_watch(
    *, site_id: int, key: uuid.UUID, user_id: int, profile_id: int, alias: str
) -> tuple[int, bool]:
    """Watch a site from now on: the watch's number, and whether it is a new one.

    Numbers are given out under a lock that is held to the commit: whoever can read one
    can read all that are smaller. A watch that has lapsed is not taken up again: it would
    carry a number that visitors have seen end.
    """
    now = clock.now()
    WatchCounter.objects.get_or_create(site_id=site_id)
    counter = WatchCounter.objects.select_for_update().get(site_id=site_id)
    held = Watch.objects.filter(key=key).first()
    if held is not None:
        is_alive = held.ended_at is None and held.expires_at > now
        if is_alive and held.site_id == site_id and held.alias == alias:
            Watch.objects.filter(pk=held.pk).update(expires_at=now + WATCH_LEASE)
            return held.number, False
        held.delete()
    counter.last += 1
    counter.save(update_fields=["last"])
    Watch.objects.create(
        site_id=site_id,
        number=counter.last,
        key=key,
        user_id=user_id,
        profile_id=profile_id,
        alias=alias,
        began_at=now,
        expires_at=now + WATCH_LEASE,
    )
    bus.publish(WatchersChanged(site_id=site_id, number=counter.last))
    return counter.last, True


@transaction.atomic
def renew_watches(*, keys: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Somebody still looks: which of these watches go on. The others have lapsed."""
    now = clock.now()
    alive = Watch.objects.filter(key__in=list(keys), ended_at__isnull=True, expires_at__gt=now)
    going_on = frozenset(alive.select_for_update().values_list("key", flat=True))
    Watch.objects.filter(key__in=going_on).update(expires_at=now + WATCH_LEASE)
    return going_on


@transaction.atomic
def end_watches(*, keys: Collection[uuid.UUID]) -> None:
    """Stop watching, at once."""
    now = clock.now()
    rows = list(
        Watch.objects.select_for_update()
        .filter(key__in=list(keys), ended_at__isnull=True)
        .values_list("pk", "site_id", "number")
    )
    Watch.objects.filter(pk__in=[pk for pk, *_ in rows]).update(ended_at=now, expires_at=now)
    for _, site_id, number in rows:
        bus.publish(WatchersChanged(site_id=site_id, number=number))


@transaction.atomic
def end_lapsed_watches() -> list[uuid.UUID]:
    """End the watches that nobody renewed; which these were."""
    lapsed = list(
        Watch.objects.select_for_update()
        .filter(ended_at__isnull=True, expires_at__lte=clock.now())
        .values_list("pk", "site_id", "number", "key", "expires_at")
    )
    for pk, site_id, number, _key, expired in lapsed:
        Watch.objects.filter(pk=pk).update(ended_at=expired)
        bus.publish(WatchersChanged(site_id=site_id, number=number))
    return [key for *_, key, _expired in lapsed]
