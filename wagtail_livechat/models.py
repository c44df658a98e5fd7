"""Gathers the tables of the parts for Django; nobody imports this."""

from .agents.models import AgentConnection, AgentProfile, StaffTicket
from .conversations.models import Conversation, Message, Note
from .site_settings.models import LiveChatSettings, PagePolicy, WidgetText
from .visitors.models import Visitor, VisitorConnection
from .workers.models import Worker

__all__ = [
    "AgentConnection",
    "AgentProfile",
    "Conversation",
    "LiveChatSettings",
    "Message",
    "Note",
    "PagePolicy",
    "StaffTicket",
    "Visitor",
    "VisitorConnection",
    "WidgetText",
    "Worker",
]
