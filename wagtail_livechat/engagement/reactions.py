"""What happens to invitations when something else does: agents leave, visits end, triggers
change."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from wagtail_livechat.agents.events import AgentChanged
from wagtail_livechat.visitors.events import VisitEnded

from . import actions
from .events import TriggerPaused, TriggerResumed
from .models import Trigger
from .queries import forget_rules


def retract_lost(event: AgentChanged) -> None:
    """What an agent who left cannot answer any more is taken back."""
    actions.retract_lost(event.profile_id)


def cancel_of_visit(event: VisitEnded) -> None:
    """Nobody is there to be asked."""
    if event.withdrawn:
        actions.cancel_orphans(event.site_id)
    else:
        actions.cancel_of_visit(event.visit_pk)


def forget_trigger(event: TriggerPaused | TriggerResumed) -> None:
    """Whether it may speak has changed."""
    forget_rules()


def _changed(**kwargs: Any) -> None:
    """Forget now, for this request, and again when others can see the change."""
    forget_rules()
    transaction.on_commit(forget_rules)


def connect() -> None:
    """Listen; called once when Django is ready."""
    for signal in (post_save, post_delete):
        signal.connect(_changed, sender=Trigger, dispatch_uid="wagtail_livechat.Trigger")
