"""What becomes of an invitation: it is shown, answered, taken back, or runs out.

How one is made is in :mod:`.inviting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from wagtail_livechat import bus, clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.conversations.invited import begin_invited, give_key
from wagtail_livechat.errors import Forbidden, KeyMissing, NotFound, NotInvited
from wagtail_livechat.visitors.inviting import lock_visit, note_invitation, recognise_visit

from . import counting
from .events import InvitationMoved
from .inviting import Made, NotMade, candidates, consider, invite, offer, try_rules
from .models import Invitation
from .states import OPEN, State, Step, after

if TYPE_CHECKING:
    from wagtail_livechat.visitors.models import Visit

__all__ = [
    "Answered",
    "Made",
    "NotMade",
    "answer",
    "cancel",
    "cancel_of_visit",
    "cancel_orphans",
    "candidates",
    "consider",
    "invite",
    "offer",
    "retract_lost",
    "run_out",
    "see",
    "try_rules",
]

ACCEPT, DECLINE, NEVER = "accept", "decline", "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer came to; with the conversation, if it was accepted."""

    invitation_id: str
    state: State
    conversation_id: str | None = None
    conversation_pk: int | None = None
    visitor_id: int | None = None


# What the visitor does.


@transaction.atomic
def see(*, site_id: int, visit_key_hash: str, invitation_id: str) -> None:
    """The visitor's page shows the invitation. Said again it changes nothing."""
    visit, invitation = _lock_own(site_id, visit_key_hash, invitation_id)
    if invitation.state == State.QUEUED and invitation.expires_at > clock.now():
        _move(visit, invitation, Step.SHOW)
        counting.count(invitation.trigger_id, shown=1)


@transaction.atomic
def answer(
    *,
    site_id: int,
    visit_key_hash: str,
    invitation_id: str,
    answer: str,
    chat_key_hash: str | None = None,
    language: str = "",
) -> Answered:
    """Accept, no thanks, or never again. The same answer twice is one answer.

    Whoever accepts needs a chat key, which is given by an answer over HTTP alone; without
    one :class:`KeyMissing` is raised and the invitation goes on standing.
    """
    visit, invitation = _lock_own(site_id, visit_key_hash, invitation_id)
    if answer == ACCEPT:
        return _accept(visit, invitation, chat_key_hash, language or visit.language)
    if invitation.state in OPEN:
        _move(visit, invitation, Step.DECLINE, silenced=True)
        counting.count_answer(invitation.trigger_id, dismissed=True)
    else:
        # Too late to be a decline, but not to be heard.
        note_invitation(visit, state=visit.invitation, silenced=True)
    return Answered(invitation_id=invitation_id, state=State(invitation.state))


def _accept(
    visit: Visit, invitation: Invitation, chat_key_hash: str | None, language: str
) -> Answered:
    if invitation.state != State.ACCEPTED and not (
        invitation.state in OPEN
        and invitation.expires_at > clock.now()
        and invitation.agent_id is not None
    ):
        raise NotInvited
    if chat_key_hash is None:
        raise KeyMissing
    if invitation.agent_id is None:
        raise NotInvited
    if invitation.conversation_id is not None:
        # The answer that carried the key of an earlier try was lost on its way.
        give_key(conversation_pk=invitation.conversation_id, key_hash=chat_key_hash)
    sent = begin_invited(
        site_id=invitation.site_id,
        key_hash=chat_key_hash,
        language=language,
        profile_id=invitation.agent_id,
        text=invitation.text,
        ref=str(invitation.public_id),
        initiator="trigger" if invitation.trigger_id else "agent",
        began_by=invitation.trigger.name if invitation.trigger else "",
    )
    if invitation.state in OPEN:
        recognise_visit(visit, visitor_id=sent.visitor_id)
        invitation.conversation_id = sent.conversation_pk
        _move(visit, invitation, Step.ACCEPT)
        counting.count_answer(invitation.trigger_id, dismissed=False)
    return Answered(
        invitation_id=str(invitation.public_id),
        state=State.ACCEPTED,
        conversation_id=sent.conversation_id,
        conversation_pk=sent.conversation_pk,
        visitor_id=sent.visitor_id,
    )


