"""Canned replies for tests, written and published as an editor does."""

from __future__ import annotations

import uuid
from typing import Any

from wagtail.models import Site

from tests.factories import Agent, make_locale, new_ref
from wagtail_livechat import clock
from wagtail_livechat.canned_replies.models import CannedReply, CannedReplyUse
from wagtail_livechat.conversations.models import Conversation


def make_reply(
    title: str,
    text: str = "",
    *,
    site: Site | None = None,
    language: str = "en",
    tags: tuple[str, ...] = (),
    live: bool = True,
    **fields: Any,
) -> CannedReply:
    """A reply; published unless it is not ``live``."""
    reply = CannedReply(
        title=title,
        text=f"<p>{text or title}</p>",
        site=site,
        locale=make_locale(language),
        live=False,
        **fields,
    )
    reply.full_clean(exclude=["latest_revision", "live_revision"])
    reply.save()
    if tags:
        reply.tags.set(tags)
    revision = reply.save_revision()
    if live:
        revision.publish()
    return CannedReply.objects.get(pk=reply.pk)


def make_use(
    reply: CannedReply,
    agent: Agent,
    conversation: Conversation | None = None,
    *,
    asked: int | None = None,
    edited: bool = False,
) -> CannedReplyUse:
    """The reply was sent."""
    return CannedReplyUse.objects.create(
        reply=reply,
        profile=agent.profile,
        conversation=conversation,
        asked=asked,
        ref=uuid.UUID(new_ref()),
        edited=edited,
        at=clock.now(),
    )
