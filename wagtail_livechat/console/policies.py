"""Whom Wagtail's own views may show or let change what is ours."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.db.models import Q, QuerySet
from wagtail.models import Site
from wagtail.permission_policies.sites import SitePermissionPolicy

from wagtail_livechat.agents.permissions import REPLY, sites_where
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.wagtail_versions import register_permission_policy

SITE_OWNED: tuple[type[models.Model], ...] = (
    ConsentBanner,
    CuratedAnswer,
    SignpostScript,
    Trigger,
)
"""The snippets that belong to a site each: whoever may change one site's may not see another's."""

OURS: tuple[type[models.Model], ...] = (*SITE_OWNED, CannedReply)
"""Every snippet of ours; canned replies may also be for all sites, or for oneself."""

ANY: Final = ("add", "change", "publish", "delete", "view")

_policies: dict[type[models.Model], Any] = {}


def register() -> None:
    """Conversations belong to a site: the right to reply (action ``reply``) does too. So do
    our snippets."""
    ours: tuple[type[models.Model], ...] = (Conversation, *OURS)
    for model in ours:
        register_permission_policy(model, policy_of(model))


def is_ours(model: type[models.Model]) -> bool:
    """Whether this is a snippet of ours, whose rights are given site by site."""
    return model in OURS


def policy_of(model: type[models.Model]) -> Any:
    """Who may do what with one of our models, by site."""
    if model not in _policies:
        kind = CannedReplyPolicy if model is CannedReply else SitePermissionPolicy
        _policies[model] = kind(model)
    return _policies[model]


class CannedReplyPolicy(SitePermissionPolicy):
    """What belongs to a site by that site's rights, what is for all sites by rights on all,
    and what is personal by nobody's but its owner's: superusers included.

    Whoever replies to visitors may keep personal replies, without any other right.
    """

    def user_has_any_permission(self, user: Any, actions: Sequence[str]) -> bool:
        """Whether there may be a reply with which this user may do any of these."""
        return super().user_has_any_permission(user, actions) or keeps_own(user)

    def user_has_any_permission_for_instance(
        self, user: Any, actions: Sequence[str], instance: models.Model
    ) -> bool:
        """The same for one reply, or for the replies of a site."""
        owner_id = None if isinstance(instance, Site) else getattr(instance, "owner_id", None)
        if owner_id is not None:
            return bool(owner_id == user.pk) and keeps_own(user)
        return bool(super().user_has_any_permission_for_instance(user, actions, instance))

    def instances_user_has_any_permission_for(
        self, user: Any, actions: Sequence[str]
    ) -> QuerySet[Any]:
        """The replies with which this user may do any of these."""
        shared = Q(owner__isnull=True)
        if not self.holds_everywhere(user, actions):
            sites = self.sites_user_has_any_permission_for(user, actions)
            shared &= Q(site_id__in=list(sites.values_list("pk", flat=True)))
        found = shared | Q(owner_id=user.pk) if keeps_own(user) else shared
        return CannedReply.objects.filter(found)

    def holds_everywhere(self, user: Any, actions: Sequence[str]) -> bool:
        """Whether this user may do any of these on every site there is or will be."""
        if not (user.is_authenticated and user.is_active):
            return False
        return bool(user.is_superuser or self._user_has_global_permission(user, actions))


def keeps_own(user: Any) -> bool:
    """Whether this user may keep personal replies."""
    return bool(sites_where(user, REPLY))


class ForOne:
    """A policy as it holds for one instance.

    Wagtail's views ask whether somebody may publish, lock or delete *anything* of a model,
    where they mean the thing at hand. Whoever may publish it and is to approve it may open
    and change it until then, as everywhere in Wagtail.
    """

    def __init__(self, policy: Any, instance: models.Model) -> None:
        self._policy = policy
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._policy, name)

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether this may be done with the instance."""
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission(self, user: Any, actions: Sequence[str]) -> bool:
        """Whether any of these may be done with the instance."""
        allowed = self._policy.user_has_any_permission_for_instance(user, actions, self._instance)
        return bool(allowed or ("change" in actions and is_to_approve(user, self._instance)))

    def user_has_permission_for_instance(
        self, user: Any, action: str, instance: models.Model
    ) -> bool:
        """The same, where Wagtail names the instance."""
        if instance.pk == self._instance.pk and type(instance) is type(self._instance):
            return self.user_has_permission(user, action)
        return bool(self._policy.user_has_permission_for_instance(user, action, instance))


def is_to_approve(user: Any, instance: Any) -> bool:
    """Whether a workflow waits for this user to approve the instance.

    A workflow is for a type of snippets, on every site: who may do nothing on this one has
    nothing to approve there. What is personal is its owner's alone, also when it was handed in.
    """
    policy = policy_of(type(instance))
    if not policy.user_has_any_permission_for_instance(user, ANY, instance):
        return False
    task = instance.current_workflow_task
    return task is not None and bool(task.user_can_access_editor(instance, user))
