"""From a command to what it does: one line for each command of each role.

Sockets and the HTTP fallback go through the same lines: the same right, the same limit,
the same action. A command that is not in the table does not exist.
"""

from __future__ import annotations

from typing import Any, Final

from wagtail_livechat import clock, tokens
from wagtail_livechat.agents import actions as agents
from wagtail_livechat.canned_replies.placeholders import unfilled_in
from wagtail_livechat.conversations import actions, hot_path, signpost
from wagtail_livechat.conversations.cards import card_to_send
from wagtail_livechat.conversations.events import MessageSent
from wagtail_livechat.conversations.pages import is_live_on_site
from wagtail_livechat.conversations.writing import Sent, demand_text
from wagtail_livechat.errors import (
    BadPage,
    Forbidden,
    Gone,
    LiveChatError,
    NotFound,
    NotOffered,
    SharingDisabled,
    Unfilled,
)
from wagtail_livechat.protocol import commands, updates
from wagtail_livechat.protocol.values import Card
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors.queries import visitor_by_key

from . import audience, availability, canned_replies, catch_up, invitations, limits, process
from .limits import buckets
from .lines import Line, Right, Role, Where, constant, nothing
from .speakers import Speaker, StaffSpeaker, VisitorSpeaker
from .visit_lines import VISIT_LINES, WATCH_LINES

# What visitors ask.


def _send_message(speaker: VisitorSpeaker, command: commands.SendMessage) -> Sent:
    if speaker.conversation_id is None and not settings_for(speaker.site_id).enabled:
        raise NotOffered  # what has begun may be brought to its end
    _demand_not_forgotten(speaker)
    page_id = availability.page_of(speaker.site_id, command.page)
    place = availability.Place(speaker.site_id, speaker.language, page_id)
    return actions.send_message(
        site_id=speaker.site_id,
        key_hash=speaker.key_hash,
        language=speaker.language,
        ref=command.ref,
        text=command.text,
        signpost=availability.standing_at(place).signpost,
        page_id=page_id,
    )


def _demand_not_forgotten(speaker: VisitorSpeaker) -> None:
    """A visitor who was somebody and is nobody now was forgotten meanwhile."""
    if speaker.visitor_id is not None:
        if visitor_by_key(speaker.site_id, speaker.key_hash) is None:
            raise Gone


def _message_draft(
    speaker: VisitorSpeaker, command: commands.SendMessage
) -> hot_path.VisitorDraft | None:
    text = demand_text(command.text)
    if speaker.visitor_id is None or speaker.conversation_id is None:
        return None
    return hot_path.VisitorDraft(
        visitor_id=speaker.visitor_id,
        ref=command.ref,
        text=text,
        at=clock.now(),
        page_id=availability.page_of(speaker.site_id, command.page),
    )


def _mark_read(speaker: VisitorSpeaker, command: commands.MarkRead) -> None:
    actions.mark_read_by_visitor(
        site_id=speaker.site_id, key_hash=speaker.key_hash, seq=command.seq
    )


def _share_page(speaker: VisitorSpeaker, command: commands.SharePage) -> None:
    page_id = None
    if command.page is not None:
        if not settings_for(speaker.site_id).sharing_allowed:
            raise SharingDisabled
        named = tokens.read_page_token(command.page)
        if (
            named is None
            or named.site_id != speaker.site_id
            or not is_live_on_site(named.page_id, process.root_path(speaker.site_id))
        ):
            raise BadPage
        page_id = named.page_id
    actions.share_page(site_id=speaker.site_id, key_hash=speaker.key_hash, page_id=page_id)


def _end(speaker: VisitorSpeaker, command: commands.EndConversation) -> None:
    actions.end_conversation(site_id=speaker.site_id, key_hash=speaker.key_hash)


def _rate(speaker: VisitorSpeaker, command: commands.RateConversation) -> None:
    actions.rate(site_id=speaker.site_id, key_hash=speaker.key_hash, helped=command.helped)


def _judge(speaker: VisitorSpeaker, command: commands.JudgeAnswer) -> None:
    signpost.judge(
        site_id=speaker.site_id,
        key_hash=speaker.key_hash,
        seq=command.seq,
        helped=command.helped,
    )


def _ask_for_person(speaker: VisitorSpeaker, command: commands.AskForPerson) -> Sent:
    if speaker.conversation_id is None and not settings_for(speaker.site_id).enabled:
        raise NotOffered
    _demand_not_forgotten(speaker)
    return signpost.ask_for_person(
        site_id=speaker.site_id, key_hash=speaker.key_hash, language=speaker.language
    )


def _typing(speaker: VisitorSpeaker, command: commands.SetTyping) -> None:
    if speaker.conversation_id is not None and speaker.conversation_pk is not None:
        process.announce(
            [
                audience.of_typing(
                    speaker.conversation_id,
                    speaker.conversation_pk,
                    who=audience.VISITOR,
                    active=command.active,
                )
            ]
        )


def _hello(speaker: VisitorSpeaker, command: commands.Hello) -> updates.Ready:
    return catch_up.visitor_state(speaker, command.since).ready


# What agents ask.