def _lock_own(site_id: int, visit_key_hash: str, invitation_id: str) -> tuple[Visit, Invitation]:
    """The visit of this key, and its invitation: nobody answers for somebody else."""
    visit = lock_visit(key_hash=visit_key_hash, site_id=site_id, over=True)
    if visit is None:
        raise NotInvited
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("trigger")
        .filter(public_id=invitation_id, visit=visit)
        .first()
    )
    if invitation is None:
        raise NotInvited
    return visit, invitation


# What ends without an answer.


@transaction.atomic
def cancel(*, rights: StaffRights, invitation_id: str) -> None:
    """Take back what was not answered yet. What is over stays as it is."""
    invitation = Invitation.objects.filter(
        public_id=invitation_id, site_id__in=rights.watch
    ).first()
    if invitation is None:
        raise NotFound
    if not rights.may_invite(invitation.site_id):
        raise Forbidden
    _end(invitation.pk, Step.CANCEL)


def cancel_of_visit(visit_pk: int) -> None:
    """The visit is over: nobody is there to be asked."""
    _end_all(Invitation.objects.filter(visit_id=visit_pk), Step.CANCEL)


def cancel_orphans(site_id: int) -> None:
    """A visit of the site withdrew, and nothing of it is left: nor is what was asked, nor where."""
    orphans = Invitation.objects.filter(visit__isnull=True, site_id=site_id)
    _end_all(orphans, Step.CANCEL)
    orphans.filter(page_id__isnull=False).update(page_id=None)


def retract_lost(profile_id: int | None = None) -> None:
    """Take back what nobody could answer any more: its agent left, or is not available."""
    standing = Invitation.objects.filter(state__in=list(OPEN))
    if profile_id is not None:
        standing = standing.filter(agent_id=profile_id)
    asked = dict(standing.values_list("pk", "agent_id"))
    if not asked:
        return
    there = agent_queries.ready_profile_ids({pk for pk in asked.values() if pk is not None})
    for pk, agent_id in asked.items():
        if agent_id not in there:
            _end(pk, Step.CANCEL)


def run_out() -> None:
    """What was not answered in time stands no more; its places are given back."""
    over = Invitation.objects.filter(expires_at__lte=clock.now())
    _end_all(over, Step.RUN_OUT)
    agent_actions.expire_places()


def _end_all(which: QuerySet[Invitation], step: Step) -> None:
    for pk in which.filter(state__in=list(OPEN)).order_by("pk").values_list("pk", flat=True):
        _end(pk, step)


@transaction.atomic
def _end(invitation_pk: int, step: Step) -> None:
    visit_pk = (
        Invitation.objects.filter(pk=invitation_pk).values_list("visit_id", flat=True).first()
    )
    visit = lock_visit(pk=visit_pk, over=True) if visit_pk is not None else None
    invitation = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation_pk).first()
    if invitation is None or invitation.state not in OPEN:
        return
    if step is Step.RUN_OUT and invitation.state == State.SHOWN:
        counting.count(invitation.trigger_id, ignored=1)
    _move(visit, invitation, step)


def _move(
    visit: Visit | None, invitation: Invitation, step: Step, *, silenced: bool = False
) -> None:
    """One step by the table, written down, and told to whom it concerns."""
    invitation.state = after(State(invitation.state), step).value
    now = clock.now()
    if step is Step.SHOW:
        invitation.shown_at = now
    else:
        invitation.decided_at = now
        if invitation.place is not None:
            agent_actions.release_place(key=invitation.place)
    invitation.save(update_fields=["state", "shown_at", "decided_at", "conversation"])
    if visit is not None:
        note_invitation(visit, state=invitation.state, silenced=silenced)
    bus.publish(
        InvitationMoved(
            site_id=invitation.site_id,
            visit_pk=visit.pk if visit else None,
            visit_id=str(visit.public_id) if visit else None,
            invitation_pk=invitation.pk,
            invitation_id=str(invitation.public_id),
            state=invitation.state,
        )
    )
