"""Reads of engagement: which triggers may speak, what conditions are judged by, and what a
visit has been through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from wagtail_livechat import clock
from wagtail_livechat.agents.queries import ready_profile_ids
from wagtail_livechat.conversations.queries import visitors_with_open
from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import page_rules, settings_for
from wagtail_livechat.visitors.pages import page_fact
from wagtail_livechat.wagtail_versions import page_model

from .conditions import BadConditions, Node, page_ids, parse
from .models import Invitation, InvitationRefusal, Trigger, TriggerCount
from .rules import Facts, PageSeen, Past, VisitSeen, speaks
from .states import OPEN, State

if TYPE_CHECKING:
    from wagtail_livechat.visitors.models import Visit

HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A trigger that may speak: live, not paused, with conditions that can be read."""

    pk: int
    site_id: int
    name: str
    text: str
    language: str
    conditions: Node


def _read_rules(site_id: int) -> tuple[Rule, ...]:
    found = []
    triggers = (
        Trigger.objects.filter(site_id=site_id, live=True, paused_at__isnull=True)
        .select_related("locale")
        .order_by("sort_order", "pk")
    )
    for trigger in triggers:
        rule = rule_of(trigger)
        if rule is not None:
            found.append(rule)
    return tuple(found)


def rule_of(trigger: Trigger) -> Rule | None:
    """A trigger as a rule; ``None`` if its conditions cannot be read: it then never speaks."""
    try:
        tree = parse(trigger.conditions)
    except BadConditions:
        return None
    return Rule(
        pk=trigger.pk,
        site_id=trigger.site_id,
        name=trigger.name,
        text=trigger.text,
        language=trigger.locale.language_code,
        conditions=tree,
    )


def _read_sites(_key: None) -> tuple[int, ...]:
    live = Trigger.objects.filter(live=True, paused_at__isnull=True)
    return tuple(live.order_by("site_id").values_list("site_id", flat=True).distinct())


def _read_places(page_id: int) -> tuple[str, ...]:
    pages = page_model()._default_manager
    key = pages.filter(pk=page_id).values_list("translation_key", flat=True).first()
    if key is None:
        return ()
    return tuple(pages.filter(translation_key=key).values_list("path", flat=True))


_rules: Memory[int, tuple[Rule, ...]] = Memory(_read_rules)
_sites: Memory[None, tuple[int, ...]] = Memory(_read_sites)
_places: Memory[int, tuple[str, ...]] = Memory(_read_places)


def rules_of(site_id: int) -> tuple[Rule, ...]:
    """The triggers of a site that may speak, in the order in which they are tried."""
    return _rules(site_id)


def sites_with_rules() -> tuple[int, ...]:
    """The sites on which a trigger may speak, and may watch whom it speaks to."""
    return tuple(site_id for site_id in _sites(None) if settings_for(site_id).may_watch)


def forget_rules() -> None:
    """A trigger has changed: read them again."""
    for memory in (_rules, _sites, _places):
        memory.forget()


# What conditions are judged by.


def page_seen(site_id: int, page_id: int) -> PageSeen | None:
    """A live page of the site, as far as conditions go."""
    facts = page_fact(site_id, page_id)
    if facts is None:
        return None
    return PageSeen(
        page_id=facts.page_id,
        path=facts.path,
        model=facts.model.lower(),
        language=facts.language,
        tags=frozenset(tag.lower() for tag in facts.tags),
    )


def places_of(node: Node) -> dict[int, tuple[str, ...]]:
    """Where the pages are that a tree names, in all their languages."""
    return {page_id: _places(page_id) for page_id in page_ids(node)}


def facts_of_page(site_id: int, page_id: int, node: Node, now: datetime) -> Facts:
    """What is known of anybody who has this page open: nothing of who it is."""
    return Facts(at=_local(now), page=page_seen(site_id, page_id), places=places_of(node))


def facts_of_visit(visit: Visit, node: Node, now: datetime) -> Facts:
    """What is known of somebody who agreed."""
    page = None
    if visit.page_id is not None and visit.page_kind != HIDDEN:
        page = page_seen(visit.site_id, visit.page_id)
    return Facts(
        at=_local(now),
        page=page,
        places=places_of(node),
        dwell=max(0.0, (now - visit.page_since).total_seconds()),
        visit=VisitSeen(
            pages=visit.pages,
            origin=visit.origin,
            returning=visit.returning,
            score=visit.stuck_score,
            reasons=frozenset(visit.stuck_reasons),
            device=visit.device,
        ),
    )


def _local(now: datetime) -> datetime:
    return timezone.localtime(now, timezone.get_default_timezone())


def speaks_to(rule: Rule, language: str) -> bool:
    """Whether a trigger speaks the language of the page. With one language, all do."""
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return True
    return speaks(rule.conditions, own=rule.language, page_language=language)


def may_trigger(site_id: int, page: PageSeen | None) -> bool:
    """Whether the page (or, where there is none, the site) lets triggers invite."""
    if page is None:
        return settings_for(site_id).may_watch
    return page_rules(site_id, page.path).may_trigger


