"""Keeping up with what changes in Wagtail: settings, sites, locales and the page tree."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Locale, Site
from wagtail.signals import post_page_move

from wagtail_livechat.wagtail_versions import page_model

from .actions import drop_page_policies
from .memory import forget
from .models import LiveChatSettings, PagePolicy, WidgetText


def _changed(**kwargs: Any) -> None:
    """Forget now, for this request, and again when others can see the change."""
    forget()
    transaction.on_commit(forget)


def _page_deleted(*, instance: Any, **kwargs: Any) -> None:
    drop_page_policies([instance.pk])


def connect() -> None:
    """Listen; called once when Django is ready."""
    for model in (LiveChatSettings, WidgetText, PagePolicy, Site, Locale):
        for signal in (post_save, post_delete):
            signal.connect(
                _changed, sender=model, dispatch_uid=f"wagtail_livechat.{model.__name__}"
            )
    post_page_move.connect(_changed, dispatch_uid="wagtail_livechat.page_moved")
    post_delete.connect(
        _page_deleted, sender=page_model(), dispatch_uid="wagtail_livechat.page_deleted"
    )
