"""The buttons below a snippet's form that publish and unpublish it, asked for by site.

Wagtail shows them to whoever may publish all snippets of a type, on every site. Whoever may
publish those of one site would find none.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.snippets.action_menu import ActionMenuItem, PublishMenuItem, UnpublishMenuItem

from .policies import policy_of


def offer_by_site(
    items: list[ActionMenuItem], request: HttpRequest, context: Mapping[str, Any]
) -> None:
    """Put the two where they belong, for those who may, and for nobody else."""
    items[:] = [item for item in items if not isinstance(item, PublishMenuItem | UnpublishMenuItem)]
    if context.get("locked_for_user") or not _may_publish(request.user, context):
        return
    items.append(PublishMenuItem(order=30))
    instance = context.get("instance")
    if context["view"] == "edit" and instance is not None and instance.live:
        items.append(UnpublishMenuItem(order=20))
    items.sort(key=lambda item: item.order)


def _may_publish(user: Any, context: Mapping[str, Any]) -> bool:
    """Of a new one, whether there is any site for which it may be published: the form asks
    about the one that is chosen."""
    policy, instance = policy_of(context["model"]), context.get("instance")
    if instance is None:
        return bool(policy.user_has_permission(user, "publish"))
    return bool(policy.user_has_permission_for_instance(user, "publish", instance))
