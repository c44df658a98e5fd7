"""Whom Wagtail's own views may show or let change what is ours."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from wagtail.permission_policies.sites import SitePermissionPolicy

from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
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

_policies: dict[type[models.Model], Any] = {}


def register() -> None:
    """Conversations belong to a site: the right to reply (action ``reply``) does too. So do
    our snippets."""
    owned: tuple[type[models.Model], ...] = (Conversation, *SITE_OWNED)
    for model in owned:
        register_permission_policy(model, policy_of(model))


def policy_of(model: type[models.Model]) -> Any:
    """Who may do what with one of our models, by site."""
    if model not in _policies:
        _policies[model] = SitePermissionPolicy(model)
    return _policies[model]


class ForOne:
    """A policy as it holds for one instance.

    Wagtail's views ask whether somebody may publish, lock or delete *anything* of a model,
    where they mean the thing at hand.
    """

    def __init__(self, policy: Any, instance: models.Model) -> None:
        self._policy = policy
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._policy, name)

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether this may be done with the instance."""
        return bool(self._policy.user_has_permission_for_instance(user, action, self._instance))

    def user_has_any_permission(self, user: Any, actions: Sequence[str]) -> bool:
        """Whether any of these may be done with the instance."""
        return bool(
            self._policy.user_has_any_permission_for_instance(user, actions, self._instance)
        )
