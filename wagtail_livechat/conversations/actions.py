"""What can be done in a conversation: lock, ask the rules, write, publish.

Each action is safe to repeat with the same ``ref``: it is done once and answered again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from wagtail_livechat import bus, clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.errors import (
    AtCapacity,
    BadCursor,
    Closed,
    Conflict,
    EmptyMessage,
    Forbidden,
    NotFound,
    NotYours,
    Taken,
    VisitorLeft,
    WrongState,
)
from wagtail_livechat.protocol.values import NoticeCode
from wagtail_livechat.visitors import actions as visitor_actions
from wagtail_livechat.visitors.rules import is_revoked

from .events import ConversationChanged, MessageSent, NoteAdded
from .models import Conversation, Message, Note
from .rules import normalise
from .states import IllegalStep, State, Step, after

if TYPE_CHECKING:
    from wagtail_livechat.agents.models import AgentProfile
    from wagtail_livechat.visitors.models import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message or note that is stored. ``repeated`` if it was before."""

    conversation_pk: int
    conversation_id: str
    visitor_id: int
    seq: int
    at: datetime
    repeated: bool = False


# What a visitor does.


@transaction.atomic
def send_message(*, site_id: int, key_hash: str, language: str, ref: str, text: str) -> Sent:
    """Say something. Makes visitor and conversation at the first message; reopens a closed one."""
    text = _demand_text(text)
    visitor = visitor_actions.admit(site_id=site_id, key_hash=key_hash)
    conversation = _lock_latest(visitor)
    if conversation is not None:
        repeated = _repeated(conversation, ref, text)
        if repeated is not None:
            return repeated
    if conversation is None:
        conversation = _begin(visitor, language)
    elif conversation.state == State.CLOSED:
        _step(conversation, Step.WRITE_AGAIN)
        conversation.closed_at = None
        conversation.agent = None
        _notice(conversation, NoticeCode.REOPENED)
        _changed(conversation, load=False)
    return _store(conversation, kind="visitor", ref=ref, text=text)


@transaction.atomic
def end_conversation(*, site_id: int, key_hash: str) -> None:
    """The visitor ends the conversation. Ending one that has ended changes nothing."""
    conversation = _lock_visitors(site_id, key_hash)
    if conversation.state != State.CLOSED:
        _close(conversation, Step.END, NoticeCode.CLOSED_BY_VISITOR)


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
        _close(conversation, Step.END, NoticeCode.CLOSED_BY_VISITOR)
    visitor_actions.forget_key(site_id=site_id, key_hash=key_hash)


@transaction.atomic
def mark_read_by_visitor(*, site_id: int, key_hash: str, seq: int) -> None:
    """The visitor has seen everything up to ``seq``."""
    conversation = _lock_visitors(site_id, key_hash)
    if seq > conversation.last_seq:
        raise BadCursor
    if seq > conversation.read_by_visitor:
        conversation.read_by_visitor = seq
        _save(conversation, "read_by_visitor")
        _changed(conversation)


@transaction.atomic
def share_page(*, site_id: int, key_hash: str, page_id: int | None) -> None:
    """Show the agent one page, or stop showing."""
    conversation = _lock_visitors(site_id, key_hash)
    conversation.shared_page_id = page_id
    conversation.shared_at = clock.now() if page_id else None
    _save(conversation, "shared_page_id", "shared_at")
    _changed(conversation)


# What an agent does.


@transaction.atomic
def reply(
    *, rights: StaffRights, profile_id: int, conversation_id: str, ref: str, text: str
) -> Sent:
    """Say something to the visitor; a conversation that nobody answers is picked up by it."""
    text = _demand_text(text)
    conversation = _lock_for_reply(rights, conversation_id)
    profile = agent_queries.agent(profile_id)
    repeated = _repeated(conversation, ref, text)
    if repeated is not None:
        return repeated
    if conversation.state == State.CLOSED:
        raise Closed
    if conversation.state == State.WAITING:
        _take(conversation, _with_a_free_place(profile_id), Step.PICK_UP)
    elif conversation.agent_id != profile_id:
        holder = _present_holder(conversation)
        if holder is not None:
            raise NotYours(alias=holder.alias)
        _take(conversation, _with_a_free_place(profile_id), Step.TAKE_OVER)
    return _store(conversation, kind="agent", ref=ref, text=text, profile=profile)


