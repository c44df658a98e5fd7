"""The signpost in a conversation: it speaks, hands over, falls silent, and is given back.

What it says is made elsewhere, without a lock; here it enters the thread. For one message of
the visitor it enters once: ``guided_to`` is looked at and moved under the conversation's lock,
so that however many have answered, in however many processes, the first one counts.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.errors import NotYours
from wagtail_livechat.protocol.values import HandOver, NoticeCode
from wagtail_livechat.visitors import actions as visitor_actions

from . import queries
from .actions import begin, lock_for_reply, lock_visitors, present_holder
from .guidance import Pointing
from .models import Conversation, Message
from .rules import IDLE_AFTER
from .states import State, Step
from .writing import (
    Sent,
    announce,
    append,
    append_notice,
    as_sent,
    bring_to_end,
    lock_latest,
    move,
    save,
)

_NAMESPACE: Final = uuid.UUID("2b0d7a3e-8a53-4f0b-9b7e-7f5b1c6a9d10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What the signpost makes of one message of the visitor.

    - ``text``, ``pointing``: what it says; neither where it says nothing.
    - ``asks``: it wants to know whether that helped. ``failed``: it knew nothing.
    - ``helped``: what the visitor has just said of the answer before, if anything.
    - ``hands_over``: why it gives the conversation to a person, if it does.
    - ``place``, ``email``: of a script.
    """

    text: str = ""
    pointing: Pointing = field(default_factory=Pointing)
    asks: bool = False
    failed: bool = False
    helped: bool | None = None
    hands_over: HandOver | None = None
    place: dict[str, Any] | None = None
    email: str = ""


@transaction.atomic
def say(*, conversation_pk: int, to_seq: int, saying: Saying) -> bool:
    """Answer the visitor's message ``to_seq``; whether that was still to be done."""
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_pk).first()
    if (
        conversation is None
        or conversation.state != State.SIGNPOST
        or to_seq <= conversation.guided_to
    ):
        return False
    if saying.helped is not None:
        _judge(conversation, helped=saying.helped)
    elif saying.hands_over is HandOver.REPEATED:
        _fail_last(conversation)
    conversation.guided_to = to_seq
    conversation.asks_about = None
    conversation.place = saying.place
    conversation.email = saying.email or conversation.email
    conversation.failures += saying.failed
    if saying.text or saying.pointing.pages:
        sent = append(
            conversation,
            kind="signpost",
            ref=str(uuid.uuid5(_NAMESPACE, f"{conversation.public_id} {to_seq}")),
            text=saying.text,
            pointing=saying.pointing,
            helped=False if saying.failed else None,
        )
        conversation.asks_about = sent.seq if saying.asks else None
    conversation.waiting_since = _oldest_after(conversation, to_seq)
    _keep(conversation)
    if saying.hands_over is not None:
        _hand_over(conversation, saying.hands_over)
    else:
        announce(conversation)
    return True


@transaction.atomic
def judge(*, site_id: int, key_hash: str, seq: int, helped: bool) -> None:
    """The visitor says whether an answer helped. Said of one that nobody asks about any more,
    it changes nothing."""
    conversation = lock_visitors(site_id, key_hash)
    if conversation.state != State.SIGNPOST or conversation.asks_about != seq:
        return
    _judge(conversation, helped=helped)
    _keep(conversation)
    if helped:
        announce(conversation)
    else:
        _hand_over(conversation, HandOver.NOT_HELPED)


@transaction.atomic
def ask_for_person(*, site_id: int, key_hash: str, language: str) -> Sent:
    """The visitor wants a person, now or when one comes; asked twice, it is done once."""
    visitor = visitor_actions.admit(site_id=site_id, key_hash=key_hash)
    conversation = lock_latest(visitor)
    if conversation is None:
        conversation = begin(visitor, language, with_signpost=True)
    elif conversation.state == State.CLOSED:
        move(conversation, Step.ASK_AGAIN)
        conversation.closed_at = None
        conversation.agent = None
        append_notice(conversation, NoticeCode.REOPENED)
    if conversation.state == State.SIGNPOST:
        _hand_over(conversation, HandOver.ASKED)
    return as_sent(conversation, conversation.last_seq, conversation.last_at)


@transaction.atomic
def give_back(*, rights: StaffRights, profile_id: int, conversation_id: str) -> None:
    """The agent lets the signpost answer what is written from now on. Twice changes nothing."""
    conversation = lock_for_reply(rights, conversation_id)
    if conversation.state == State.SIGNPOST:
        return
    holder = conversation.agent
    if conversation.agent_id != profile_id:
        present = present_holder(conversation)
        if present is not None:
            raise NotYours(alias=present.alias)
    move(conversation, Step.GIVE_BACK)
    conversation.agent = None
    conversation.handed_over = ""
    conversation.failures = 0
    conversation.place = None
    conversation.waiting_since = None
    append_notice(conversation, NoticeCode.GIVEN_BACK, holder)
    conversation.guided_to = conversation.last_seq
    _keep(conversation)
    announce(conversation, load=True, also=holder.pk if holder else None)


def close_idle() -> int:
    """End what the signpost holds and nobody has written in for long; says how many.

    Nobody is told to come back: who writes again goes on in the same thread.
    """
    before = clock.now() - IDLE_AFTER
    return sum(_close_idle(pk, before) for pk in queries.idle_with_signpost(before))


@transaction.atomic
def _close_idle(pk: int, before: datetime) -> bool:
    conversation = (
        Conversation.objects.select_for_update()
        .filter(pk=pk, state=State.SIGNPOST, waiting_since__isnull=True, last_at__lt=before)
        .first()
    )
    if conversation is None:
        return False
    bring_to_end(conversation, Step.CLOSE, NoticeCode.CLOSED_IDLE)
    return True


# How.


def _judge(conversation: Conversation, *, helped: bool) -> None:
    """What became of the answer that was asked about."""
    if conversation.asks_about is not None:
        Message.objects.filter(conversation=conversation, seq=conversation.asks_about).update(
            helped=helped
        )
    conversation.asks_about = None
    conversation.failures = 0 if helped else conversation.failures + 1


def _fail_last(conversation: Conversation) -> None:
    """Who asks the same again was not helped by what was said."""
    said = Message.objects.filter(conversation=conversation, kind="signpost").order_by("-seq")
    last = said.first()
    if last is not None:
        last.helped = False
        last.save(update_fields=["helped"])


def _hand_over(conversation: Conversation, reason: HandOver) -> None:
    """It is a person's from now on, whether or not one is here."""
    move(conversation, Step.HAND_OVER)
    conversation.handed_over = reason.value
    conversation.asks_about = None
    conversation.place = None
    conversation.guided_to = conversation.last_seq
    conversation.waiting_since = conversation.waiting_since or clock.now()
    _keep(conversation)
    is_here = queries.is_site_answering(conversation.site_id)
    append_notice(conversation, NoticeCode.HANDED_OVER if is_here else NoticeCode.HANDED_OVER_LATER)
    announce(conversation)


def _oldest_after(conversation: Conversation, seq: int) -> datetime | None:
    """Since when a message of the visitor waits that was written after this one."""
    later = Message.objects.filter(conversation=conversation, kind="visitor", seq__gt=seq)
    return later.order_by("seq").values_list("at", flat=True).first()


def _keep(conversation: Conversation) -> None:
    save(
        conversation,
        "guided_to",
        "asks_about",
        "failures",
        "handed_over",
        "place",
        "email",
        "waiting_since",
    )
