"""What Wagtail's admin receives from us."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from . import __version__
from .agents.permissions import APP_LABEL, RIGHTS
from .assets import asset
from .console import page_questions, policies
from .console.account import AgentSettingsPanel
from .console.banners import BannerViewSet
from .console.canned_replies import CannedReplyViewSet
from .console.groups import (
    CannedReplySitesForm,
    ConsentSitesForm,
    ConversationSitesForm,
    SignpostSitesForm,
    TriggerSitesForm,
    WatchingSitesForm,
)
from .console.housekeeping import HousekeepingPanel
from .console.menu import ConsoleViewSet, LiveChatGroup
from .console.page_policy import CHANGED, header_buttons
from .console.receipts import ReceiptsViewSet
from .console.signpost import CuratedAnswerViewSet, ScriptViewSet
from .console.snippet_menu import offer_by_site
from .console.staff_access import access_menu_item
from .console.study import StudyViewSet
from .console.transcripts import VIEWED
from .console.triggers import PausedTriggersPanel, TriggerViewSet
from .engagement.counting import PAUSED, RESUMED
from .transport.admin_views import exchange, ticket

# As early as can be: once asked for, a policy can no longer be given.
policies.register()


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Ours beside Wagtail's."""
    names = (
        "livechat",
        "livechat-answer",
        "livechat-consent",
        "livechat-reply",
        "livechat-script",
        "livechat-study",
        "livechat-trigger",
    )
    return [*icons, *(f"wagtail_livechat/icons/{name}.svg" for name in names)]


def register_viewsets() -> LiveChatGroup:
    """The console, and the addresses through which its socket and fallback speak; then what
    editors and whoever proves consent work with."""
    console = ConsoleViewSet(
        transport_urls=(
            path("ticket/", ticket, name="ticket"),
            path("exchange/", exchange, name="exchange"),
        )
    )
    return LiveChatGroup(
        console,
        CannedReplyViewSet(),
        CuratedAnswerViewSet(),
        ScriptViewSet(),
        StudyViewSet(),
        BannerViewSet(),
        TriggerViewSet(),
        ReceiptsViewSet(),
    )


# Not by the hook for viewsets: Wagtail must know our snippets when it makes permissions.
register_snippet(register_viewsets)


@hooks.register("insert_global_admin_js")
def admin_js() -> SafeString:
    """The badge on every page of the admin: its words, then its script."""
    return format_html_join("\n", '<script src="{}"></script>', ((url,) for url in _scripts()))


def _scripts() -> Iterable[str]:
    try:
        words = reverse("wagtail_livechat:catalogue", args=[get_language() or "en"])
    except NoReverseMatch:
        # The host has not included our addresses: a system check says so.
        return
    yield f"{words}?v={__version__}"
    yield asset("badge.js")


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """The look of the badge. Wagtail prints this inside the user bar too: every selector
    in it is our own."""
    return format_html('<link rel="stylesheet" href="{}">', asset("badge.css"))


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """To be granted on all sites at once, in the group's table of permissions."""
    return Permission.objects.filter(content_type__app_label=APP_LABEL, codename__in=RIGHTS)


@hooks.register("register_group_permission_panel")
def group_permission_panel() -> type[ConversationSitesForm]:
    """To be granted site by site."""
    return ConversationSitesForm


@hooks.register("register_group_permission_panel")
def watching_permission_panel() -> type[WatchingSitesForm]:
    """The same for watching, inviting, and for seeing who did."""
    return WatchingSitesForm


@hooks.register("register_group_permission_panel")
def consent_permission_panel() -> type[ConsentSitesForm]:
    """The same for what visitors are asked, and for the proof of what they said."""
    return ConsentSitesForm


@hooks.register("register_group_permission_panel")
def trigger_permission_panel() -> type[TriggerSitesForm]:
    """The same for triggers."""
    return TriggerSitesForm


@hooks.register("register_group_permission_panel")
def canned_reply_permission_panel() -> type[CannedReplySitesForm]:
    """The same for canned replies."""
    return CannedReplySitesForm


@hooks.register("register_group_permission_panel")
def signpost_permission_panel() -> type[SignpostSitesForm]:
    """The same for what the signpost says."""
    return SignpostSitesForm


@hooks.register("construct_homepage_panels")
def paused_triggers(request: HttpRequest, panels: list[Any]) -> None:
    """Triggers that stopped by themselves say so on the first page."""
    panels.append(PausedTriggersPanel(request.user))


@hooks.register("register_account_settings_panel")
def account_panel(request: HttpRequest, user: Any, profile: Any) -> AgentSettingsPanel:
    """Oneself as an agent."""
    return AgentSettingsPanel(request, user, profile)


@hooks.register("register_reports_menu_item")
def access_report() -> MenuItem:
    """Who looked at what."""
    return access_menu_item()


@hooks.register("construct_homepage_panels")
def housekeeping_panel(request: HttpRequest, panels: list[Any]) -> None:
    """A word where nobody keeps the house."""
    panels.append(HousekeepingPanel())


@hooks.register("register_page_header_buttons")
def page_header_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterable[Button]:
    """“Chat on this page”, and what was asked on it."""
    return [*header_buttons(page, user), *page_questions.header_buttons(page, user)]


@hooks.register("register_admin_viewset")
def pages_viewset() -> page_questions.PageQuestionsViewSet:
    """Pages, with what visitors asked beside them. Wagtail registers its own before."""
    return page_questions.PageQuestionsViewSet()


@hooks.register("construct_snippet_action_menu")
def snippet_action_menu(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """The buttons below the forms of our own snippets, by site."""
    if context["model"] in policies.SNIPPETS:
        offer_by_site(items, request, context)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """What Wagtail's history says of what was done here."""
    actions.register_action(VIEWED, _("Read a transcript"), _("Transcript read"))
    actions.register_action(CHANGED, _("Change the chat on a page"), _("Chat on the page changed"))
    actions.register_action(
        PAUSED, _("Pause a trigger"), _("Trigger paused: it was dismissed too often")
    )
    actions.register_action(RESUMED, _("Resume a trigger"), _("Trigger resumed"))
