"""What the signpost does when pages change in this process."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from wagtail_livechat.wagtail_versions import page_model

from .page_index import note_change


def _page_changed(*, instance: Any, **kwargs: Any) -> None:
    """However it was saved: read it again now, and again when others can see the change."""
    if isinstance(instance, page_model()):
        page_id: int = instance.pk
        note_change(page_id)
        transaction.on_commit(lambda: note_change(page_id))


def connect() -> None:
    """Listen; called once when Django is ready."""
    # All models: a page's signals come from its own.
    for signal in (post_save, post_delete):
        signal.connect(_page_changed, dispatch_uid="wagtail_livechat.answers.page_changed")
