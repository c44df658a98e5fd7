"""What was asked on a page and nobody answered, beside the page where it is written.

Wagtail has no hook for panels beside a page, but a class for the screens of pages: ours is
its own with one panel more, registered for all types that have none of their own. A project
that has its own puts :class:`QuestionsBesidePage` in front of it.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets.button import Button

from wagtail_livechat.agents.permissions import STUDY, sites_where
from wagtail_livechat.study.models import ExchangeGroup
from wagtail_livechat.study.queries import last_run, unanswered_on

MOST_SHOWN: Final = 10


def site_of(page: Any, user: Any) -> int | None:
    """The page's site, if this user may see what was asked on it."""
    if page.pk is None:
        return None
    site_ids = sites_where(user, STUDY)
    if not site_ids:
        return None
    site = page.get_site()
    return site.pk if site is not None and site.pk in site_ids else None


def address_of(page: Any, site_id: int) -> str:
    """The study, of what was asked on this page alone."""
    return f"{reverse('livechat_study:index')}?site={site_id}&page={page.pk}"


class QuestionsSidePanel(BaseSidePanel):
    """The panel: at most ten questions, the most frequent first."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """Its button, with the number of them."""

        aria_label: Any = gettext_lazy("Toggle questions of visitors")
        icon_name = "livechat-study"

        def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
            """The number of questions."""
            return {**super().get_context_data(parent_context), "count": len(self.panel.groups)}

    name = "livechat-questions"
    title = gettext_lazy("Questions of visitors")
    template_name = "wagtail_livechat/console/study/side_panel.html"
    order = 400

    def __init__(self, page: Any, request: Any, *, site_id: int) -> None:
        super().__init__(page, request)
        self.site_id = site_id
        found = unanswered_on(last_run(site_id), page.pk)
        self.groups: list[ExchangeGroup] = list(found[:MOST_SHOWN])

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """The questions, and the way to all of them."""
        return {
            **super().get_context_data(parent_context),
            "groups": self.groups,
            "all_url": address_of(self.object, self.site_id),
        }


class QuestionsBesidePage:
    """In front of a view in which a page is edited: the panel, for those who may see it."""

    page: Any
    request: Any
    expects_json_response: bool

    def get_side_panels(self) -> MediaContainer:
        """Wagtail's, and ours."""
        panels: MediaContainer = super().get_side_panels()  # type: ignore[misc]
        if not self.expects_json_response:
            site_id = site_of(self.page, self.request.user)
            if site_id is not None:
                ours = QuestionsSidePanel(self.page, self.request, site_id=site_id)
                panels = MediaContainer([*panels, ours])
        return panels


class PageEditView(QuestionsBesidePage, EditView):
    """Wagtail's own, with the panel."""


class PageQuestionsViewSet(PageViewSet):
    """Wagtail's screens of pages, for all types that have none of their own."""

    edit_view_class = PageEditView


def header_buttons(page: Any, user: Any) -> Iterator[Button]:
    """The entry in the page's own menu, wherever Wagtail shows it."""
    site_id = site_of(page, user)
    if site_id is not None:
        yield Button(
            _("Questions of visitors"),
            address_of(page, site_id),
            icon_name="livechat-study",
            priority=91,
        )
