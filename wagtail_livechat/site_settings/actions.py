"""Changing what a page says about the chat."""

from __future__ import annotations

from django.db import transaction

from .models import PagePolicy


@transaction.atomic
def set_page_policy(*, page_id: int, enabled: bool | None) -> None:
    """Switch the chat on or off from this page down, or (``None``) let it inherit."""
    if enabled is None:
        drop_page_policies([page_id])
    else:
        PagePolicy.objects.update_or_create(page_id=page_id, defaults={"enabled": enabled})


def drop_page_policies(page_ids: list[int]) -> None:
    """Forget what pages that no longer exist had to say."""
    PagePolicy.objects.filter(page_id__in=page_ids).delete()
