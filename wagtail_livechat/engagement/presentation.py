"""Invitations as the wire carries them: one wording for the visitor, one for staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wagtail_livechat.clock import milliseconds
from wagtail_livechat.conversations.presentation import sender
from wagtail_livechat.protocol import values

from .models import Invitation


def invitation(row: Invitation) -> values.Invitation:
    """An invitation, to its visitor. A trigger does not pretend to be somebody."""
    automatic = row.trigger_id is not None
    return values.Invitation(
        id=str(row.public_id),
        text=row.text,
        sender=None if automatic else sender(row.agent, row.alias),
        automatic=automatic,
        expires_at=milliseconds(row.expires_at),
    )


def invitation_card(row: Invitation) -> values.InvitationCard:
    """An invitation, to staff. ``alias`` is whose place is kept for it."""
    return values.InvitationCard(
        id=str(row.public_id),
        site=row.site_id,
        visit=str(row.visit.public_id) if row.visit else None,
        alias=row.alias,
        trigger=row.trigger.name if row.trigger else None,
        text=row.text,
        state=values.InvitationState(row.state),
        queued_at=milliseconds(row.queued_at),
        shown_at=_wire(row.shown_at),
        decided_at=_wire(row.decided_at),
        conversation=str(row.conversation.public_id) if row.conversation else None,
    )


def invitation_cards(rows: Iterable[Invitation]) -> list[values.InvitationCard]:
    """The same of several."""
    return [invitation_card(row) for row in rows]


def _wire(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
