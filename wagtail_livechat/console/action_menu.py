"""The buttons below the form of a snippet of ours: “Publish” for whoever may, on its site.

Wagtail asks whether somebody holds the right to publish on all sites; ours is given site by
site. Its views ask our policies, so that the button alone was missing.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem

from .policies import is_ours, policy_of


def _may_publish(context: Mapping[str, Any]) -> bool:
    """Whether this user may publish the snippet at hand or, of a new one, on any site."""
    if context.get("locked_for_user"):
        return False
    policy, user = policy_of(context["model"]), context["request"].user
    instance = context.get("instance")
    if instance is None or instance.pk is None:
        return bool(policy.user_has_permission(user, "publish"))
    return bool(policy.user_has_permission_for_instance(user, "publish", instance))


class PublishOnItsSite(PublishMenuItem):
    """“Publish”, by the policy of the model."""

    def is_shown(self, context: Mapping[str, Any]) -> bool:
        """Whether the button is there."""
        return _may_publish(context)


class UnpublishOnItsSite(UnpublishMenuItem):
    """“Unpublish”, by the policy of the model."""

    def is_shown(self, context: Mapping[str, Any]) -> bool:
        """Whether the button is there: what is published is there to be taken back."""
        return context["view"] == "edit" and context["instance"].live and _may_publish(context)


OURS = (UnpublishOnItsSite(order=20), PublishOnItsSite(order=30))


def ask_our_policy(items: list[Any], request: HttpRequest, context: Mapping[str, Any]) -> None:
    """Put our two buttons in the place of Wagtail's, on the forms of our snippets."""
    if not is_ours(context["model"]):
        return
    names = {item.name for item in OURS}
    kept = [item for item in items if item.name not in names]
    shown = [item for item in OURS if item.is_shown(context)]
    items[:] = sorted([*kept, *shown], key=lambda item: item.order)
