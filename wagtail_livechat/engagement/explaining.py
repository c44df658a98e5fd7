"""Why a trigger is not shown: everything that it depends on, each with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from wagtail_livechat import clock
from wagtail_livechat.consent.gate import receipts_that_hold
from wagtail_livechat.conversations.queries import is_site_answering
from wagtail_livechat.site_settings.queries import settings_for

from . import queries
from .queries import Rule
from .rules import Facts, Refusal, Truth, Verdict, evaluate, refusal

if TYPE_CHECKING:
    from wagtail_livechat.visitors.models import Visit

    from .models import Trigger


class Check(StrEnum):
    """What must hold beside the conditions."""

    LIVE = "live"
    PAUSE = "pause"
    READABLE = "readable"
    LANGUAGE = "language"
    POLICY = "policy"
    CONSENT = "consent"
    PAST = "past"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is known of one check; of the past, what forbids it."""

    check: Check
    truth: Truth
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All checks, and the verdict on the conditions (``None`` if they cannot be read)."""

    checks: tuple[Said, ...]
    verdict: Verdict | None

    @property
    def truth(self) -> Truth:
        """Whether the trigger would speak."""
        said = {each.truth for each in self.checks}
        said.add(self.verdict.truth if self.verdict else Truth.FALSE)
        if Truth.FALSE in said:
            return Truth.FALSE
        return Truth.UNKNOWN if Truth.UNKNOWN in said else Truth.TRUE


def explain(trigger: Trigger, *, visit: Visit | None, page_id: int | None) -> Explanation:
    """Why this trigger would or would not speak: to a visit, on a page, or both.

    Without a visit it is somebody of whom nothing is known. With both, the visit is judged
    as if it had this page open.
    """
    now = clock.now()
    checks = [
        _said(Check.LIVE, trigger.live),
        _said(Check.PAUSE, trigger.paused_at is None),
    ]
    rule = queries.rule_of(trigger)
    if rule is None:
        return Explanation(checks=(*checks, _said(Check.READABLE, False)), verdict=None)
    facts = _facts(rule, visit, page_id, now)
    checks += _about_the_page(rule, facts, visit)
    if visit is not None:
        checks += _about_the_visit(rule, visit, now)
    checks.append(_said(Check.PLACE, is_site_answering(rule.site_id)))
    return Explanation(checks=tuple(checks), verdict=evaluate(rule.conditions, facts))


def _facts(rule: Rule, visit: Visit | None, page_id: int | None, now: datetime) -> Facts:
    on_page = None
    if page_id is not None:
        on_page = queries.facts_of_page(rule.site_id, page_id, rule.conditions, now)
    if visit is None:
        return on_page or queries.facts_of_page(rule.site_id, 0, rule.conditions, now)
    facts = queries.facts_of_visit(visit, rule.conditions, now)
    return facts if on_page is None else replace(facts, page=on_page.page)


def _about_the_page(rule: Rule, facts: Facts, visit: Visit | None) -> list[Said]:
    language = facts.page.language if facts.page else visit.language if visit else None
    speaks = Truth.UNKNOWN
    if language is not None:
        speaks = _truth(queries.speaks_to(rule, language))
    return [
        Said(check=Check.LANGUAGE, truth=speaks),
        _said(Check.POLICY, queries.may_trigger(rule.site_id, facts.page)),
    ]


def _about_the_visit(rule: Rule, visit: Visit, now: datetime) -> list[Said]:
    agreed = visit.receipt_id is not None and bool(
        receipts_that_hold(visit.site_id, [visit.receipt_id], now)
    )
    found = refusal(
        queries.past_of([visit])[visit.pk],
        cap=settings_for(visit.site_id).invitations_per_visit,
        trigger=rule.pk,
    )
    return [
        _said(Check.CONSENT, agreed),
        Said(check=Check.PAST, truth=_truth(found is None), refusal=found),
    ]


def _said(check: Check, holds: bool) -> Said:
    return Said(check=check, truth=_truth(holds))


def _truth(holds: bool) -> Truth:
    return Truth.TRUE if holds else Truth.FALSE
