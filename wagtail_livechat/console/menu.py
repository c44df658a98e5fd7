"""Our place in Wagtail's menu, with the number of those who need somebody."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem, SubmenuMenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from wagtail_livechat.wagtail_versions import submenu

from .page_policy import PagePolicyView
from .permissions import REPLY, VIEW_TRANSCRIPT, WATCH, sites_of
from .staff_access import AccessReportView
from .transcripts import TranscriptView
from .views import ConsoleView, UnreadView

SUBMENU_HOOK = "register_livechat_menu_item"


def badge_attributes(user_id: int) -> dict[str, str]:
    """What ``static_src/badge`` finds on a menu entry. The numbers it fetches itself."""
    return {
        "data-controller": "livechat-badge",
        "data-livechat-badge-unread-value": reverse("livechat_console:unread"),
        "data-livechat-badge-ticket-value": reverse("livechat_console:ticket"),
        "data-livechat-badge-exchange-value": reverse("livechat_console:exchange"),
        "data-livechat-badge-user-value": str(user_id),
    }


class ConsoleMenuItem(MenuItem):
    """The way to the console, for those who may open it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user replies, reads or watches anywhere."""
        return bool(sites_of(request, REPLY, VIEW_TRANSCRIPT, WATCH))


class LiveChatMenuItem(SubmenuMenuItem):
    """The entry that is always in sight: it wears the badge of those who reply."""

    def render_component(self, request: HttpRequest) -> Any:
        """One link while there is only the console: an answer is one click away.

        With the badge's attributes for an agent, without for a reader.

        Wagtail keeps the entry for the whole process: what is one user's goes on the
        component, which is made for each page.
        """
        items = self.menu.menu_items_for_request(request)
        if len(items) == 1:
            component = LinkMenuItem(self.name, self.label, items[0].url, icon_name=self.icon_name)
        else:
            component = super().render_component(request)
        if sites_of(request, REPLY):
            component.attrs = {**component.attrs, **badge_attributes(cast(int, request.user.pk))}
        return component


class ConsoleViewSet(ViewSet):
    """The addresses under ``/admin/livechat/``.

    ``transport_urls`` are given by ``wagtail_hooks``: this part and ``transport`` do not
    know each other.
    """

    name: Any = "livechat_console"
    url_prefix = "livechat"
    icon = "livechat"
    menu_label: Any = _("Console")
    menu_name = "livechat-console"
    menu_order: Any = 1
    menu_item_class = ConsoleMenuItem
    transport_urls: tuple[URLPattern, ...] = ()

    def get_urlpatterns(self) -> list[URLPattern]:
        """Ours, then those that speak for the socket."""
        return [
            path("", self.construct_view(ConsoleView), name="index"),
            path("unread/", self.construct_view(UnreadView), name="unread"),
            path(
                "transcripts/<uuid:conversation_id>/",
                self.construct_view(TranscriptView),
                name="transcript",
            ),
            path(
                "pages/<int:page_id>/",
                self.construct_view(PagePolicyView),
                name="page_policy",
            ),
            path("access/", AccessReportView.as_view(), name="access"),
            path(
                "access/results/",
                AccessReportView.as_view(results_only=True),
                name="access_results",
            ),
            *self.transport_urls,
        ]


class LiveChatGroup(ViewSetGroup):
    """“Live chat” in the menu; others may add entries through :data:`SUBMENU_HOOK`."""

    menu_label: Any = _("Live chat")
    menu_name = "livechat"
    menu_icon = "livechat"
    menu_order: Any = 250

    items: Any = ()

    def __init__(self, *items: ViewSet) -> None:
        self.items = items
        super().__init__()

    def get_menu_item(self, order: int | None = None) -> LiveChatMenuItem:
        """One entry with a submenu."""
        return LiveChatMenuItem(
            label=self.menu_label,
            menu=submenu(SUBMENU_HOOK, self.get_submenu_items()),
            name=self.menu_name,
            icon_name=self.menu_icon,
            order=self.menu_order,
        )
