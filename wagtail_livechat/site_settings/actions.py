"""Changing what a page says about the chat."""

from __future__ import annotations

from django.db import transaction

from .models import PagePolicy
from .rules import Word


@transaction.atomic
def set_page_policy(*, page_id: int, word: Word) -> None:
    """Let a page say this, for itself and for what is below it.

    A page that inherits everything has no row.
    """
    if word.is_silent:
        drop_page_policies([page_id])
        return
    PagePolicy.objects.update_or_create(
        page_id=page_id,
        defaults={
            "enabled": word.enabled,
            "mode": word.mode or "",
            "triggers_allowed": word.triggers_allowed,
            "never_track": word.never_track,
            "signpost": word.signpost or "",
        },
    )


def drop_page_policies(page_ids: list[int]) -> None:
    """Forget what pages that no longer exist had to say."""
    PagePolicy.objects.filter(page_id__in=page_ids).delete()