def _reply(speaker: StaffSpeaker, command: commands.SendReply) -> Sent | LiveChatError:
    return actions.reply(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
        ref=command.ref,
        text=command.text,
        attempt=command.attempt,
    )


def _reply_draft(speaker: StaffSpeaker, command: commands.SendReply) -> hot_path.ReplyDraft:
    return hot_path.ReplyDraft(
        conversation_id=command.conversation,
        profile_id=speaker.profile_id,
        alias=speaker.alias,
        site_ids=speaker.rights.reply,
        ref=command.ref,
        text=_demand_filled(demand_text(command.text)),
        at=clock.now(),
    )


def _demand_filled(text: str) -> str:
    """No placeholder ever reaches a visitor."""
    unfilled = unfilled_in(text)
    if unfilled:
        raise Unfilled(what=", ".join(f"{{{{{each.value}}}}}" for each in unfilled))
    return text


def _card_to_send(speaker: StaffSpeaker, command: commands.SendCard) -> Card:
    return card_to_send(
        rights=speaker.rights,
        conversation_id=command.conversation,
        ref=command.ref,
        kind=command.kind,
        object_id=command.id,
        is_attached=command.reply is not None and canned_replies.is_attached(speaker, command),
    )


def _send_card(
    speaker: StaffSpeaker, command: commands.SendCard, card: Card
) -> Sent | LiveChatError:
    return actions.send_card(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
        ref=command.ref,
        card=card,
    )


def _add_note(speaker: StaffSpeaker, command: commands.AddNote) -> Sent:
    return actions.add_note(
        rights=speaker.rights,
        conversation_id=command.conversation,
        ref=command.ref,
        text=command.text,
    )


def _pick_up(speaker: StaffSpeaker, command: commands.PickUp) -> None:
    actions.pick_up(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
    )


def _close(speaker: StaffSpeaker, command: commands.CloseConversation) -> None:
    actions.close_conversation(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
    )


def _reopen(speaker: StaffSpeaker, command: commands.ReopenConversation) -> None:
    actions.reopen(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
    )


def _give_back(speaker: StaffSpeaker, command: commands.GiveBack) -> None:
    signpost.give_back(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        conversation_id=command.conversation,
    )


def _mark_thread_read(speaker: StaffSpeaker, command: commands.MarkThreadRead) -> None:
    actions.mark_read_by_staff(
        rights=speaker.rights, conversation_id=command.conversation, seq=command.seq
    )


def _reply_typing(speaker: StaffSpeaker, command: commands.SetReplyTyping) -> None:
    pk = speaker.followed.get(command.conversation)
    if pk is None:
        raise NotFound
    process.announce(
        [
            audience.of_typing(
                command.conversation, pk, who=str(speaker.profile_id), active=command.active
            )
        ]
    )


def _leave(speaker: StaffSpeaker, command: commands.LeaveConversation) -> updates.Acknowledged:
    speaker.followed.pop(command.conversation, None)
    return updates.Acknowledged(ref=command.ref)


def _set_availability(speaker: StaffSpeaker, command: commands.SetAvailability) -> None:
    agents.set_availability(
        profile_id=speaker.profile_id,
        availability=command.availability.value,
        capacity=command.capacity,
    )


def _staff_hello(speaker: StaffSpeaker, command: commands.StaffHello) -> updates.StaffReady:
    return catch_up.staff_ready(speaker)


_free = constant(limits.FREE)
_staff_act = constant(limits.STAFF_ACT)

VISITOR_LINES: Final[dict[type[commands.Command], Line]] = {
    commands.Hello: Line(where=Where.READ, rate=constant(limits.HELLO), act=_hello),
    commands.SendMessage: Line(
        where=Where.WRITE, rate=limits.message_rate, act=_send_message, draft=_message_draft
    ),
    commands.FetchMessages: Line(
        where=Where.READ, rate=constant(limits.READ), act=catch_up.fetch_messages
    ),
    commands.MarkRead: Line(where=Where.WRITE, rate=constant(limits.MARK), act=_mark_read),
    commands.SetTyping: Line(where=Where.HERE, rate=constant(limits.TYPING), act=_typing),
    commands.SharePage: Line(where=Where.WRITE, rate=constant(limits.ACT), act=_share_page),
    commands.EndConversation: Line(where=Where.WRITE, rate=constant(limits.ACT), act=_end),
    commands.RateConversation: Line(where=Where.WRITE, rate=constant(limits.ACT), act=_rate),
    commands.JudgeAnswer: Line(where=Where.WRITE, rate=constant(limits.ACT), act=_judge),
    commands.AskForPerson: Line(where=Where.WRITE, rate=constant(limits.ACT), act=_ask_for_person),
    commands.Pong: Line(where=Where.HERE, rate=_free, act=nothing),
}

