"""Closed conversations to study, as they lie in the database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.visitors.models import Visitor

Said = tuple[str, str]

HOURS = [
    "What are your opening hours on Sunday?",
    "opening hours on sunday please",
    "Hello, your opening hours?",
    "are the opening hours the same on a Sunday",
    "What are your opening hours?",
]
OPEN = "We are open on Sundays from eleven to five."
VOUCHERS = [
    "Do you sell gift vouchers?",
    "how do gift vouchers work",
    "gift vouchers online too?",
    "Where can I buy gift vouchers?",
]


def closed(
    site: Site,
    *said: Said,
    language: str = "en",
    page_id: int | None = None,
    ago: timedelta = timedelta(days=1),
) -> Conversation:
    """A conversation that is over: who said what, one every ten seconds."""
    began = clock.now() - ago
    visitor = Visitor.objects.create(
        site=site, key_hash=uuid.uuid4().hex, created_at=began, seen_at=began
    )
    conversation = Conversation.objects.create(
        site=site,
        visitor=visitor,
        state="closed",
        language=language,
        last_seq=len(said),
        started_at=began,
        last_at=began,
        closed_at=began,
    )
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            seq=number,
            ref=uuid.uuid4(),
            kind=kind,
            text=text,
            at=_at(began, number),
            page_id=page_id if kind == "visitor" else None,
        )
        for number, (kind, text) in enumerate(said, start=1)
    )
    return conversation


def asked(
    site: Site, texts: Iterable[str], reply: str = "", *, page_id: int | None = None
) -> list[Conversation]:
    """One conversation for each of these questions, all with the same reply if there is one."""
    return [
        closed(site, ("visitor", text), *([("agent", reply)] if reply else []), page_id=page_id)
        for text in texts
    ]


def _at(began: datetime, number: int) -> datetime:
    return began + timedelta(seconds=10 * number)
