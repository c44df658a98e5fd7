"""How a locked conversation is written: its thread, its state, and who is told.

Called by :mod:`.actions`, inside their transactions and under the conversation's lock.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from wagtail_livechat import bus, clock
from wagtail_livechat.agents.queries import held_places
from wagtail_livechat.errors import Conflict, EmptyMessage, WrongState
from wagtail_livechat.protocol.values import Card, HandOver, NoticeCode
from wagtail_livechat.visitors import actions as visitor_actions

from . import guidance
from .cards import to_store
from .events import ConversationChanged, MessageSent
from .guidance import Pointing
from .models import Conversation, Message
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


def demand_text(text: str) -> str:
    """The words in their one spelling. Raises :class:`EmptyMessage` where nothing is left."""
    text = normalise(text)
    if not text:
        raise EmptyMessage
    return text


def lock_latest(visitor: Visitor) -> Conversation | None:
    """The visitor's newest conversation, locked; two first messages at once wait for each other."""
    visitor_actions.lock_visitor(visitor.pk)
    return Conversation.objects.select_for_update().filter(visitor=visitor).order_by("-pk").first()


def said_before(conversation: Conversation, ref: str, text: str) -> Sent | None:
    """What was stored under this ref. Raises :class:`Conflict` if it was another text."""
    found = Message.objects.filter(conversation=conversation, ref=ref).first()
    if found is None:
        return None
    if found.text != text:
        raise Conflict
    return as_sent(conversation, found.seq, found.at, repeated=True)


def as_sent(conversation: Conversation, seq: int, at: datetime, *, repeated: bool = False) -> Sent:
    """What the one who sent it is answered."""
    return Sent(
        conversation_pk=conversation.pk,
        conversation_id=str(conversation.public_id),
        visitor_id=conversation.visitor_id,
        seq=seq,
        at=at,
        repeated=repeated,
    )


def append(
    conversation: Conversation,
    *,
    kind: str,
    ref: str,
    text: str,
    notice: str = "",
    profile: AgentProfile | None = None,
    card: Card | None = None,
    pointing: Pointing | None = None,
    helped: bool | None = None,
    page_id: int | None = None,
) -> Sent:
    """Append one entry to the locked conversation's thread."""
    now = clock.now()
    conversation.last_seq += 1
    conversation.last_at = now
    if kind == "visitor":
        conversation.waiting_since = conversation.waiting_since or now
    elif kind in ("agent", "signpost"):
        conversation.waiting_since = None
    save(conversation, "last_seq", "last_at", "waiting_since")
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
                card=to_store(card) if card else None,
                guidance=guidance.to_store(pointing, conversation.site_id) if pointing else None,
                helped=helped,
                page_id=page_id,
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
            card=card,
            guidance=guidance.guidance_said(pointing) if pointing else None,
            asks_signpost=kind == "visitor" and conversation.state == State.SIGNPOST,
        )
    )
    return as_sent(conversation, conversation.last_seq, now)


def append_notice(
    conversation: Conversation, code: NoticeCode, profile: AgentProfile | None = None
) -> None:
    """Append what the system itself says."""
    append(
        conversation,
        kind="notice",
        ref=str(uuid.uuid4()),
        text="",
        notice=code.value,
        profile=profile,
    )


def move(conversation: Conversation, step: Step) -> None:
    """Change the state. Raises :class:`WrongState` where the table knows no such step."""
    try:
        conversation.state = after(State(conversation.state), step)
    except IllegalStep as error:
        raise WrongState from error


def hand_to(conversation: Conversation, profile: AgentProfile, step: Step) -> None:
    """It is this agent's from now on, and the signpost is silent."""
    before = conversation.agent_id
    if conversation.state == State.SIGNPOST:
        conversation.handed_over = HandOver.PICKED_UP.value
        conversation.asks_about = conversation.place = None
        save(conversation, "handed_over", "asks_about", "place")
    move(conversation, step)
    conversation.agent = profile
    append_notice(conversation, NoticeCode.PICKED_UP, profile)
    announce(conversation, load=True, also=before)


def bring_to_end(conversation: Conversation, step: Step, code: NoticeCode) -> None:
    """Close it."""
    move(conversation, step)
    conversation.closed_at = clock.now()
    conversation.waiting_since = None
    # What was shown, or asked, for the conversation's sake ends with it.
    conversation.shared_page_id = conversation.shared_at = None
    conversation.asks_about = conversation.place = None
    save(conversation, "shared_page_id", "shared_at", "asks_about", "place")
    append_notice(conversation, code, conversation.agent if step is Step.CLOSE else None)
    announce(conversation, load=True)


def load_of(profile: AgentProfile) -> int:
    """How many of this agent's places are taken: by conversations, and by invitations."""
    active = Conversation.objects.filter(agent=profile, state=State.ACTIVE).count()
    return active + held_places([profile.pk]).get(profile.pk, 0)


def save(conversation: Conversation, *fields: str) -> None:
    """Write these fields and no others."""
    conversation.save(update_fields=fields)


def announce(conversation: Conversation, *, load: bool = False, also: int | None = None) -> None:
    """Count the change and announce it."""
    conversation.revision += 1
    save(conversation, "revision", "state", "agent", "closed_at", "waiting_since")
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
