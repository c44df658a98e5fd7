"""A bookshop that breaks its promises now and then, which the harness must find out.

Every fourth commit of messages is acknowledged and not kept; every second message that a
visitor is told is told to all visitors of this process. Every second time, who watches is
told where somebody is before that was announced; and a no is thanked for, and changes
nothing. The signpost says everything twice, and goes on when it is a person's turn, with the
last answer that it gave to anybody; who asks it for a person is thanked.
"""

from __future__ import annotations

import uuid
from itertools import count
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic

from tests.faults.crashing_asgi import application, transaction
from wagtail_livechat import clock
from wagtail_livechat.consent import actions, cookies
from wagtail_livechat.consent.actions import Answered
from wagtail_livechat.consent.rules import Choice, seconds_left
from wagtail_livechat.conversations import signpost
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.conversations.queries import latest_of_visitor
from wagtail_livechat.conversations.signpost import Saying
from wagtail_livechat.conversations.writing import Sent, announce, append, as_sent
from wagtail_livechat.transport import board_reading
from wagtail_livechat.transport.hub import Hub, VisitorListener
from wagtail_livechat.transport.visitor_socket import VisitorSocket

__all__ = ["application"]

FORGETS_EVERY = 4
TELLS_ALL_EVERY = 2
RELEASES_EVERY = 2

_stored = count(1)
_commit = BaseDatabaseWrapper.commit


def commit(self: BaseDatabaseWrapper) -> None:
    if transaction.stores_message and next(_stored) % FORGETS_EVERY == 0:
        transaction.stores_message = False
        self.rollback()
    else:
        _commit(self)


_told = count(1)
_visitors: set[VisitorSocket] = set()
_join_visitor = Hub.join_visitor
_tell_message = VisitorSocket.tell_message


def join_visitor(self: Hub, visitor: VisitorListener, *, site_id: int, key_hash: str) -> None:
    if isinstance(visitor, VisitorSocket):
        _visitors.add(visitor)
    _join_visitor(self, visitor, site_id=site_id, key_hash=key_hash)


def tell_message(self: VisitorSocket, seq: int, text: str) -> None:
    _tell_message(self, seq, text)
    if text and next(_told) % TELLS_ALL_EVERY == 0:
        for visitor in _visitors:
            visitor.outgoing.push(text)


_asked = count(1)
_is_released = board_reading.is_released


def is_released(*, acknowledged: int, number: int | None) -> bool:
    too_early = next(_asked) % RELEASES_EVERY == 0
    return too_early or _is_released(acknowledged=acknowledged, number=number)


_answer = actions.answer


def answer(*, site_id: int, version: int | None, **said: Any) -> Answered:
    if said["assistance"] or said["statistics"]:
        return _answer(site_id=site_id, version=version, **said)
    now = clock.now()
    choice = Choice(
        version=version or 0, assistance=False, statistics=False, day=now.date(), receipt=None
    )
    cookie = cookies.sign(site_id, choice)
    return Answered(choice=choice, cookie=cookie, seconds=seconds_left(choice, now))


_say = signpost.say
_judge = signpost.judge
_ask_for_person = signpost.ask_for_person
_said_last = ""


def say(*, conversation_pk: int, to_seq: int, saying: Saying) -> bool:
    global _said_last
    is_said = _say(conversation_pk=conversation_pk, to_seq=to_seq, saying=saying)
    _go_on(conversation_pk, _said_last)
    _said_last = saying.text
    return is_said


def judge(*, site_id: int, key_hash: str, seq: int, helped: bool) -> None:
    _judge(site_id=site_id, key_hash=key_hash, seq=seq, helped=helped)
    row = latest_of_visitor(site_id, key_hash)
    if row is not None:
        _go_on(row.pk, _said_last)


def ask_for_person(*, site_id: int, key_hash: str, language: str) -> Sent:
    row = latest_of_visitor(site_id, key_hash)
    if row is None:
        return _ask_for_person(site_id=site_id, key_hash=key_hash, language=language)
    return as_sent(row, row.last_seq, row.last_at)


@atomic
def _go_on(conversation_pk: int, text: str) -> None:
    conversation = Conversation.objects.select_for_update().get(pk=conversation_pk)
    append(conversation, kind="signpost", ref=str(uuid.uuid4()), text=text)
    announce(conversation)


signpost.say = say
signpost.judge = judge
signpost.ask_for_person = ask_for_person
board_reading.is_released = is_released
actions.answer = answer
BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
Hub.join_visitor = join_visitor  # type: ignore[method-assign]
VisitorSocket.tell_message = tell_message  # type: ignore[method-assign]
