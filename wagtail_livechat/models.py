"""Gathers the tables of the parts for Django; nobody imports this."""

from .agents.models import AgentConnection, AgentProfile, HeldPlace, StaffTicket
from .answers.models import CuratedAnswer, SignpostScript
from .canned_replies.models import CannedReply, CannedReplyTag, CannedReplyUse
from .consent.models import BannerVersion, ConsentBanner, Receipt, RefusalCount
from .conversations.models import Conversation, Message, Note
from .engagement.models import Invitation, InvitationRefusal, Trigger, TriggerCount
from .privacy.models import AccessEntry, HousekeepingRun
from .site_settings.models import LiveChatSettings, PagePolicy, StuckSettings, WidgetText
from .study.models import ExchangeGroup, Occurrence, StudyRun
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
    "CannedReply",
    "CannedReplyTag",
    "CannedReplyUse",
    "ConsentBanner",
    "Conversation",
    "ExchangeGroup",
    "CuratedAnswer",
    "HeldPlace",
    "HousekeepingRun",
    "Invitation",
    "InvitationRefusal",
    "LiveChatSettings",
    "Message",
    "Note",
    "Occurrence",
    "PageCount",
    "PagePolicy",
    "PageView",
    "Receipt",
    "RefusalCount",
    "SignpostScript",
    "StaffTicket",
    "StuckSettings",
    "StudyRun",
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
