"""A conversation that the site began: an invitation that its visitor accepted."""

from __future__ import annotations

from django.db import transaction

from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.visitors import actions as visitor_actions
from wagtail_livechat.visitors.queries import visitor_by_key

from .models import Conversation, Message
from .states import State, Step
from .writing import Sent, announce, append, as_sent, hand_to, lock_latest


@transaction.atomic
def begin_invited(
    *,
    site_id: int,
    key_hash: str,
    language: str,
    profile_id: int,
    text: str,
    ref: str,
    initiator: str,
    began_by: str = "",
) -> Sent:
    """Begin a conversation with the agent's invitation as its first entry.

    ``ref`` is the invitation's own name: accepted twice, it begins once. Where the visitor
    already has a conversation open it goes on there; with the same agent, or one who had
    waited for any, the invitation joins the thread.
    """
    visitor = visitor_actions.admit(site_id=site_id, key_hash=key_hash)
    conversation = lock_latest(visitor)
    before = begun_before(site_id=site_id, key_hash=key_hash, ref=ref)
    if before is not None:
        return before
    profile = agent_actions.lock_agent(profile_id)
    if conversation is not None and conversation.state != State.CLOSED:
        if conversation.state in (State.SIGNPOST, State.WAITING):
            hand_to(conversation, profile, Step.PICK_UP)
        elif conversation.agent_id != profile_id:
            # A colleague is already there: the invitation has nothing to add.
            return as_sent(conversation, conversation.last_seq, conversation.last_at, repeated=True)
        return append(conversation, kind="agent", ref=ref, text=text, profile=profile)
    now = clock.now()
    begun = Conversation.objects.create(
        site_id=site_id,
        visitor=visitor,
        agent=profile,
        state=State.ACTIVE.value,
        initiator=initiator,
        began_by=began_by,
        language=language,
        started_at=now,
        last_at=now,
    )
    sent = append(begun, kind="agent", ref=ref, text=text, profile=profile)
    announce(begun, load=True)
    return sent


def give_key(*, conversation_pk: int, key_hash: str) -> None:
    """Let this key open a conversation that was begun under one which never reached its browser.

    Only where nobody has written under the old key, and the new one opens nothing else. The
    caller has proved that both are of one person.
    """
    begun = Conversation.objects.select_related("visitor").get(pk=conversation_pk)
    old = begun.visitor.key_hash
    if old is None or old == key_hash or visitor_by_key(begun.site_id, key_hash) is not None:
        return
    if not begun.messages.filter(kind="visitor").exists():
        visitor_actions.rotate_key(site_id=begun.site_id, old_hash=old, new_hash=key_hash)


def begun_before(*, site_id: int, key_hash: str, ref: str) -> Sent | None:
    """What accepting this invitation has begun already, if it has."""
    found = (
        Message.objects.filter(
            conversation__visitor__key_hash=key_hash, conversation__site_id=site_id, ref=ref
        )
        .select_related("conversation")
        .first()
    )
    if found is None:
        return None
    return as_sent(found.conversation, found.seq, found.at, repeated=True)
