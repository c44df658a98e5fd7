"""Reads about agents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import Count
from wagtail.images import get_image_model

from wagtail_livechat import clock
from wagtail_livechat.worded import Worded, as_models, columns_of

from .models import AgentConnection, AgentProfile, AvailabilityChoice, HeldPlace
from .rules import skeleton


def profile_of(user_id: int) -> AgentProfile | None:
    """The agent that this user is, if one yet."""
    return AgentProfile.objects.filter(user_id=user_id).first()


_PROFILES = Worded(
    lambda keys: AgentProfile.objects.filter(pk__in=keys).values_list(*columns_of(AgentProfile))
)


def profiles(profile_ids: Iterable[int]) -> dict[int, AgentProfile]:
    """These agents, with their pictures."""
    found = as_models(AgentProfile, _PROFILES.ask(profile_ids))
    pictures = {each.avatar_id for each in found if each.avatar_id is not None}
    images = get_image_model().objects.in_bulk(pictures) if pictures else {}
    for each in found:
        if each.avatar_id is not None:
            each.avatar = images.get(each.avatar_id)
    return {each.pk: each for each in found}


_PRESENT = Worded(
    lambda keys, now: (
        AgentConnection.objects.live(now).filter(profile_id__in=keys).values_list("profile_id")
    )
)


def present_profile_ids(profile_ids: Iterable[int] | None = None) -> frozenset[int]:
    """Which agents have a live connection now."""
    if profile_ids is None:
        live = AgentConnection.objects.live(clock.now())
        return frozenset(live.values_list("profile_id", flat=True))
    rows = _PRESENT.ask(profile_ids, now=clock.now())
    return frozenset(profile_id for (profile_id,) in rows)


def present_user_ids() -> frozenset[int]:
    """The accounts of all agents who have a live connection now."""
    live = AgentConnection.objects.live(clock.now())
    return frozenset(live.values_list("profile__user_id", flat=True))


def is_alias_free(alias: str, *, besides: int | None = None) -> bool:
    """No other agent's alias could be taken for this one."""
    look = skeleton(alias)
    others = AgentProfile.objects.filter(alias_skeleton=look)
    if besides is not None:
        others = others.exclude(pk=besides)
    return bool(look) and not others.exists()


def profile_ids_of_users(user_ids: Iterable[int]) -> dict[int, AgentProfile]:
    """Profiles by id, of those of these users who have one."""
    return {
        profile.pk: profile
        for profile in AgentProfile.objects.filter(user_id__in=list(user_ids)).select_related(
            "avatar"
        )
    }


def account_name(user_id: int) -> str:
    """How colleagues know this account."""
    user = get_user_model()._default_manager.get(pk=user_id)
    return user.get_full_name() or user.get_username()


def profile_with_account(profile_id: int) -> AgentProfile | None:
    """An agent, with the picture and the account behind it."""
    return AgentProfile.objects.filter(pk=profile_id).select_related("avatar", "user").first()


def agent(profile_id: int) -> AgentProfile:
    """This agent, who must exist."""
    return AgentProfile.objects.get(pk=profile_id)


def willing_agents(profile_ids: Iterable[int], user_ids: Iterable[int]) -> list[AgentProfile]:
    """Of these agents, those who are available and have one of these accounts."""
    return list(
        AgentProfile.objects.filter(
            pk__in=list(profile_ids),
            user_id__in=list(user_ids),
            availability=AvailabilityChoice.AVAILABLE,
        )
    )


def ready_profile_ids(profile_ids: Iterable[int]) -> frozenset[int]:
    """Which of these agents are there, and available."""
    willing = AgentProfile.objects.filter(
        pk__in=present_profile_ids(profile_ids), availability=AvailabilityChoice.AVAILABLE
    )
    return frozenset(willing.values_list("pk", flat=True))


def held_places(profile_ids: Iterable[int]) -> dict[int, int]:
    """How many places of each of these agents are kept for invitations now."""
    return dict(
        HeldPlace.objects.filter(profile_id__in=list(profile_ids), expires_at__gt=clock.now())
        .order_by()
        .values_list("profile_id")
        .annotate(Count("pk"))
    )


def holder_of(key: uuid.UUID) -> int | None:
    """Whose place is kept under this key, while its time is not over."""
    return (
        HeldPlace.objects.filter(key=key, expires_at__gt=clock.now())
        .values_list("profile_id", flat=True)
        .first()
    )