def may_trigger_on(visit: Visit) -> bool:
    """Whether the page that is open lets triggers invite this visit."""
    page = page_seen(visit.site_id, visit.page_id) if visit.page_id is not None else None
    return may_trigger(visit.site_id, page)


def may_speak(trigger_pk: int) -> bool:
    """Whether a trigger is live and not paused, as the database has it now."""
    return Trigger.objects.filter(pk=trigger_pk, live=True, paused_at__isnull=True).exists()


def may_invite_on(visit: Visit) -> bool:
    """Whether the page that is open lets an agent invite."""
    if visit.page_kind == HIDDEN:
        return False
    facts = page_fact(visit.site_id, visit.page_id) if visit.page_id is not None else None
    if facts is None:
        return settings_for(visit.site_id).may_watch
    return facts.rules.may_watch


# What visits have been through.


def past_of(visits: Iterable[Visit]) -> dict[int, Past]:
    """What each of these visits has been through, whoever began it."""
    by_pk = {visit.pk: visit for visit in visits}
    made: dict[int, list[tuple[int | None, str]]] = {pk: [] for pk in by_pk}
    rows = Invitation.objects.filter(visit_id__in=list(by_pk)).order_by("pk")
    for visit_id, trigger_id, state in rows.values_list("visit_id", "trigger_id", "state"):
        if visit_id is not None:
            made[visit_id].append((trigger_id, state))
    talking = visitors_with_open(
        [visit.visitor_id for visit in by_pk.values() if visit.visitor_id is not None]
    )
    return {
        pk: Past(
            invitations=len(made[pk]),
            has_open=any(State(state) in OPEN for _, state in made[pk]),
            declined=visit.silenced and any(state == State.DECLINED for _, state in made[pk]),
            never=visit.silenced and all(state != State.DECLINED for _, state in made[pk]),
            in_conversation=visit.visitor_id in talking,
            triggers=frozenset(trigger for trigger, _ in made[pk] if trigger is not None),
        )
        for pk, visit in by_pk.items()
    }


def open_invitation_of(site_id: int, visit_key_hash: str) -> Invitation | None:
    """The invitation that stands for a visit, if one does."""
    return (
        Invitation.objects.filter(
            site_id=site_id, visit__key_hash=visit_key_hash, state__in=list(OPEN)
        )
        .select_related("agent__avatar", "trigger")
        .first()
    )


def invitations_by_pk(pks: Iterable[int]) -> list[Invitation]:
    """These invitations, with whom they are from and to."""
    return list(
        Invitation.objects.filter(pk__in=list(pks)).select_related(
            "agent__avatar", "trigger", "visit", "conversation"
        )
    )


def late_invitations(site_ids: Iterable[int], since: datetime) -> list[Invitation]:
    """What stands on these sites, or was decided after ``since``: for staff who have just
    come, and for those who only look now and then."""
    of_late = Q(state__in=list(OPEN)) | Q(decided_at__gt=since)
    return list(
        Invitation.objects.filter(of_late, site_id__in=list(site_ids))
        .select_related("agent__avatar", "trigger", "visit", "conversation")
        .order_by("queued_at", "pk")
    )


def refusals_of(visit_pk: int) -> list[InvitationRefusal]:
    """Why invitations of this visit were not made, the latest first."""
    return list(
        InvitationRefusal.objects.filter(visit_id=visit_pk)
        .select_related("trigger", "agent")
        .order_by("-at", "-pk")
    )


def refusals_recorded(visit_pks: Iterable[int]) -> frozenset[tuple[int, int, str]]:
    """Visit, trigger and code of the refusals to triggers that are written down already."""
    rows = InvitationRefusal.objects.filter(visit_id__in=list(visit_pks), trigger__isnull=False)
    return frozenset(rows.values_list("visit_id", "trigger_id", "code"))


def counts_of(trigger_ids: Iterable[int]) -> Mapping[int, Mapping[str, int]]:
    """How these triggers did in all: shown, accepted, declined, ignored."""
    found: dict[int, dict[str, int]] = {}
    rows = TriggerCount.objects.filter(trigger_id__in=list(trigger_ids)).order_by()
    for trigger_id, *sums in rows.values_list("trigger_id").annotate(
        Sum("shown"), Sum("accepted"), Sum("declined"), Sum("ignored")
    ):
        found[trigger_id] = dict(
            zip(("shown", "accepted", "declined", "ignored"), sums, strict=True)
        )
    return found


def open_states() -> dict[int, str]:
    """How each invitation that stands anywhere stands."""
    rows = Invitation.objects.filter(state__in=list(OPEN))
    return dict(rows.values_list("pk", "state"))


def is_anything_over() -> bool:
    """Whether an invitation has run out of time, or lost its agent."""
    standing = Invitation.objects.filter(state__in=list(OPEN))
    if standing.filter(expires_at__lte=clock.now()).exists():
        return True
    agents = set(standing.values_list("agent_id", flat=True))
    known = {pk for pk in agents if pk is not None}
    return bool(agents) and ready_profile_ids(known) != agents