STAFF_LINES: Final[dict[type[commands.Command], Line]] = {
    commands.StaffHello: Line(
        where=Where.READ, rate=constant(limits.HELLO), act=_staff_hello, right=Right.ANY
    ),
    commands.SendReply: Line(
        where=Where.WRITE,
        rate=limits.reply_rate,
        act=_reply,
        draft=_reply_draft,
        right=Right.REPLY,
    ),
    commands.SendCard: Line(
        where=Where.WRITE,
        rate=limits.reply_rate,
        act=_send_card,
        prepare=_card_to_send,
        right=Right.REPLY,
    ),
    commands.AddNote: Line(
        where=Where.WRITE, rate=limits.reply_rate, act=_add_note, right=Right.REPLY
    ),
    commands.OpenConversation: Line(
        where=Where.READ,
        rate=constant(limits.STAFF_READ),
        act=catch_up.open_thread,
        right=Right.ANY,
    ),
    commands.LeaveConversation: Line(
        where=Where.HERE, rate=_staff_act, act=_leave, right=Right.ANY
    ),
    commands.PickUp: Line(where=Where.WRITE, rate=_staff_act, act=_pick_up, right=Right.REPLY),
    commands.CloseConversation: Line(
        where=Where.WRITE, rate=_staff_act, act=_close, right=Right.REPLY
    ),
    commands.ReopenConversation: Line(
        where=Where.WRITE, rate=_staff_act, act=_reopen, right=Right.REPLY
    ),
    commands.GiveBack: Line(where=Where.WRITE, rate=_staff_act, act=_give_back, right=Right.REPLY),
    commands.MarkThreadRead: Line(
        where=Where.WRITE,
        rate=constant(limits.STAFF_MARK),
        act=_mark_thread_read,
        right=Right.REPLY,
    ),
    commands.SetReplyTyping: Line(
        where=Where.HERE,
        rate=constant(limits.STAFF_TYPING),
        act=_reply_typing,
        right=Right.REPLY,
    ),
    commands.SetAvailability: Line(
        where=Where.WRITE, rate=_staff_act, act=_set_availability, right=Right.REPLY
    ),
    commands.FetchClosed: Line(
        where=Where.READ,
        rate=constant(limits.STAFF_READ),
        act=catch_up.closed_cards,
        right=Right.VIEW,
    ),
    commands.Invite: Line(
        where=Where.WRITE,
        rate=constant(limits.INVITE),
        act=invitations.invite,
        right=Right.INVITE,
    ),
    commands.CancelInvitation: Line(
        where=Where.WRITE, rate=_staff_act, act=invitations.cancel, right=Right.INVITE
    ),
    commands.SearchCannedReplies: Line(
        where=Where.READ,
        rate=constant(limits.STAFF_READ),
        act=canned_replies.search,
        right=Right.REPLY,
    ),
    commands.SuggestCannedReplies: Line(
        where=Where.READ,
        rate=constant(limits.STAFF_READ),
        act=canned_replies.suggest,
        right=Right.REPLY,
    ),
    commands.UseCannedReply: Line(
        where=Where.WRITE, rate=_staff_act, act=canned_replies.use, right=Right.REPLY
    ),
    commands.Pong: Line(where=Where.HERE, rate=_free, act=nothing),
    **WATCH_LINES,
}

REGISTRY: Final = {
    Role.VISITOR: VISITOR_LINES,
    Role.STAFF: STAFF_LINES,
    Role.VISIT: VISIT_LINES,
}

_STORED: Final = (Sent, MessageSent)
"""What a stored message is told by: the full action's result, or the hot path's."""


def demand_right(line: Line, speaker: Speaker) -> None:
    """Raises :class:`Forbidden` unless the speaker holds on some site what the line asks."""
    if line.right is None or not isinstance(speaker, StaffSpeaker):
        return
    held = {
        Right.ANY: speaker.rights.sites,
        Right.REPLY: speaker.rights.reply,
        Right.VIEW: speaker.rights.view,
        Right.WATCH: speaker.rights.watch,
        Right.INVITE: speaker.rights.invite & speaker.rights.watch & speaker.rights.reply,
    }[line.right]
    if not held:
        raise Forbidden


def charge(line: Line, speaker: Speaker, command: commands.Command) -> tuple[int, bool]:
    """Take the command's cost: milliseconds to wait (0: it may go), and whether to say so."""
    rate = line.rate()
    if isinstance(speaker, VisitorSpeaker):
        wait = buckets.take(rate, speaker.key_hash)
        if (
            not wait
            and isinstance(command, commands.SendMessage | commands.AskForPerson)
            and speaker.conversation_id is None
        ):
            wait = limits.begin_conversation(site_id=speaker.site_id, network=speaker.network)
    elif isinstance(speaker, StaffSpeaker):
        wait = buckets.take(rate, speaker.user_id)
    else:
        wait = buckets.take(rate, speaker.key_hash)
    return wait, not rate.quiet


def answer(command: commands.Command, result: Any) -> updates.Update | None:
    """What a write is answered with: an acknowledgement, where a ``ref`` asks for one."""
    ref = getattr(command, "ref", None)
    if ref is None:
        return None
    if isinstance(result, _STORED):
        return updates.Acknowledged(
            ref=ref,
            conversation=result.conversation_id,
            seq=result.seq,
            at=clock.milliseconds(result.at),
        )
    return updates.Acknowledged(ref=ref, conversation=getattr(command, "conversation", None))
