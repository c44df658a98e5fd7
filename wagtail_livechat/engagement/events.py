"""What happened to invitations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMade:
    """An invitation stands, to be shown on the page that the visitor has open."""

    site_id: int
    visit_pk: int
    visit_id: str
    invitation_pk: int
    invitation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMoved:
    """An invitation was shown, answered, ignored, cancelled, or ran out."""

    site_id: int
    visit_pk: int | None
    visit_id: str | None
    invitation_pk: int
    invitation_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerPaused:
    """A trigger was dismissed too often and stopped by itself."""

    site_id: int
    trigger_pk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerResumed:
    """Somebody has looked at a paused trigger, and lets it speak again."""

    site_id: int
    trigger_pk: int
