"""Whom Wagtail's own views may show or let change what is ours."""

from __future__ import annotations

from wagtail.permission_policies.sites import SitePermissionPolicy

from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.wagtail_versions import register_permission_policy


def register() -> None:
    """Conversations belong to a site: the right to reply (action ``reply``) does too."""
    register_permission_policy(Conversation, SitePermissionPolicy(Conversation))
