"""Every part that keeps something of a person: what it holds, and how it forgets.

A test fails for a table that points at a person and is not in one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from django.db.models import Model

from wagtail_livechat.agents import personal_data as of_agents
from wagtail_livechat.canned_replies import personal_data as of_canned_replies
from wagtail_livechat.consent import personal_data as of_consent
from wagtail_livechat.conversations import personal_data as of_conversations
from wagtail_livechat.engagement import personal_data as of_engagement
from wagtail_livechat.study import personal_data as of_study
from wagtail_livechat.visitors import personal_data as of_visitors

from . import personal_data as of_access


class Expire(Protocol):
    """Takes away what has been kept for long enough, batch by batch; says how many rows.

    Safe to repeat, to stop half-way and to run twice at once. With ``dry_run`` it only
    counts; after ``seconds`` it stops.
    """

    def __call__(self, *, dry_run: bool = False, seconds: float | None = None) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part that knows people, by the name that its run has in the books."""

    name: str
    holds: tuple[type[Model], ...]
    expire: Expire


PARTS: Final[tuple[Part, ...]] = (
    # In this order: a visitor goes after the last conversation has gone.
    Part(name="conversations", holds=of_conversations.HOLDS, expire=of_conversations.expire),
    Part(name="study", holds=of_study.HOLDS, expire=of_study.expire),
    Part(name="visitors", holds=of_visitors.HOLDS, expire=of_visitors.expire),
    Part(name="invitations", holds=of_engagement.HOLDS, expire=of_engagement.expire),
    Part(name="canned replies", holds=of_canned_replies.HOLDS, expire=of_canned_replies.expire),
    Part(name="consent", holds=of_consent.HOLDS, expire=of_consent.expire),
    Part(name="agents", holds=of_agents.HOLDS, expire=of_agents.expire),
    Part(name="access", holds=of_access.HOLDS, expire=of_access.expire),
)
