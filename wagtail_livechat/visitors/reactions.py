"""What happens to visits when a visitor chooses, or is forgotten."""

from __future__ import annotations

import uuid

from wagtail_livechat.consent.events import ChoiceMade

from . import visits
from .events import VisitorForgotten


def withdraw(event: ChoiceMade) -> None:
    """Without live assistance no visit goes on, and nothing of it stays."""
    if event.assistance or (event.visit_key_hash is None and event.previous is None):
        return
    visits.withdraw(
        site_id=event.site_id,
        key_hash=event.visit_key_hash,
        receipt_id=uuid.UUID(event.previous) if event.previous else None,
    )


def forget_visitor(event: VisitorForgotten) -> None:
    """A visit that goes on is nobody's conversation any more."""
    visits.forget_visitor(visitor_id=event.visitor_id)
