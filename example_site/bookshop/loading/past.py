"""Conversations of the last weeks, over and answered, so that there is something to study.

They are older than anything that a visitor of the demo begins, and erased in time like all others.
"""

from __future__ import annotations

import tomllib
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from wagtail.models import Page, Site

from example_site.bookshop.loading.shops import SHOP_HOST
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.queries import profile_of
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.visitors.models import Visitor

CONTENT = Path(__file__).resolve().parent.parent / "content" / "conversations.toml"
READS_FOR = timedelta(seconds=40)


def remember(port: int) -> None:
    """Two conversations a day, the last one yesterday."""
    site = Site.objects.get(hostname=SHOP_HOST, port=port)
    content = tomllib.loads(CONTENT.read_text("utf-8"))
    told = [(language, entry) for language, entries in content.items() for entry in entries]
    for number, (language, entry) in enumerate(told):
        began = timezone.now() - timedelta(days=1, hours=12 * number)
        _conversation(site, language, entry, began, wait=READS_FOR * (1 + number % 4))


def _conversation(
    site: Site, language: str, entry: dict[str, Any], began: datetime, *, wait: timedelta
) -> None:
    agent = _agent(entry["by"]) if "by" in entry else None
    said = [("visitor", entry["asked"], began)]
    if agent is not None:
        said.append(("agent", entry["answered"], began + wait))
    if "thanks" in entry:
        said.append(("visitor", entry["thanks"], began + 2 * wait))
    over = began + 3 * wait
    # No browser has its key: nobody can open it again.
    visitor = Visitor.objects.create(
        site=site, key_hash=uuid.uuid4().hex, created_at=began, seen_at=over
    )
    conversation = Conversation.objects.create(
        site=site,
        visitor=visitor,
        agent=agent,
        state="closed",
        language=language,
        last_seq=len(said),
        read_by_staff=len(said),
        started_at=began,
        last_at=over,
        closed_at=over,
    )
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            seq=seq,
            ref=uuid.uuid4(),
            kind=kind,
            text=text,
            at=at,
            agent=agent if kind == "agent" else None,
            alias=agent.alias if agent and kind == "agent" else "",
            page_id=_page_id(entry, language) if kind == "visitor" else None,
        )
        for seq, (kind, text, at) in enumerate(said, start=1)
    )


def _agent(username: str) -> AgentProfile | None:
    user = get_user_model()._default_manager.filter(username=username).first()
    return profile_of(user.pk) if user is not None else None


def _page_id(entry: dict[str, Any], language: str) -> int | None:
    pages = Page.objects.filter(title=entry.get("on", ""), locale__language_code=language)
    return pages.values_list("pk", flat=True).first()
