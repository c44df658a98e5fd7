"""The console itself: a page that holds a mount point and its configuration."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from wagtail_livechat.agents.queries import profile_of
from wagtail_livechat.assets import asset
from wagtail_livechat.conversations.queries import unread_counts
from wagtail_livechat.protocol.values import MAX_TEXT, VERSION

from .choosers import choosers_for
from .choosers import media as choosers_media
from .permissions import REPLY, VIEW_TRANSCRIPT, WATCH, SitePermissionMixin, sites_of

NO_ID = "00000000-0000-0000-0000-000000000000"


def greetings() -> dict[str, str]:
    """What an invitation says if nobody writes another, in each language of the site."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            texts[code] = gettext("Hello! Can I help you find something?")
    return texts


class ConsoleView(SitePermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """``/admin/livechat/``: where staff see who waits, and answer."""

    codenames = (REPLY, VIEW_TRANSCRIPT, WATCH)
    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/console.html"
    page_title: Any = _("Live chat")
    header_icon = "livechat"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, then here."""
        here = {"url": "", "label": self.get_page_title()}
        return [*super().get_breadcrumbs_items(), here]

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the browser's side of the console needs to know; see ``static_src/console``."""
        transcript = reverse("livechat_console:transcript", args=[NO_ID])
        return {
            "v": VERSION,
            "user": self.request.user.pk,
            "language": get_language(),
            "max_text": MAX_TEXT,
            "transcript_sites": sorted(sites_of(self.request, VIEW_TRANSCRIPT)),
            "choosers": choosers_for(self.request.user, sites_of(self.request, REPLY)),
            "greetings": greetings(),
            "urls": {
                "ticket": reverse("livechat_console:ticket"),
                "exchange": reverse("livechat_console:exchange"),
                "unread": reverse("livechat_console:unread"),
                "transcript": transcript.replace(NO_ID, "{id}"),
                "account": reverse("wagtailadmin_account") + "#tab-livechat",
                "login": reverse("wagtailadmin_login"),
            },
        }

    @property
    def media(self) -> forms.Media:
        """The style and the script of the console, and Wagtail's choosers."""
        ours = forms.Media(css={"all": [asset("console.css")]}, js=[asset("console.js")])
        return choosers_media() + ours

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The template gets the configuration and the addresses of our files."""
        return {**super().get_context_data(**kwargs), "config": self.config, "media": self.media}


class UnreadView(SitePermissionMixin, View):
    """``unread/``: the two numbers of the badge, for where no socket is open."""

    codenames = (REPLY,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """How many conversations wait, and how many of mine have something new."""
        profile = profile_of(cast(int, request.user.pk))
        waiting, unread = unread_counts(self.site_ids, profile.pk if profile else None)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return JsonResponse({"waiting": waiting, "unread": unread}, headers=headers)
