"""Who may open which screen, and on which sites: asked by every view of this part.

A screen of Wagtail's admin checks by itself only that somebody may enter the admin.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from wagtail_livechat.agents.permissions import (
    CHANGE_SETTINGS,
    REPLY,
    VIEW_TRANSCRIPT,
    WATCH,
    sites_where,
)


def sites_of(request: HttpRequest, *codenames: str) -> frozenset[int]:
    """The sites on which the user of this request holds one of these permissions."""
    return frozenset().union(*(sites_where(request.user, name) for name in codenames))


class SitePermissionMixin:
    """A view for people who hold one of :attr:`codenames` on some site.

    :attr:`site_ids` are those sites: whatever the view shows or changes is on one of
    them.
    """

    codenames: tuple[str, ...] = ()
    site_ids: frozenset[int] = frozenset()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.site_ids = sites_of(request, *self.codenames)
        if not self.site_ids:
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(  # type: ignore[misc]
            request, *args, **kwargs
        )
        # Also where the project has forgotten the middleware: nobody frames the console.
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response


__all__ = [
    "CHANGE_SETTINGS",
    "REPLY",
    "VIEW_TRANSCRIPT",
    "WATCH",
    "SitePermissionMixin",
    "sites_of",
]
