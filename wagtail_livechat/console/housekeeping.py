"""A word on Wagtail's front page where nobody keeps the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from wagtail_livechat.agents.permissions import CHANGE_SETTINGS
from wagtail_livechat.privacy.queries import house_kept_at, is_house_neglected

from .permissions import sites_of


class HousekeepingPanel(Component):
    """A warning for those who may change the settings of a site: what should have been
    erased is still there."""

    name = "livechat_housekeeping"
    template_name = "wagtail_livechat/console/housekeeping_panel.html"
    order = 120

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        """Nothing, as long as all is well."""
        request: HttpRequest = (parent_context or {})["request"]
        if not sites_of(request, CHANGE_SETTINGS) or not is_house_neglected():
            return ""
        html: str = super().render_html(parent_context)
        return html

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """When it was last done, if ever."""
        return {"last": house_kept_at()}
