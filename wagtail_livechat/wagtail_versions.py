"""What differs between the Wagtail versions that we run on, and nothing else.

The floor is 7.4 LTS. From 8.0 on there is a registry of permission policies, a group in
the menu takes further items through a hook of its own, and a project may replace the
base page model.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import swapper
from django.db import models
from wagtail import VERSION
from wagtail.admin.menu import Menu, MenuItem
from wagtail.images import get_image_model_string

HAS_POLICY_REGISTRY = VERSION >= (8, 0)
HAS_SUBMENU_HOOK = VERSION >= (8, 0)

# Wagtail's setting is WAGTAIL_PAGE_MODEL; 7.4 knows neither the setting nor the prefix.
swapper.set_app_prefix("wagtailcore", "wagtail")


@cache
def page_model() -> type[models.Model]:
    """The base model of all pages: a project may have its own from Wagtail 8.0 on."""
    model: type[models.Model] = swapper.load_model("wagtailcore", "Page")
    return model


def register_permission_policy(model: type[models.Model], policy: Any) -> None:
    """Let Wagtail's own views ask ``policy`` about ``model``; before 8.0 nobody asks."""
    if HAS_POLICY_REGISTRY:
        from wagtail.permissions import register_permission_policy as register

        register(model, policy)


def viewset_options(policy: Any) -> dict[str, Any]:
    """What a viewset must be told of its policy where no registry could tell."""
    return {} if HAS_POLICY_REGISTRY else {"permission_policy": policy}


def submenu(hook_name: str, items: list[MenuItem]) -> Menu:
    """A submenu of ``items``; from 8.0 on others may add theirs through ``hook_name``."""
    if HAS_SUBMENU_HOOK:
        return Menu(register_hook_name=hook_name, items=items)
    return Menu(items=items)


def may_choose(user: Any, kept: models.Model) -> bool:
    """Whether Wagtail's choosers offer this image or document to ``user``."""
    policy = _policy_of(type(kept))
    return bool(policy.user_has_permission_for_instance(user, "choose", kept))


def may_choose_some(user: Any, model: type[models.Model]) -> bool:
    """Whether Wagtail's choosers offer any image, or any document, to ``user``."""
    return bool(_policy_of(model).user_has_permission(user, "choose"))


def _policy_of(model: type[models.Model]) -> Any:
    """Who may do what with images or documents."""
    if HAS_POLICY_REGISTRY:
        from wagtail.permissions import policy_registry

        return policy_registry.get_by_type(model)
    if model._meta.label_lower == get_image_model_string().lower():
        from wagtail.images.permissions import permission_policy as images

        return images
    from wagtail.documents.permissions import permission_policy as documents

    return documents
