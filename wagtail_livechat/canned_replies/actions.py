"""What agents do with canned replies, besides sending them: it is counted."""

from __future__ import annotations

from django.db import transaction

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.conversations.asking import question_before
from wagtail_livechat.conversations.queries import conversation_by_id
from wagtail_livechat.errors import NotFound

from .models import CannedReply, CannedReplyUse
from .queries import asking_in
from .rules import is_offered


@transaction.atomic
def use(
    *,
    rights: StaffRights,
    profile_id: int,
    conversation_id: str,
    ref: str,
    reply_id: int,
    edited: bool,
    suggested: bool,
) -> None:
    """Count that a reply was sent: once, however often this is asked.

    A reply that was unpublished meanwhile counts; one that this agent never was offered
    does not exist. Raises :class:`NotFound`.
    """
    conversation = conversation_by_id(conversation_id, rights.reply)
    reply = CannedReply.objects.filter(pk=reply_id).first()
    if conversation is None or reply is None:
        raise NotFound
    if not is_offered(reply.reach, asking_in(conversation, rights.user_id)):
        raise NotFound
    CannedReplyUse.objects.get_or_create(
        ref=ref,
        defaults={
            "reply": reply,
            "profile_id": profile_id,
            "conversation": conversation,
            "asked": question_before(conversation.pk),
            "edited": edited,
            "suggested": suggested,
            "at": clock.now(),
        },
    )
