"""Answering for the signpost, step by step, so that it may be stopped after each."""

from __future__ import annotations

from datetime import datetime

from wagtail_livechat.conversations import queries, signpost

from .guiding import decide


def answer_visitor(conversation_pk: int) -> int:
    """Answer what the signpost owes in a conversation; says how many messages.

    For callers that have no event loop. Not in a transaction: looking something up takes
    time, and nobody shall wait for it with a lock.
    """
    answered = 0
    while (asked := queries.next_unanswered(conversation_pk)) is not None:
        saying = decide(asked)
        answered += signpost.say(conversation_pk=conversation_pk, to_seq=asked.seq, saying=saying)
    return answered


def answer_left(before: datetime) -> int:
    """Answer what was left since before this moment, by a process that is no more."""
    return sum(answer_visitor(pk) for pk in queries.left_unanswered(before))
