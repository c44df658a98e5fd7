"""What can be done in a conversation: lock, ask the rules, write, publish.

Each action is safe to repeat with the same ``ref``: it is done once and answered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_livechat import bus, clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.errors import (
    AtCapacity,
    BadCursor,
    Closed,
    Conflict,
    Forbidden,
    LiveChatError,
    NotFound,
    NotYours,
    RefusedBefore,
    Taken,
    VisitorLeft,
    WrongState,
)
from wagtail_livechat.protocol.values import Card, HandOver, NoticeCode
from wagtail_livechat.visitors import actions as visitor_actions
from wagtail_livechat.visitors.rules import is_revoked

from . import refused
from .events import NoteAdded
from .models import Conversation, Note
from .rules import may_be_rated
from .states import State, Step
from .writing import (
    Sent,
    announce,
    append,
    append_notice,
    as_sent,
    bring_to_end,
    demand_text,
    hand_to,
    load_of,
    lock_latest,
    move,
    said_before,
    save,
)

if TYPE_CHECKING:
    from wagtail_livechat.agents.models import AgentProfile
    from wagtail_livechat.visitors.models import Visitor


# What a visitor does.


@transaction.atomic
def send_message(
    *,
    site_id: int,
    key_hash: str,
    language: str,
    ref: str,
    text: str,
    signpost: bool = False,
    page_id: int | None = None,
) -> Sent:
    """Say something. Makes visitor and conversation at the first message; reopens a closed one.

    With ``signpost`` it answers first what begins here; not where it has handed over before.
    ``page_id`` is kept with what it is asked.
    """
    text = demand_text(text)
    visitor = visitor_actions.admit(site_id=site_id, key_hash=key_hash)
    conversation = lock_latest(visitor)
    if conversation is not None:
        repeated = said_before(conversation, ref, text)
        if repeated is not None:
            return repeated
    if conversation is None:
        conversation = begin(visitor, language, with_signpost=signpost)
    elif conversation.state == State.CLOSED:
        asks = signpost and not conversation.handed_over
        move(conversation, Step.ASK_AGAIN if asks else Step.WRITE_AGAIN)
        conversation.closed_at = None
        conversation.agent = None
        append_notice(conversation, NoticeCode.REOPENED)
        if asks:
            # What was left when it ended is answered no more.
            conversation.guided_to = conversation.last_seq
            save(conversation, "guided_to")
        announce(conversation, load=False)
    return append(
        conversation,
        kind="visitor",
        ref=ref,
        text=text,
        page_id=page_id if conversation.state == State.SIGNPOST else None,
    )


@transaction.atomic
def end_conversation(*, site_id: int, key_hash: str) -> None:
    """The visitor ends the conversation. Ending one that has ended changes nothing."""
    conversation = lock_visitors(site_id, key_hash)
    if conversation.state != State.CLOSED:
        bring_to_end(conversation, Step.END, NoticeCode.CLOSED_BY_VISITOR)


@transaction.atomic
def rate(*, site_id: int, key_hash: str, helped: bool) -> None:
    """The visitor says at the end whether it helped; the last word counts. Said while the
    conversation goes on, or of one that nobody answered, it changes nothing."""
    conversation = lock_visitors(site_id, key_hash)
    is_over = may_be_rated(state=conversation.state, agent_id=conversation.agent_id)
    if is_over and conversation.helped is not helped:
        conversation.helped = helped
        save(conversation, "helped")
        announce(conversation)


@transaction.atomic
def forget(*, site_id: int, key_hash: str) -> None:
    """The visitor leaves for good: the conversation ends and its key opens nothing more."""
    conversation = (
        Conversation.objects.select_for_update()
        .filter(visitor__key_hash=key_hash, site_id=site_id)
        .exclude(state=State.CLOSED)
        .first()
    )
    if conversation is not None:
        bring_to_end(conversation, Step.END, NoticeCode.CLOSED_BY_VISITOR)
    visitor_actions.forget_key(site_id=site_id, key_hash=key_hash)


@transaction.atomic
def mark_read_by_visitor(*, site_id: int, key_hash: str, seq: int) -> None:
    """The visitor has seen everything up to ``seq``."""
    conversation = lock_visitors(site_id, key_hash)
    if seq > conversation.last_seq:
        raise BadCursor
    if seq > conversation.read_by_visitor:
        conversation.read_by_visitor = seq
        save(conversation, "read_by_visitor")
        announce(conversation)


@transaction.atomic
def share_page(*, site_id: int, key_hash: str, page_id: int | None) -> None:
    """Show the agent one page, or stop showing."""
    conversation = lock_visitors(site_id, key_hash)
    conversation.shared_page_id = page_id
    conversation.shared_at = clock.now() if page_id else None
    save(conversation, "shared_page_id", "shared_at")
    announce(conversation)


# What an agent does.


@transaction.atomic
def reply(
    *,
    rights: StaffRights,
    profile_id: int,
    conversation_id: str,
    ref: str,
    text: str,
    attempt: int = 1,
) -> Sent | LiveChatError:
    """Say something to the visitor; a conversation that nobody answers is picked up by it.

    A refusal for what the conversation is at the moment is written down and handed back; see
    :mod:`.refused`. ``attempt`` counts how often the agent asked.
    """
    return _say(rights, profile_id, conversation_id, ref, demand_text(text), attempt=attempt)


@transaction.atomic
def send_card(
    *, rights: StaffRights, profile_id: int, conversation_id: str, ref: str, card: Card
) -> Sent | LiveChatError:
    """Send a page, image or document; see :mod:`.cards`. Its title stands for it as text.

    Refused like a :func:`reply`.
    """
    return _say(rights, profile_id, conversation_id, ref, card.title, card=card)


@transaction.atomic
def pick_up(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """Take one that waits, that the signpost holds, or whose agent is gone. Of two at once one
    wins."""
    conversation = lock_for_reply(rights, conversation_id)
    if conversation.state == State.ACTIVE and conversation.agent_id == profile_id:
        return
    profile = _with_a_free_place(profile_id)
    match conversation.state:
        case State.SIGNPOST | State.WAITING:
            hand_to(conversation, profile, Step.PICK_UP)
        case State.ACTIVE:
            holder = present_holder(conversation)
            if holder is not None:
                raise Taken(alias=holder.alias)
            hand_to(conversation, profile, Step.TAKE_OVER)
        case _:
            raise Closed


@transaction.atomic
def close_conversation(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """End a conversation from the staff side. Ending one that has ended changes nothing."""
    conversation = lock_for_reply(rights, conversation_id)
    if conversation.state == State.CLOSED:
        return
    if conversation.state == State.ACTIVE and conversation.agent_id != profile_id:
        holder = present_holder(conversation)
        if holder is not None:
            raise NotYours(alias=holder.alias)
    bring_to_end(conversation, Step.CLOSE, NoticeCode.CLOSED_BY_AGENT)


@transaction.atomic
def reopen(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """Take a closed conversation up again, in the same thread; allowed over capacity."""
    conversation = lock_for_reply(rights, conversation_id)
    if conversation.state == State.ACTIVE and conversation.agent_id == profile_id:
        return
    if is_revoked(conversation.visitor.key_hash):
        raise VisitorLeft
    later = Conversation.objects.filter(visitor_id=conversation.visitor_id).exclude(
        state=State.CLOSED
    )
    if conversation.state == State.CLOSED and later.exists():
        raise WrongState
    profile = agent_queries.agent(profile_id)
    move(conversation, Step.REOPEN)
    conversation.agent = profile
    conversation.closed_at = None
    if conversation.guided_to and not conversation.handed_over:
        conversation.handed_over = HandOver.PICKED_UP.value
        save(conversation, "handed_over")
    append_notice(conversation, NoticeCode.REOPENED, profile)
    announce(conversation, load=True)


@transaction.atomic
def add_note(*, rights: StaffRights, conversation_id: str, ref: str, text: str) -> Sent:
    """Write an internal note, in any state."""
    text = demand_text(text)
    conversation = lock_for_reply(rights, conversation_id)
    found = Note.objects.filter(conversation=conversation, ref=ref).first()
    if found is not None:
        if found.text != text:
            raise Conflict
        return as_sent(conversation, found.number, found.at, repeated=True)
    now = clock.now()
    conversation.last_note += 1
    save(conversation, "last_note")
    Note.objects.create(
        conversation=conversation,
        number=conversation.last_note,
        ref=ref,
        text=text,
        at=now,
        author_id=rights.user_id,
    )
    bus.publish(
        NoteAdded(
            site_id=conversation.site_id,
            conversation_pk=conversation.pk,
            conversation_id=str(conversation.public_id),
            number=conversation.last_note,
        )
    )
    return as_sent(conversation, conversation.last_note, now)


@transaction.atomic
def mark_read_by_staff(*, rights: StaffRights, conversation_id: str, seq: int) -> None:
    """The staff have seen everything up to ``seq``."""
    conversation = lock_for_reply(rights, conversation_id)
    if seq > conversation.last_seq:
        raise BadCursor
    if seq > conversation.read_by_staff:
        conversation.read_by_staff = seq
        save(conversation, "read_by_staff")
        announce(conversation)


# How.


def _say(
    rights: StaffRights,
    profile_id: int,
    conversation_id: str,
    ref: str,
    text: str,
    *,
    attempt: int = 1,
    card: Card | None = None,
) -> Sent | LiveChatError:
    conversation = lock_for_reply(rights, conversation_id)
    profile = agent_queries.agent(profile_id)
    repeated = said_before(conversation, ref, text)
    if repeated is not None:
        return repeated
    try:
        _take_for_reply(conversation, profile_id)
    except (Closed, NotYours, AtCapacity) as refusal:
        refused.remember(conversation, ref, attempt)
        return refusal
    if refused.is_refused(conversation, ref, attempt):
        raise RefusedBefore
    refused.forget_old(conversation)
    return append(conversation, kind="agent", ref=ref, text=text, profile=profile, card=card)


def _take_for_reply(conversation: Conversation, profile_id: int) -> None:
    """It is this agent's, or becomes so. Whatever is refused is refused before anything is
    written."""
    if conversation.state == State.CLOSED:
        raise Closed
    if conversation.state in (State.SIGNPOST, State.WAITING):
        hand_to(conversation, _with_a_free_place(profile_id), Step.PICK_UP)
    elif conversation.agent_id != profile_id:
        holder = present_holder(conversation)
        if holder is not None:
            raise NotYours(alias=holder.alias)
        hand_to(conversation, _with_a_free_place(profile_id), Step.TAKE_OVER)


def lock_visitors(site_id: int, key_hash: str) -> Conversation:
    """The visitor's newest conversation, locked."""
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(visitor__key_hash=key_hash, site_id=site_id)
        .order_by("-pk")
        .first()
    )
    if conversation is None:
        raise NotFound
    return conversation


