"""Fills a bookshop's database for a benchmark: visitors with open conversations, a history of
closed ones, and agents who are logged in. Run as a process of its own, in the environment of
the server it is for:

    python -m tests.benchmarks.seed '{"conversations": 100}'

Prints a `Cast` as JSON: who may speak, and with which keys.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

MESSAGES_EACH = 4
_PIECE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall be there."""

    conversations: int = 0
    """Open conversations, each active with one of the agents in turn."""
    stored: int = 0
    """Closed conversations from before, of visitors who are gone."""
    fresh: int = 0
    """Keys of visitors who have said nothing yet."""
    guests: int = 0
    """Visitors who agreed to live assistance; the agents may then watch."""
    agents: tuple[str, ...] = ("ada",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A visitor who can connect."""

    key: str
    conversation: str | None = None
    conversation_pk: int | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A visitor who agreed: the key of a visit, and the choice as its cookie says it."""

    key: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageName:
    """A page that visitors open."""

    title: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody who takes part in a benchmark."""

    site: int
    visitors: list[Person]
    fresh: list[Person]
    sessions: dict[str, str] = field(default_factory=dict)
    """The session keys of the agents, by user name."""
    guests: list[Guest] = field(default_factory=list)
    pages: list[PageName] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Cast:
        data = json.loads(text)
        people = {
            name: [Person(**person) for person in data.pop(name)] for name in ("visitors", "fresh")
        }
        guests = [Guest(**guest) for guest in data.pop("guests", [])]
        pages = [PageName(**page) for page in data.pop("pages", [])]
        return cls(**people, **data, guests=guests, pages=pages)


def fill(plan: Plan) -> Cast:
    """Write what the plan says into the database of the running Django."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Site

    from wagtail_livechat.agents.actions import ensure_profile
    from wagtail_livechat.tokens import new_visitor_key

    site = Site.objects.get(is_default_site=True)
    users = [get_user_model()._default_manager.get(username=name) for name in plan.agents]
    profiles = {user.username: ensure_profile(user.pk) for user in users}
    for _ in _converse(site.pk, plan.stored, state="closed", agents=profiles):
        pass
    if plan.guests:
        _let_watch(site, users)
    return Cast(
        site=site.pk,
        visitors=list(_converse(site.pk, plan.conversations, state="active", agents=profiles)),
        fresh=[Person(key=new_visitor_key(site.pk)) for _ in range(plan.fresh)],
        sessions={user.username: _log_in(user) for user in users},
        guests=list(_agree(site, plan.guests)),
        pages=list(_pages(site)) if plan.guests else [],
    )


def _converse(site_id: int, number: int, *, state: str, agents: dict[str, Any]) -> Iterator[Person]:
    """Make conversations with a few messages each."""
    from django.db import transaction

    from wagtail_livechat import clock
    from wagtail_livechat.conversations.models import Conversation, Message
    from wagtail_livechat.tokens import hash_visitor_key, new_visitor_key
    from wagtail_livechat.visitors.models import Visitor

    names = list(agents)
    for begin in range(0, number, _PIECE):
        size = min(_PIECE, number - begin)
        keys = [new_visitor_key(site_id) for _ in range(size)]
        now = clock.now()
        with transaction.atomic():
            visitors = Visitor.objects.bulk_create(
                Visitor(
                    site_id=site_id,
                    key_hash=hash_visitor_key(site_id, key),
                    created_at=now,
                    seen_at=now,
                )
                for key in keys
            )
            conversations = Conversation.objects.bulk_create(
                Conversation(
                    site_id=site_id,
                    visitor=visitor,
                    agent=agents[names[(begin + index) % len(names)]],
                    state=state,
                    language="en",
                    last_seq=MESSAGES_EACH,
                    started_at=now,
                    last_at=now,
                    closed_at=now - timedelta(seconds=begin + index) if state == "closed" else None,
                )
                for index, visitor in enumerate(visitors)
            )
            Message.objects.bulk_create(
                Message(
                    conversation=conversation,
                    seq=seq,
                    ref=uuid.uuid4(),
                    kind="visitor" if seq % 2 else "agent",
                    text="Is the atlas still on the shelf by the window?",
                    at=now,
                    agent_id=None if seq % 2 else conversation.agent_id,
                )
                for conversation in conversations
                for seq in range(1, MESSAGES_EACH + 1)
            )
        for index, (key, conversation) in enumerate(zip(keys, conversations, strict=True)):
            yield Person(
                key=key,
                conversation=str(conversation.public_id),
                conversation_pk=conversation.pk,
                agent=names[(begin + index) % len(names)],
            )


def _let_watch(site: Any, users: list[Any]) -> None:
    """The site's own tool asks its visitors, and these may watch and invite."""
    from tests.factories import allow
    from wagtail_livechat.agents.permissions import INVITE, WATCH
    from wagtail_livechat.site_settings.models import LiveChatSettings

    LiveChatSettings.objects.update_or_create(
        site=site, defaults={"enabled": True, "mode": "proactive", "external_consent": True}
    )
    for user in users:
        allow(user, site, WATCH, INVITE)


def _agree(site: Any, number: int) -> Iterator[Guest]:
    """Visitors who said yes, each with the receipt that proves it."""
    from wagtail_livechat import clock
    from wagtail_livechat.consent import cookies
    from wagtail_livechat.consent.models import Action, Interface, Receipt
    from wagtail_livechat.consent.rules import EXTERNAL, Choice
    from wagtail_livechat.tokens import new_visit_key

    now = clock.now()
    for begin in range(0, number, _PIECE):
        receipts = Receipt.objects.bulk_create(
            Receipt(
                site=site,
                language="en",
                assistance=True,
                statistics=False,
                action=Action.GIVEN,
                interface=Interface.EXTERNAL,
                software="benchmarks",
                at=now,
            )
            for _ in range(min(_PIECE, number - begin))
        )
        for receipt in receipts:
            choice = Choice(
                version=EXTERNAL,
                assistance=True,
                statistics=False,
                day=now.date(),
                receipt=receipt.pk,
            )
            yield Guest(key=new_visit_key(site.pk), choice=cookies.sign(site.pk, choice))


def _pages(site: Any) -> Iterator[PageName]:
    """Some public pages of the site."""
    from wagtail.models import Page

    from wagtail_livechat.tokens import page_token

    public = Page.objects.live().public().descendant_of(site.root_page, inclusive=True)
    for page in public.order_by("path")[:20]:
        yield PageName(title=page.title, token=page_token(site.pk, page.pk))


def _log_in(user: Any) -> str:
    """A session of this user, as a login makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key


def main() -> None:
    import django

    django.setup()
    wanted = json.loads(sys.argv[1])
    wanted["agents"] = tuple(wanted.get("agents", ("ada",)))
    print(json.dumps(asdict(fill(Plan(**wanted)))))


if __name__ == "__main__":
    main()
