"""What inviting needs of visits: to lock one, to find those that may be invited, and to
keep on each how its last invitation stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from wagtail_livechat import bus, clock

from .events import VisitChanged
from .models import Visit

BRIEFLY: Final = timedelta(seconds=10)
"""Who has no connection, and no more time left than this, is between two pages."""


def lock_visit(*, over: bool = False, **named: Any) -> Visit | None:
    """The visit with this ``pk``, ``public_id`` or ``key_hash``, ours alone until the
    transaction ends; ``None`` if it is over, unless (``over``) that does not matter."""
    visits = Visit.objects.all()
    if not over:
        visits = Visit.objects.live(clock.now()).filter(ended_at__isnull=True)
    return visits.select_for_update(of=("self",)).filter(**named).first()


def live_visits(site_ids: Iterable[int], **named: Any) -> list[Visit]:
    """The visits on these sites that go on, the newest first."""
    live = Visit.objects.live(clock.now()).filter(ended_at__isnull=True, **named)
    return list(live.filter(site_id__in=list(site_ids)).order_by("-began_at", "-pk"))


def visits_held_by(worker_id: uuid.UUID, site_ids: Iterable[int]) -> list[Visit]:
    """The visits on these sites that one process looks after, and those that only poll."""
    polls = Q(worker__isnull=True, expires_at__gt=clock.now() + BRIEFLY)
    here = Visit.objects.filter(Q(worker_id=worker_id) | polls, ended_at__isnull=True)
    return list(here.filter(site_id__in=list(site_ids)).order_by("pk"))


def note_invitation(visit: Visit, *, state: str, silenced: bool = False) -> None:
    """Keep on the locked visit how its last invitation stands, so that lists need not look.

    ``silenced``: nobody and nothing invites this visit again.
    """
    visit.invitation = state
    visit.silenced = visit.silenced or silenced
    visit.save(update_fields=["invitation", "silenced"])
    bus.publish(
        VisitChanged(site_id=visit.site_id, visit_pk=visit.pk, visit_id=str(visit.public_id))
    )


def recognise_visit(visit: Visit, *, visitor_id: int) -> None:
    """The locked visit's visitor has a conversation, and is known by it from now on."""
    visit.visitor_id = visitor_id
    visit.save(update_fields=["visitor"])