def lock_for_reply(rights: StaffRights, conversation_id: str) -> Conversation:
    """The conversation, if this user may reply on its site: else as if it did not exist."""
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("visitor")
        .filter(public_id=conversation_id, site_id__in=rights.sites)
        .first()
    )
    if conversation is None:
        raise NotFound
    if not rights.may_reply(conversation.site_id):
        raise Forbidden
    return conversation


def begin(visitor: Visitor, language: str, *, with_signpost: bool = False) -> Conversation:
    """A visitor's first conversation."""
    now = clock.now()
    state = State.SIGNPOST if with_signpost else State.WAITING
    conversation = Conversation.objects.create(
        site_id=visitor.site_id,
        visitor=visitor,
        state=state.value,
        language=language,
        started_at=now,
        last_at=now,
        waiting_since=now,
    )
    announce(conversation)
    return conversation


def _with_a_free_place(profile_id: int) -> AgentProfile:
    """This agent, locked, who can take one more conversation."""
    profile = agent_actions.lock_agent(profile_id)
    if load_of(profile) >= profile.capacity:
        raise AtCapacity
    return profile


def present_holder(conversation: Conversation) -> AgentProfile | None:
    """The agent who answers it and is here. Whose agent is gone, anybody may take over."""
    holder = conversation.agent
    if holder is None or not agent_queries.present_profile_ids([holder.pk]):
        return None
    return holder
