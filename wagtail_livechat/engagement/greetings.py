"""Greetings: triggers about the page alone, for visitors of whom nothing is known.

Nothing identifies anybody here. What may be said on a page is the same for all; that it was
shown is a number; and the place that is kept for an answer is named by a signed slip that
the browser brings back.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction

from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.conversations.invited import begin_invited, begun_before
from wagtail_livechat.conversations.queries import latest_of_visitor
from wagtail_livechat.conversations.states import State
from wagtail_livechat.conversations.writing import Sent
from wagtail_livechat.errors import KeyMissing, MayNotInvite, NotInvited
from wagtail_livechat.site_settings.queries import settings_for

from . import counting, queries
from .inviting import any_place
from .queries import Rule
from .rules import Refusal, seconds_until
from .words import REFUSALS

SALT: Final = "wagtail_livechat.greeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What may be said on a page, after so many seconds on it."""

    trigger: int
    text: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A greeting that somebody could answer now: ``slip`` is brought back with the answer."""

    slip: str
    text: str
    expires_at: datetime


def greetings_for(site_id: int, page_id: int) -> list[Greeting]:
    """What may be said to anybody on this page, the first to be tried first."""
    now = clock.now()
    found = []
    for rule in queries.rules_of(site_id):
        seconds = _seconds(rule, page_id, now)
        if seconds is not None:
            found.append(Greeting(trigger=rule.pk, text=rule.text, seconds=seconds))
    return found


def _seconds(rule: Rule, page_id: int, now: datetime) -> int | None:
    """When a trigger speaks on this page to anybody; ``None`` for never."""
    facts = queries.facts_of_page(rule.site_id, page_id, rule.conditions, now)
    if (
        facts.page is None
        or not queries.may_trigger(rule.site_id, facts.page)
        or not queries.speaks_to(rule, facts.page.language)
    ):
        return None
    return seconds_until(rule.conditions, facts)


@transaction.atomic
def hold(*, site_id: int, page_id: int, trigger_pk: int, chat_key_hash: str | None) -> Held:
    """Keep a place for who is about to be greeted, and count it as shown.

    Raises :class:`MayNotInvite` where the trigger has nothing to say here (any more),
    nobody could answer, or the visitor is talking with us already.
    """
    now = clock.now()
    rule = next((each for each in queries.rules_of(site_id) if each.pk == trigger_pk), None)
    page = queries.page_seen(site_id, page_id)
    if (
        rule is None
        or page is None
        or not queries.may_speak(rule.pk)
        or _seconds(rule, page_id, now) is None
    ):
        raise MayNotInvite(reason=REFUSALS[Refusal.POLICY])
    if chat_key_hash is not None:
        conversation = latest_of_visitor(site_id, chat_key_hash)
        if conversation is not None and conversation.state != State.CLOSED:
            raise MayNotInvite(reason=REFUSALS[Refusal.IN_CONVERSATION])
    key = uuid.uuid4()
    if any_place(site_id, key, now) is None:
        raise MayNotInvite(reason=REFUSALS[Refusal.NO_PLACE])
    counting.count(rule.pk, shown=1)
    return Held(
        slip=signing.dumps([site_id, rule.pk, key.hex, page.language], salt=SALT),
        text=rule.text,
        expires_at=now + timedelta(seconds=settings_for(site_id).hold_seconds),
    )


@transaction.atomic
def accept(*, site_id: int, slip: str, chat_key_hash: str | None) -> Sent:
    """Begin the conversation that a greeting offered. Accepted twice it begins once."""
    trigger_pk, key, language = _read(site_id, slip)
    if chat_key_hash is None:
        raise KeyMissing
    before = begun_before(site_id=site_id, key_hash=chat_key_hash, ref=str(key))
    if before is not None:
        return before
    rule = next((each for each in queries.rules_of(site_id) if each.pk == trigger_pk), None)
    profile_id = agent_queries.holder_of(key)
    if rule is None or profile_id is None:
        raise NotInvited
    sent = begin_invited(
        site_id=site_id,
        key_hash=chat_key_hash,
        language=language,
        profile_id=profile_id,
        text=rule.text,
        ref=str(key),
        initiator="trigger",
        began_by=rule.name,
    )
    agent_actions.release_place(key=key)
    counting.count_answer(rule.pk, dismissed=False)
    return sent


@transaction.atomic
def decline(*, site_id: int, slip: str) -> None:
    """No thanks: a number more. Declined twice it is counted once."""
    trigger_pk, key, _language = _read(site_id, slip)
    if agent_queries.holder_of(key) is not None:
        agent_actions.release_place(key=key)
        counting.count_answer(trigger_pk, dismissed=True)


def _read(site_id: int, slip: str) -> tuple[int, uuid.UUID, str]:
    """What a slip says. Raises :class:`NotInvited` for one that is not ours."""
    try:
        at_site, trigger_pk, key, language = signing.loads(
            slip, salt=SALT, max_age=timedelta(hours=1)
        )
    except signing.BadSignature as error:
        raise NotInvited from error
    if at_site != site_id:
        raise NotInvited
    return int(trigger_pk), uuid.UUID(hex=key), str(language)
