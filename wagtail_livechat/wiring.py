"""Who reacts to what: one table, delivery first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from . import bus
from .agents.events import AgentChanged, StaffRevoked
from .bus import Reaction
from .consent import reactions as consent
from .consent.events import BannerPublished
from .conversations.events import ConversationChanged, MessageSent, NoteAdded
from .engagement import reactions as engagement
from .engagement.events import (
    InvitationMade,
    InvitationMoved,
    TriggerPaused,
    TriggerResumed,
)
from .transport import reactions as transport
from .visitors.events import VisitEnded, VisitorForgotten, VisitorPresenceChanged

WIRING: Final[Mapping[type, Sequence[Reaction]]] = {
    MessageSent: (transport.tell_message,),
    ConversationChanged: (transport.tell_change,),
    NoteAdded: (transport.tell_note,),
    AgentChanged: (transport.tell_agent, engagement.retract_lost),
    StaffRevoked: (transport.tell_revoked,),
    VisitorPresenceChanged: (transport.tell_presence,),
    VisitorForgotten: (transport.tell_forgotten,),
    BannerPublished: (consent.forget_banners,),
    VisitEnded: (engagement.cancel_of_visit,),
    InvitationMade: (transport.tell_invitation,),
    InvitationMoved: (transport.tell_invitation,),
    TriggerPaused: (engagement.forget_trigger,),
    TriggerResumed: (engagement.forget_trigger,),
}


def connect() -> None:
    """Hand the table to the bus; called once when Django is ready."""
    bus.connect(WIRING)
