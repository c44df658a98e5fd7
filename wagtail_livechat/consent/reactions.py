"""Keeping up with Wagtail: what is published becomes a version, what is taken down stands
no more.

Saving is not publishing: drafts are saved all the time, and nobody is asked with them.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from wagtail.signals import published, unpublished

from wagtail_livechat.site_settings.memory import forget

from . import actions
from .events import BannerPublished
from .models import ConsentBanner


def forget_banners(event: BannerPublished) -> None:
    """Read what is asked again: all that is kept, as configurations hold it too."""
    forget()


def _published(*, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    actions.publish_version(banner_id=instance.pk, revision_id=revision.pk if revision else None)
    forget()  # for this request; the event does it again when others can see the change


def _taken_down(*, instance: Any, **kwargs: Any) -> None:
    actions.take_down(site_id=instance.site_id)
    forget()


def connect() -> None:
    """Listen; called once when Django is ready."""
    name = "wagtail_livechat.banner"
    published.connect(_published, sender=ConsentBanner, dispatch_uid=f"{name}.published")
    unpublished.connect(_taken_down, sender=ConsentBanner, dispatch_uid=f"{name}.unpublished")
    post_delete.connect(_taken_down, sender=ConsentBanner, dispatch_uid=f"{name}.deleted")
