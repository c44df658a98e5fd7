"""Agents choose their availability, come, go, and are shown the door."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from wagtail_livechat import bus, clock, tokens
from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import TicketInvalid

from .events import AgentChanged, StaffRevoked
from .models import AgentConnection, AgentProfile, AvailabilityChoice, HeldPlace, StaffTicket
from .queries import held_places, is_alias_free, present_profile_ids
from .rules import LONGEST_ALIAS, Load, clean_alias, has_free_place, skeleton

TICKET_LIFE = timedelta(seconds=60)
POLLED_FOR = timedelta(seconds=60)


def hash_session(session_key: str) -> str:
    """A name for a session that is not the session's key."""
    return hashlib.sha256(b"wagtail_livechat.session" + session_key.encode()).hexdigest()


def ensure_profile(user_id: int) -> AgentProfile:
    """The agent that this user is, made on first need with a free alias."""
    found = AgentProfile.objects.filter(user_id=user_id).first()
    if found is not None:
        return found
    for _attempt in range(10):
        alias = neutral_alias()
        try:
            with transaction.atomic():
                return AgentProfile.objects.create(
                    user_id=user_id, alias=alias, alias_skeleton=skeleton(alias)
                )
        except IntegrityError:  # made meanwhile, or a colleague got this alias
            found = AgentProfile.objects.filter(user_id=user_id).first()
            if found is not None:
                return found
    raise RuntimeError("No free alias was found.")


def neutral_alias() -> str:
    """A free alias that says nothing about anybody: who shows a name chose to."""
    with translation.override(settings.LANGUAGE_CODE):
        for number in range(1, 10_000):
            alias = clean_alias(gettext("Agent {number}").format(number=number))[:LONGEST_ALIAS]
            if is_alias_free(alias):
                return alias
    raise RuntimeError("No free alias was found.")


def lock_agent(profile_id: int) -> AgentProfile:
    """This agent, whose places nobody else counts until the transaction ends."""
    return AgentProfile.objects.select_for_update().get(pk=profile_id)


