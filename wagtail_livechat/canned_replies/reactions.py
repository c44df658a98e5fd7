"""What the library does when a reply, or what was done with one, changes in this process."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from .library import library
from .models import CannedReply, CannedReplyUse


def _changed(**kwargs: Any) -> None:
    """Look again now, for this request, and once more when others can see the change."""
    library.forget()
    transaction.on_commit(library.forget)


def connect() -> None:
    """Listen; called once when Django is ready."""
    for model in (CannedReply, CannedReplyUse):
        for signal in (post_save, post_delete):
            signal.connect(
                _changed, sender=model, dispatch_uid=f"wagtail_livechat.{model.__name__}"
            )
