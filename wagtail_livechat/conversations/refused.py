"""Replies that were refused of late, kept with their conversation.

Whoever was told no may write the same anew, to the same or to another conversation. A copy
that was on its way by another connection must not be stored after that, although somebody
reopened the conversation meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from wagtail_livechat import clock

from .models import Conversation

REMEMBERED_FOR: Final = timedelta(hours=1)
"""Longer than a server that was held up can hold a copy back."""

MOST_REMEMBERED: Final = 50

_Entry = tuple[str, int, int]
"""The ref, the attempt, and when in seconds since 1970."""


def is_refused(conversation: Conversation, ref: str, attempt: int) -> bool:
    """Whether this attempt, or a later one, was refused."""
    return attempt <= _last_of(ref, _of_late(conversation))


def remember(conversation: Conversation, ref: str, attempt: int) -> None:
    """This attempt was refused. The conversation must be locked."""
    known = _of_late(conversation)
    entry = (ref, max(attempt, _last_of(ref, known)), int(clock.now().timestamp()))
    others = [each for each in known if each[0] != ref]
    _keep(conversation, [*others, entry][-MOST_REMEMBERED:])


def forget_old(conversation: Conversation) -> None:
    """So that the next replies may take the short way again."""
    known = _of_late(conversation)
    if len(known) < len(conversation.refused or ()):
        _keep(conversation, known)


def _last_of(ref: str, known: list[_Entry]) -> int:
    return next((attempt for each, attempt, _ in known if each == ref), 0)


def _of_late(conversation: Conversation) -> list[_Entry]:
    since = (clock.now() - REMEMBERED_FOR).timestamp()
    return [(ref, attempt, at) for ref, attempt, at in conversation.refused or () if at > since]


def _keep(conversation: Conversation, known: list[_Entry]) -> None:
    conversation.refused = known or None
    conversation.save(update_fields=["refused"])
