"""Those who speak over a connection, once proved: what their commands are judged by."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from time import monotonic

from wagtail_livechat.agents.permissions import StaffRights


@dataclass(slots=True, kw_only=True)
class VisitorSpeaker:
    """A visitor of one site, known by the hash of a key."""

    site_id: int
    key_hash: str
    network: str
    language: str = "en"
    visitor_id: int | None = None
    conversation_id: str | None = None
    conversation_pk: int | None = None
    connection: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(slots=True, kw_only=True)
class StaffSpeaker:
    """A member of staff in one browser session, with the rights as last read."""

    user_id: int
    session_key: str = field(repr=False)
    session_hash: str
    rights: StaffRights
    language: str
    profile_id: int
    alias: str
    connection: uuid.UUID = field(default_factory=uuid.uuid4)
    read_at: float = field(default_factory=monotonic)
    followed: dict[str, int] = field(default_factory=dict)
    """The key of each conversation that is open in this console and may be replied to."""

    def follow(self, conversation_id: str, pk: int, site_id: int) -> None:
        """Nobody is seen to write where they may only read."""
        if self.rights.may_reply(site_id):
            self.followed[conversation_id] = pk


Speaker = VisitorSpeaker | StaffSpeaker
