"""What agents ask of the library of canned replies, and what they are told."""

from __future__ import annotations

from wagtail_livechat.canned_replies import actions, queries
from wagtail_livechat.protocol import commands, updates

from .speakers import StaffSpeaker


def search(
    speaker: StaffSpeaker, command: commands.SearchCannedReplies
) -> updates.CannedRepliesFound:
    """What fits what was typed."""
    replies = queries.found(
        rights=speaker.rights,
        alias=speaker.alias,
        conversation_id=command.conversation,
        query=command.query,
    )
    return updates.CannedRepliesFound(
        conversation=command.conversation, replies=replies, ref=command.ref
    )


def suggest(
    speaker: StaffSpeaker, command: commands.SuggestCannedReplies
) -> updates.CannedRepliesSuggested:
    """What fits what the visitor wrote."""
    seq, replies = queries.suggested(
        rights=speaker.rights, alias=speaker.alias, conversation_id=command.conversation
    )
    return updates.CannedRepliesSuggested(
        conversation=command.conversation, seq=seq, replies=replies, ref=command.ref
    )


def use(speaker: StaffSpeaker, command: commands.UseCannedReply) -> None:
    """Count it."""
    actions.use(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
        ref=command.ref,
        reply_id=command.reply,
        edited=command.edited,
        suggested=command.suggested,
    )


def is_attached(speaker: StaffSpeaker, command: commands.SendCard) -> bool:
    """Whether the card comes with a canned reply that this agent is offered."""
    return command.reply is not None and queries.is_attached(
        rights=speaker.rights,
        conversation_id=command.conversation,
        reply_id=command.reply,
        kind=command.kind,
        object_id=command.id,
    )
