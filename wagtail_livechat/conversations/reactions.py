"""What conversations do when something happened elsewhere."""

from __future__ import annotations

from wagtail_livechat import bus
from wagtail_livechat.agents.events import AgentChanged

from . import queries
from .events import ConversationChanged


def tell_of_agent(event: AgentChanged) -> None:
    """Whether a conversation's agent is here concerns its visitor, and who could take it over."""
    for conversation in queries.answered_by(event.profile_id):
        bus.publish(
            ConversationChanged(
                site_id=conversation.site_id,
                conversation_pk=conversation.pk,
                conversation_id=str(conversation.public_id),
                visitor_id=conversation.visitor_id,
            )
        )
