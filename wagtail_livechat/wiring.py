"""Who reacts to what: one table, delivery first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from . import bus
from .agents.events import AgentChanged, StaffRevoked
from .bus import Reaction
from .conversations import reactions as conversations
from .conversations.events import ConversationChanged, MessageSent, NoteAdded
from .transport import reactions as transport
from .visitors.events import VisitorForgotten, VisitorPresenceChanged

WIRING: Final[Mapping[type, Sequence[Reaction]]] = {
    MessageSent: (transport.tell_message,),
    ConversationChanged: (transport.tell_change,),
    NoteAdded: (transport.tell_note,),
    AgentChanged: (transport.tell_agent, conversations.tell_of_agent),
    StaffRevoked: (transport.tell_revoked,),
    VisitorPresenceChanged: (transport.tell_presence,),
    VisitorForgotten: (transport.tell_forgotten,),
}


def connect() -> None:
    """Hand the table to the bus; called once when Django is ready."""
    bus.connect(WIRING)
