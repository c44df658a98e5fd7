"""Who reacts to what: one table, delivery first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from . import bus
from .agents.events import AgentChanged, StaffRevoked
from .bus import Reaction
from .consent import reactions as consent
from .consent.events import BannerPublished, ChoiceMade
from .conversations import reactions as conversations
from .conversations.events import ConversationChanged, MessageSent, NoteAdded
from .engagement import reactions as engagement
from .engagement.events import (
    InvitationMade,
    InvitationMoved,
    TriggerPaused,
    TriggerResumed,
)
from .transport import reactions as transport
from .visitors import reactions as visitors
from .visitors.events import (
    VisitChanged,
    VisitEnded,
    VisitorForgotten,
    VisitorPresenceChanged,
    WatchersChanged,
)

WIRING: Final[Mapping[type, Sequence[Reaction]]] = {
    MessageSent: (transport.tell_message, transport.ask_signpost),
    ConversationChanged: (transport.tell_change,),
    NoteAdded: (transport.tell_note,),
    AgentChanged: (
        transport.tell_agent,
        conversations.tell_of_agent,
        engagement.retract_lost,
    ),
    StaffRevoked: (transport.tell_revoked,),
    VisitorPresenceChanged: (transport.tell_presence,),
    VisitorForgotten: (transport.tell_forgotten, visitors.forget_visitor),
    VisitChanged: (transport.tell_visit,),
    VisitEnded: (transport.tell_visit_end, engagement.cancel_of_visit),
    WatchersChanged: (transport.tell_watchers,),
    ChoiceMade: (transport.tell_choice, visitors.withdraw),
    BannerPublished: (transport.tell_banner, consent.forget_banners),
    InvitationMade: (transport.tell_invitation,),
    InvitationMoved: (transport.tell_invitation,),
    TriggerPaused: (engagement.forget_trigger,),
    TriggerResumed: (engagement.forget_trigger,),
}


def connect() -> None:
    """Hand the table to the bus; called once when Django is ready."""
    bus.connect(WIRING)
