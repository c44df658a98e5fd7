"""Those who speak over a connection, once proved: what their commands are judged by."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.visitors.sight import Sight

from .availability import Place
from .visit_reading import Opening

if TYPE_CHECKING:
    from .identity import Sites
    from .live_visit import LiveVisit


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
    page_id: int | None = None
    visit_key_hash: str | None = field(default=None, repr=False)

    @property
    def place(self) -> Place:
        """Where the visitor asks."""
        return Place(self.site_id, self.language, self.page_id)


@dataclass(slots=True, kw_only=True)
class VisitSpeaker:
    """A tab of a visit, known by the hash of the visit's key, with the choice it brought."""

    site_id: int
    key_hash: str
    network: str
    choice: str = field(repr=False)
    chat_key_hash: str | None = field(default=None, repr=False)
    session_key: str | None = field(default=None, repr=False)
    language: str = "en"
    live: LiveVisit | None = None
    let_in_by: Sites | None = field(default=None, repr=False)
    """The table of sites by which a browser that polls was let in."""
    wants_little: bool = False

    @property
    def opening(self) -> Opening:
        """What the gate is asked with."""
        return Opening(
            site_id=self.site_id,
            key_hash=self.key_hash,
            choice=self.choice,
            chat_key_hash=self.chat_key_hash,
            session_key=self.session_key,
        )


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
    sight: Sight = field(default_factory=Sight)
    followed: dict[str, int] = field(default_factory=dict)
    """The key of each conversation that is open in this console and may be replied to."""

    def follow(self, conversation_id: str, pk: int, site_id: int) -> None:
        """Nobody is seen to write where they may only read."""
        if self.rights.may_reply(site_id):
            self.followed[conversation_id] = pk


Speaker = VisitorSpeaker | VisitSpeaker | StaffSpeaker
