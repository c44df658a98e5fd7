"""Writing down who looked at what is known of people."""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

from django.contrib.auth import get_user_model

from wagtail_livechat import clock

from .models import AccessEntry, Look

LONGEST_TARGET: Final = 80


def short_session(session_key: str | None) -> str:
    """What the log keeps of a session: enough to tell apart those who share a login."""
    if not session_key:
        return ""
    return hashlib.sha256(b"wagtail_livechat.access" + session_key.encode()).hexdigest()[:16]


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
