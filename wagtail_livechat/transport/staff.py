"""Letting a member of staff in, and looking again whether they still may be."""

from __future__ import annotations

import uuid
from time import monotonic

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.agents.permissions import StaffRights, rights_of
from wagtail_livechat.errors import Forbidden, SessionEnded
from wagtail_livechat.visitors.sight import Sight, sight_of

from . import identity
from .speakers import StaffSpeaker


def enter(session_key: str, ticket: str, worker_id: uuid.UUID) -> StaffSpeaker:
    """Who opens a socket with this session and ticket; from now on present.

    Raises :class:`SessionEnded`, :class:`TicketInvalid`, :class:`Forbidden`. The caller
    has a transaction open: the ticket is used up with it.
    """
    user = identity.user_of_session(session_key)
    agents.spend_ticket(ticket=ticket, user_id=user.pk, session_key=session_key)
    speaker = speaker_for(user, session_key)
    agents.connect(
        profile_id=speaker.profile_id,
        key=speaker.connection,
        worker_id=worker_id,
        session_hash=speaker.session_hash,
    )
    return speaker


def speaker_for(user: object, session_key: str) -> StaffSpeaker:
    """This user as a speaker. Raises :class:`Forbidden` without a right on any site."""
    rights = rights_of(user)  # type: ignore[arg-type]
    if not rights.sites:
        raise Forbidden
    profile = agents.ensure_profile(rights.user_id)
    return StaffSpeaker(
        user_id=rights.user_id,
        session_key=session_key,
        session_hash=agents.hash_session(session_key),
        rights=rights,
        language=identity.language_of(user),
        profile_id=profile.pk,
        alias=profile.alias,
        sight=_sight(user, rights),
    )


def _sight(user: object, rights: StaffRights) -> Sight:
    """Which pages this user may know by name; asked only of those who are told any."""
    return sight_of(user) if rights.watch else Sight()


def look_again(speaker: StaffSpeaker) -> None:
    """Read session, rights and alias anew. Raises :class:`SessionEnded`, :class:`Forbidden`."""
    user = identity.user_of_session(speaker.session_key)
    if user.pk != speaker.user_id:
        raise SessionEnded
    rights = rights_of(user)
    if not rights.sites:
        raise Forbidden
    speaker.rights = rights
    speaker.sight = _sight(user, rights)
    speaker.alias = agents.ensure_profile(rights.user_id).alias
    speaker.read_at = monotonic()
