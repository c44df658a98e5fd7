"""Keeping up with what changes in Wagtail: settings, sites, locales and the page tree."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Locale, PageViewRestriction, Site
from wagtail.signals import page_published, page_unpublished, post_page_move

from wagtail_livechat.wagtail_versions import page_model

from .actions import drop_page_policies
from .memory import forget
from .models import LiveChatSettings, PagePolicy, StuckSettings, WidgetText

KEPT: Final = (
    LiveChatSettings,
    WidgetText,
    PagePolicy,
    StuckSettings,
    Site,
    Locale,
    # What is private from now on must not be named for another half minute.
    PageViewRestriction,
)


def _changed(**kwargs: Any) -> None:
    """Forget now, for this request, and again when others can see the change."""
    forget()
    transaction.on_commit(forget)


def _page_deleted(*, instance: Any, **kwargs: Any) -> None:
    drop_page_policies([instance.pk])


def connect() -> None:
    """Listen; called once when Django is ready."""
    for model in KEPT:
        for signal in (post_save, post_delete):
            signal.connect(
                _changed, sender=model, dispatch_uid=f"wagtail_livechat.{model.__name__}"
            )
    for name, moment in (
        ("moved", post_page_move),
        ("published", page_published),
        ("unpublished", page_unpublished),
    ):
        moment.connect(_changed, dispatch_uid=f"wagtail_livechat.page_{name}")
    post_delete.connect(
        _page_deleted, sender=page_model(), dispatch_uid="wagtail_livechat.page_deleted"
    )