@transaction.atomic
def pick_up(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """Take a waiting conversation, or one whose agent is gone. Of two at once one wins."""
    conversation = _lock_for_reply(rights, conversation_id)
    if conversation.state == State.ACTIVE and conversation.agent_id == profile_id:
        return
    profile = _with_a_free_place(profile_id)
    match conversation.state:
        case State.WAITING:
            _take(conversation, profile, Step.PICK_UP)
        case State.ACTIVE:
            holder = _present_holder(conversation)
            if holder is not None:
                raise Taken(alias=holder.alias)
            _take(conversation, profile, Step.TAKE_OVER)
        case _:
            raise Closed


@transaction.atomic
def close_conversation(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """End a conversation from the staff side. Ending one that has ended changes nothing."""
    conversation = _lock_for_reply(rights, conversation_id)
    if conversation.state == State.CLOSED:
        return
    if conversation.state == State.ACTIVE and conversation.agent_id != profile_id:
        holder = _present_holder(conversation)
        if holder is not None:
            raise NotYours(alias=holder.alias)
    _close(conversation, Step.CLOSE, NoticeCode.CLOSED_BY_AGENT)


@transaction.atomic
def reopen(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """Take a closed conversation up again, in the same thread; allowed over capacity."""
    conversation = _lock_for_reply(rights, conversation_id)
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
    _step(conversation, Step.REOPEN)
    conversation.agent = profile
    conversation.closed_at = None
    _notice(conversation, NoticeCode.REOPENED, profile)
    _changed(conversation, load=True)


@transaction.atomic
def add_note(*, rights: StaffRights, conversation_id: str, ref: str, text: str) -> Sent:
    """Write an internal note, in any state."""
    text = _demand_text(text)
    conversation = _lock_for_reply(rights, conversation_id)
    found = Note.objects.filter(conversation=conversation, ref=ref).first()
    if found is not None:
        if found.text != text:
            raise Conflict
        return _sent(conversation, found.number, found.at, repeated=True)
    now = clock.now()
    conversation.last_note += 1
    _save(conversation, "last_note")
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
    return _sent(conversation, conversation.last_note, now)


@transaction.atomic
def mark_read_by_staff(*, rights: StaffRights, conversation_id: str, seq: int) -> None:
    """The staff have seen everything up to ``seq``."""
    conversation = _lock_for_reply(rights, conversation_id)
    if seq > conversation.last_seq:
        raise BadCursor
    if seq > conversation.read_by_staff:
        conversation.read_by_staff = seq
        _save(conversation, "read_by_staff")
        _changed(conversation)


# How.


def _demand_text(text: str) -> str:
    text = normalise(text)
    if not text:
        raise EmptyMessage
    return text


def _lock_latest(visitor: Visitor) -> Conversation | None:
    """The visitor's newest conversation, locked; two first messages at once wait for each other."""
    visitor_actions.lock_visitor(visitor.pk)
    return Conversation.objects.select_for_update().filter(visitor=visitor).order_by("-pk").first()


def _lock_visitors(site_id: int, key_hash: str) -> Conversation:
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(visitor__key_hash=key_hash, site_id=site_id)
        .order_by("-pk")
        .first()
    )
    if conversation is None:
        raise NotFound
    return conversation


def _lock_for_reply(rights: StaffRights, conversation_id: str) -> Conversation:
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


def _begin(visitor: Visitor, language: str) -> Conversation:
    now = clock.now()
    conversation = Conversation.objects.create(
        site_id=visitor.site_id,
        visitor=visitor,
        language=language,
        started_at=now,
        last_at=now,
        waiting_since=now,
    )
    _changed(conversation)
    return conversation


def _repeated(conversation: Conversation, ref: str, text: str) -> Sent | None:
    found = Message.objects.filter(conversation=conversation, ref=ref).first()
    if found is None:
        return None
    if found.text != text:
        raise Conflict
    return _sent(conversation, found.seq, found.at, repeated=True)


def _sent(conversation: Conversation, seq: int, at: datetime, *, repeated: bool = False) -> Sent:
    return Sent(
        conversation_pk=conversation.pk,
        conversation_id=str(conversation.public_id),
        visitor_id=conversation.visitor_id,
        seq=seq,
        at=at,
        repeated=repeated,
    )


def _store(
    conversation: Conversation,
    *,
    kind: str,
    ref: str,
    text: str,
    notice: str = "",
    profile: AgentProfile | None = None,
) -> Sent:
    """Append one entry to the locked conversation's thread."""
    now = clock.now()
    conversation.last_seq += 1
    conversation.last_at = now
    if kind == "visitor":
        conversation.waiting_since = conversation.waiting_since or now
    elif kind == "agent":
        conversation.waiting_since = None
    _save(conversation, "last_seq", "last_at", "waiting_since")
    try:
        with transaction.atomic():
            Message.objects.create(
                conversation=conversation,
                seq=conversation.last_seq,
                ref=ref,
                kind=kind,
                text=text,
                notice=notice,
                at=now,
                agent=profile,
                alias=profile.alias if profile else "",
            )
    except IntegrityError as error:
        raise Conflict from error
    bus.publish(
        MessageSent(
            site_id=conversation.site_id,
            conversation_pk=conversation.pk,
            conversation_id=str(conversation.public_id),
            visitor_id=conversation.visitor_id,
            seq=conversation.last_seq,
            ref=ref,
            kind=kind,
            text=text,
            at=now,
            profile_id=profile.pk if profile else None,
            alias=profile.alias if profile else None,
            notice=notice or None,
        )
    )
    return _sent(conversation, conversation.last_seq, now)


def _notice(
    conversation: Conversation, code: NoticeCode, profile: AgentProfile | None = None
) -> None:
    _store(
        conversation,
        kind="notice",
        ref=str(uuid.uuid4()),
        text="",
        notice=code.value,
        profile=profile,
    )


def _step(conversation: Conversation, step: Step) -> None:
    try:
        conversation.state = after(State(conversation.state), step)
    except IllegalStep as error:
        raise WrongState from error


def _take(conversation: Conversation, profile: AgentProfile, step: Step) -> None:
    before = conversation.agent_id
    _step(conversation, step)
    conversation.agent = profile
    _notice(conversation, NoticeCode.PICKED_UP, profile)
    _changed(conversation, load=True, also=before)


def _close(conversation: Conversation, step: Step, code: NoticeCode) -> None:
    _step(conversation, step)
    conversation.closed_at = clock.now()
    conversation.waiting_since = None
    # What was shown for the conversation's sake ends with it.
    conversation.shared_page_id = conversation.shared_at = None
    _save(conversation, "shared_page_id", "shared_at")
    _notice(conversation, code, conversation.agent if step is Step.CLOSE else None)
    _changed(conversation, load=True)


def _with_a_free_place(profile_id: int) -> AgentProfile:
    """This agent, locked, who can take one more conversation."""
    profile = agent_actions.lock_agent(profile_id)
    if Conversation.objects.filter(agent=profile, state=State.ACTIVE).count() >= profile.capacity:
        raise AtCapacity
    return profile


def _present_holder(conversation: Conversation) -> AgentProfile | None:
    """The agent who answers it and is here. Whose agent is gone, anybody may take over."""
    holder = conversation.agent
    if holder is None or not agent_queries.present_profile_ids([holder.pk]):
        return None
    return holder


def _save(conversation: Conversation, *fields: str) -> None:
    conversation.save(update_fields=fields)


def _changed(conversation: Conversation, *, load: bool = False, also: int | None = None) -> None:
    """Count the change and announce it."""
    conversation.revision += 1
    _save(conversation, "revision", "state", "agent", "closed_at", "waiting_since")
    bus.publish(
        ConversationChanged(
            site_id=conversation.site_id,
            conversation_pk=conversation.pk,
            conversation_id=str(conversation.public_id),
            visitor_id=conversation.visitor_id,
            load_changed=load,
            profile_ids=tuple(i for i in {conversation.agent_id, also} if i) if load else (),
        )
    )