@transaction.atomic
def hold_place(
    *,
    profile_ids: Iterable[int],
    key: uuid.UUID,
    until: datetime,
    active: Callable[[Iterable[int]], Mapping[int, int]],
) -> int | None:
    """Keep a place of one of these agents until ``until``; whose, or ``None`` if all are full.

    ``active`` counts the conversations of agents: that is not ours to know. It is asked
    under the agents' locks, so that two who hold a place at once cannot get the same one.
    Whoever has most free places is chosen. Held twice under one key it is held once.
    """
    wanted = set(profile_ids)
    found = HeldPlace.objects.filter(key=key, expires_at__gt=clock.now()).first()
    if found is not None:
        return found.profile_id
    # One order for everybody: two who lock several agents cannot wait for each other.
    agents = list(AgentProfile.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    present, talking, held = present_profile_ids(wanted), active(wanted), held_places(wanted)
    free: list[tuple[int, AgentProfile]] = []
    for agent in agents:
        taken = talking.get(agent.pk, 0) + held.get(agent.pk, 0)
        load = Load(
            present=agent.pk in present,
            available=agent.availability == AvailabilityChoice.AVAILABLE,
            active=taken,
            capacity=agent.capacity,
        )
        if has_free_place(load):
            free.append((agent.capacity - taken, agent))
    if not free:
        return None
    _room, chosen = max(free, key=lambda each: (each[0], -each[1].pk))
    HeldPlace.objects.filter(key=key).delete()
    HeldPlace.objects.create(key=key, profile=chosen, expires_at=until)
    announce(chosen)
    return chosen.pk


@transaction.atomic
def release_place(*, key: uuid.UUID) -> None:
    """Give a held place back. One that is not held (any more) changes nothing."""
    place = HeldPlace.objects.filter(key=key).first()
    if place is not None:
        profile = lock_agent(place.profile_id)
        place.delete()
        announce(profile)


@transaction.atomic
def expire_places() -> int:
    """Give back the places whose time is over; says how many."""
    over = HeldPlace.objects.filter(expires_at__lte=clock.now())
    profiles = list(AgentProfile.objects.filter(held_places__in=over).distinct())
    count, _ = over.delete() if profiles else (0, {})
    for profile in profiles:
        announce(profile)
    return count


@transaction.atomic
def set_availability(
    *, profile_id: int, availability: str, capacity: int | None = None
) -> AgentProfile:
    """Say whether an agent can take conversations, and how many at once."""
    profile = AgentProfile.objects.select_for_update().get(pk=profile_id)
    profile.availability = availability
    if capacity is not None:
        profile.capacity = capacity
    profile.save(update_fields=["availability", "capacity"])
    announce(profile)
    return profile


def announce(profile: AgentProfile) -> None:
    """Tell everybody whom it concerns that this agent changed."""
    bus.publish(AgentChanged(profile_id=profile.pk, user_id=profile.user_id))


@transaction.atomic
def connect(
    *, profile_id: int, key: uuid.UUID, worker_id: uuid.UUID | None, session_hash: str
) -> None:
    """A staff socket opened (``worker_id`` given), or a console polled."""
    expires = None if worker_id else clock.now() + POLLED_FOR
    AgentConnection.objects.update_or_create(
        key=key,
        defaults={
            "profile_id": profile_id,
            "worker_id": worker_id,
            "session_hash": session_hash,
            "expires_at": expires,
        },
    )
    announce(AgentProfile.objects.get(pk=profile_id))


@transaction.atomic
def disconnect(*, key: uuid.UUID) -> None:
    """A staff socket went. The agent counts as present for a grace period: pages turn."""
    grace = timedelta(seconds=configuration().agent_grace_seconds)
    AgentConnection.objects.filter(key=key).update(worker=None, expires_at=clock.now() + grace)


@transaction.atomic
def leave(*, key: uuid.UUID) -> None:
    """Somebody may no longer answer: no page follows, so there is no grace."""
    _take_away(AgentConnection.objects.filter(key=key))


@transaction.atomic
def leave_session(*, session_hash: str) -> None:
    """Somebody logged out: gone at once, also where a page was just being turned."""
    _take_away(AgentConnection.objects.filter(session_hash=session_hash))


@transaction.atomic
def leave_expired() -> None:
    """Take away the connections whose time is over, and say who left."""
    _take_away(AgentConnection.objects.filter(expires_at__lte=clock.now()))


def _take_away(connections: QuerySet[AgentConnection]) -> None:
    profiles = list(AgentProfile.objects.filter(connections__in=connections).distinct())
    if not profiles:
        return
    connections.delete()
    for profile in profiles:
        announce(profile)


@transaction.atomic
def revoke(*, user_id: int, session_hash: str | None = None) -> None:
    """A right, a password or (named) a session of this user went: sockets must look again."""
    bus.publish(StaffRevoked(user_id=user_id, session_hash=session_hash))


def issue_ticket(*, user_id: int, session_key: str) -> str:
    """A one-time ticket for a socket of this session."""
    now = clock.now()
    ticket = tokens.new_ticket()
    StaffTicket.objects.filter(expires_at__lt=now).delete()
    StaffTicket.objects.create(
        hash=tokens.hash_ticket(ticket),
        user_id=user_id,
        session_hash=hash_session(session_key),
        expires_at=now + TICKET_LIFE,
    )
    return ticket


@transaction.atomic
def spend_ticket(*, ticket: str, user_id: int, session_key: str) -> None:
    """Use a ticket up. Raises :class:`TicketInvalid` unless it is fresh and this session's."""
    used, _ = StaffTicket.objects.filter(
        hash=tokens.hash_ticket(ticket),
        user_id=user_id,
        session_hash=hash_session(session_key),
        expires_at__gt=clock.now(),
    ).delete()
    if used != 1:
        raise TicketInvalid
