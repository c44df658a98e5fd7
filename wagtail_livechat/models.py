"""Gathers the tables of the parts for Django; nobody imports this."""

from .agents.models import AgentConnection, AgentProfile, HeldPlace, StaffTicket
from .answers.models import CuratedAnswer, SignpostScript
from .consent.models import BannerVersion, ConsentBanner, Receipt, RefusalCount
from .conversations.models import Conversation, Message, Note
from .engagement.models import Invitation, InvitationRefusal, Trigger, TriggerCount
from .privacy.models import AccessEntry, HousekeepingRun
from .site_settings.models import LiveChatSettings, PagePolicy, StuckSettings, WidgetText
from .visitors.models import (
    PageCount,
    PageView,
    Visit,
    Visitor,
    VisitorConnection,
    Watch,
    WatchCounter,
)
from .workers.models import Worker

__all__ = [
    "AccessEntry",
    "AgentConnection",
    "AgentProfile",
    "BannerVersion",
    "ConsentBanner",
    "Conversation",
    "CuratedAnswer",
    "HeldPlace",
    "HousekeepingRun",
    "Invitation",
    "InvitationRefusal",
    "LiveChatSettings",
    "Message",
    "Note",
    "PageCount",
    "PagePolicy",
    "PageView",
    "Receipt",
    "RefusalCount",
    "SignpostScript",
    "StaffTicket",
    "StuckSettings",
    "Trigger",
    "TriggerCount",
    "Visit",
    "Visitor",
    "VisitorConnection",
    "Watch",
    "WatchCounter",
    "WidgetText",
    "Worker",
]
