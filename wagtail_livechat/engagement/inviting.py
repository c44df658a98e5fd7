"""Invitations are made: by agents, and by triggers whose conditions hold.

An invitation is made in one transaction: the visit is locked, the caps are asked, and a
place of an agent is held. So a visit has one that is open at most, no visit is invited
more often than its site allows whoever asks, and nothing is shown that nobody could answer.
What was not made is written down with its reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from wagtail_livechat import bus, clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import StaffRights, user_ids_who_may_reply
from wagtail_livechat.consent.gate import receipts_that_hold
from wagtail_livechat.conversations.queries import loads
from wagtail_livechat.conversations.writing import demand_text
from wagtail_livechat.errors import Conflict, Forbidden, NotFound
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors.inviting import lock_visit, note_invitation, visits_held_by

from . import queries
from .events import InvitationMade
from .models import Invitation, InvitationRefusal
from .queries import Rule
from .rules import Refusal, Truth, evaluate, refusal
from .states import OPEN, State

if TYPE_CHECKING:
    from wagtail_livechat.agents.models import AgentProfile
    from wagtail_livechat.visitors.models import Visit

KEPT_LONGER: Final = timedelta(seconds=5)
"""A place outlives its invitation a little, so that who accepts in time finds it."""

LASTING: Final = frozenset({Refusal.NEVER, Refusal.DECLINED, Refusal.CAP, Refusal.AGAIN})
"""What a trigger was refused for these reasons it will be for the rest of the visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An invitation that stands, or (``repeated``) was made before."""

    invitation_pk: int
    invitation_id: str
    site_id: int
    visit_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """An invitation that was not made, and why. It is written down."""

    refusal: Refusal


# To invite.


@transaction.atomic
def invite(
    *, rights: StaffRights, profile_id: int, visit_id: str, text: str, ref: str
) -> Made | NotMade:
    """An agent asks a visitor whether one can help. Asked twice with one ``ref``, done once.

    What forbids it comes back as :class:`NotMade`, so that it stays written down.
    """
    text = demand_text(text)
    visit = lock_visit(public_id=visit_id)
    made = Invitation.objects.filter(public_id=ref).select_related("visit").first()
    if made is not None:
        if made.agent_id != profile_id or made.text != text:
            raise Conflict
        return _made(made, visit_id, repeated=True)
    if visit is None or not rights.may_watch(visit.site_id):
        raise NotFound
    if not rights.may_invite(visit.site_id):
        raise Forbidden
    now = clock.now()
    found = _forbids(visit, now)
    if found is None:
        profile = _hold(visit, [profile_id], ref, now)
        if profile is not None:
            return _store(visit, profile, text, ref, now)
        found = Refusal.NO_PLACE
    _write_down(visit, found, now, profile_id=profile_id)
    return NotMade(refusal=found)


@transaction.atomic
def offer(*, visit_pk: int, rule: Rule) -> Made | NotMade | None:
    """A trigger invites, if its conditions hold now; ``None`` if they do not (any more)."""
    visit = lock_visit(pk=visit_pk)
    if visit is None or visit.site_id != rule.site_id:
        return None
    now = clock.now()
    if not queries.may_speak(rule.pk) or not _holds(visit, rule, now):
        return None
    found = _forbids(visit, now, rule)
    if found is None:
        ref = str(uuid.uuid4())
        profile = _hold(visit, _agents_of(visit.site_id), ref, now)
        if profile is not None:
            return _store(visit, profile, rule.text, ref, now, rule)
        found = Refusal.NO_PLACE
    if (visit.pk, rule.pk, found.value) not in queries.refusals_recorded([visit.pk]):
        _write_down(visit, found, now, rule=rule)
    return NotMade(refusal=found)


def _holds(visit: Visit, rule: Rule, now: datetime) -> bool:
    facts = queries.facts_of_visit(visit, rule.conditions, now)
    language = facts.page.language if facts.page else visit.language
    return (
        queries.speaks_to(rule, language) and evaluate(rule.conditions, facts).truth is Truth.TRUE
    )


def _forbids(visit: Visit, now: datetime, rule: Rule | None = None) -> Refusal | None:
    """What forbids to invite the locked visit: the gate, the page, or what was before."""
    if visit.receipt_id is None or not receipts_that_hold(visit.site_id, [visit.receipt_id], now):
        return Refusal.NO_CONSENT
    if not queries.may_invite_on(visit) or (rule and not queries.may_trigger_on(visit)):
        return Refusal.POLICY
    return refusal(
        queries.past_of([visit])[visit.pk],
        cap=settings_for(visit.site_id).invitations_per_visit,
        trigger=rule.pk if rule else None,
    )


def _agents_of(site_id: int) -> list[int]:
    """Those who could answer on this site now."""
    willing = agent_queries.willing_agents(
        agent_queries.present_profile_ids(), user_ids_who_may_reply(site_id)
    )
    return [profile.pk for profile in willing]


def _hold(visit: Visit, profile_ids: list[int], ref: str, now: datetime) -> AgentProfile | None:
    chosen = hold_place(visit.site_id, profile_ids, uuid.UUID(ref), now)
    return None if chosen is None else agent_queries.agent(chosen)


def hold_place(site_id: int, profile_ids: list[int], key: uuid.UUID, now: datetime) -> int | None:
    """A place of one of these agents, for as long as an invitation of the site stands."""
    until = now + timedelta(seconds=settings_for(site_id).hold_seconds) + KEPT_LONGER
    return agent_actions.hold_place(profile_ids=profile_ids, key=key, until=until, active=loads)


def any_place(site_id: int, key: uuid.UUID, now: datetime) -> int | None:
    """A place of anybody who could answer on this site."""
    return hold_place(site_id, _agents_of(site_id), key, now)


def _store(
    visit: Visit,
    profile: AgentProfile,
    text: str,
    ref: str,
    now: datetime,
    rule: Rule | None = None,
) -> Made:
    invitation = Invitation.objects.create(
        public_id=ref,
        site_id=visit.site_id,
        visit=visit,
        trigger_id=rule.pk if rule else None,
        agent=profile,
        alias=profile.alias,
        text=text,
        state=State.QUEUED.value,
        page_id=visit.page_id,
        place=ref,
        queued_at=now,
        expires_at=now + timedelta(seconds=settings_for(visit.site_id).hold_seconds),
    )
    note_invitation(visit, state=State.QUEUED.value)
    bus.publish(
        InvitationMade(
            site_id=visit.site_id,
            visit_pk=visit.pk,
            visit_id=str(visit.public_id),
            invitation_pk=invitation.pk,
            invitation_id=str(invitation.public_id),
        )
    )
    return _made(invitation, str(visit.public_id))


def _made(invitation: Invitation, visit_id: str, *, repeated: bool = False) -> Made:
    return Made(
        invitation_pk=invitation.pk,
        invitation_id=str(invitation.public_id),
        site_id=invitation.site_id,
        visit_id=visit_id,
        repeated=repeated,
    )


def _write_down(
    visit: Visit,
    found: Refusal,
    now: datetime,
    *,
    rule: Rule | None = None,
    profile_id: int | None = None,
) -> None:
    InvitationRefusal.objects.create(
        visit=visit,
        trigger_id=rule.pk if rule else None,
        agent_id=profile_id,
        code=found.value,
        at=now,
    )


# Triggers, by the clock.


def consider(*, worker_id: uuid.UUID) -> int:
    """Let triggers invite those of this process's visits for which they hold; says how many."""
    made = 0
    for candidate in candidates(worker_id):
        made += 1 if try_rules(candidate) else 0
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A visit for which these triggers hold, in the order in which they are tried."""

    visit_pk: int
    rules: tuple[Rule, ...]


def candidates(worker_id: uuid.UUID) -> list[Candidate]:
    """Of the visits that this process looks after, those that a trigger holds for.

    It only reads: what it finds is judged again, under a lock, when it is tried.
    """
    sites = queries.sites_with_rules()
    if not sites:
        return []
    # Who has turned away would not see it in time.
    here = [visit for visit in visits_held_by(worker_id, sites) if visit.idle_since is None]
    return candidates_among(here)


def candidates_among(visits: Sequence[Visit]) -> list[Candidate]:
    """Of these visits, those that a trigger holds for which was not refused for good."""
    now = clock.now()
    holding: list[tuple[Visit, list[Rule]]] = []
    for visit in visits:
        if visit.invitation not in OPEN:
            rules = [rule for rule in queries.rules_of(visit.site_id) if _holds(visit, rule, now)]
            if rules:
                holding.append((visit, rules))
    if not holding:
        return []
    past = queries.past_of(visit for visit, _ in holding)
    refused = queries.refusals_recorded(visit.pk for visit, _ in holding)
    lasting = {(visit_pk, trigger_pk) for visit_pk, trigger_pk, code in refused if code in LASTING}
    found = []
    for visit, rules in holding:
        left = tuple(
            rule
            for rule in rules
            if rule.pk not in past[visit.pk].triggers and (visit.pk, rule.pk) not in lasting
        )
        if left:
            found.append(Candidate(visit_pk=visit.pk, rules=left))
    return found


def try_rules(candidate: Candidate) -> Made | None:
    """Invite by the first of these triggers that may."""
    for rule in candidate.rules:
        outcome = offer(visit_pk=candidate.visit_pk, rule=rule)
        if isinstance(outcome, Made):
            return outcome
        if outcome == NotMade(refusal=Refusal.NO_PLACE):
            return None  # for none of them
    return None
