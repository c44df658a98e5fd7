"""Joining, renewing and leaving the table of server processes."""

from __future__ import annotations

import uuid

from wagtail_livechat import clock

from .models import Worker
from .rules import alive_since


def enlist(worker_id: uuid.UUID) -> None:
    """Join, or come back after having been taken for dead."""
    now = clock.now()
    Worker.objects.update_or_create(
        pk=worker_id, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now}
    )


def renew(worker_id: uuid.UUID) -> bool:
    """Renew the lease; ``False`` if the row is gone and the process must enlist again."""
    return Worker.objects.filter(pk=worker_id).update(seen_at=clock.now()) == 1


def retire(worker_id: uuid.UUID) -> None:
    """Leave in good order."""
    Worker.objects.filter(pk=worker_id).delete()


def retire_dead() -> int:
    """Forget the processes whose lease ran out, with all that hung on them."""
    deleted, _ = Worker.objects.filter(seen_at__lt=alive_since(clock.now())).delete()
    return deleted
