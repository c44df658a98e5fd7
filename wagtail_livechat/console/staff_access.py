"""Who looked at what: the access log as a report of Wagtail's, which logs its own readers."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Site

from wagtail_livechat.agents.permissions import APP_LABEL, VIEW_ACCESS
from wagtail_livechat.privacy.models import AccessEntry, Look
from wagtail_livechat.privacy.queries import entries_of

from .looks import note_look
from .permissions import SitePermissionMixin, sites_of
from .spreadsheets import neutralised


def _readable_sites(request: HttpRequest | None) -> QuerySet[Site]:
    ids = sites_of(request, VIEW_ACCESS) if request is not None else frozenset()
    sites: QuerySet[Site] = Site.objects.filter(pk__in=ids)
    return sites


class AccessFilterSet(WagtailFilterSet):
    """By site, by what was done, by account and by time."""

    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=_readable_sites)
    look = django_filters.MultipleChoiceFilter(
        label=_("What was done"), choices=Look.choices, widget=CheckboxSelectMultiple
    )
    account = django_filters.CharFilter(label=_("Account"), lookup_expr="icontains")
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = AccessEntry
        fields = ["site", "look", "account", "at"]


class AccessReportView(SitePermissionMixin, ReportView):  # type: ignore[override]
    """``access/``: the looks on the sites whose log this user may see. Nothing can be
    changed here; whoever opens or exports it is written down, on every site shown."""

    codenames = (VIEW_ACCESS,)
    http_method_names = ["get", "head", "options"]
    page_title: Any = _("Staff access")
    header_icon = "view"
    index_url_name: Any = "livechat_console:access"
    index_results_url_name: Any = "livechat_console:access_results"
    model = AccessEntry
    filterset_class: Any = AccessFilterSet
    default_ordering: Any = "-at"
    is_searchable: Any = False
    columns: Any = [
        DateColumn("at", label=_("From"), sort_key="at"),
        DateColumn("until", label=_("Until")),
        Column("site", label=_("Site")),
        Column("account", label=_("Account"), sort_key="account"),
        Column("alias", label=_("Alias")),
        Column("session", label=_("Session")),
        Column("get_look_display", label=_("What was done"), sort_key="look"),
        Column("target", label=_("Of what")),
    ]
    list_export = [
        "at",
        "until",
        "site",
        "account",
        "alias",
        "session",
        "get_look_display",
        "target",
    ]
    export_headings = {
        "at": _("From"),
        "until": _("Until"),
        "site": _("Site"),
        "account": _("Account"),
        "alias": _("Alias"),
        "session": _("Session"),
        "get_look_display": _("What was done"),
        "target": _("Of what"),
    }
    export_filename = "staff-access"

    def get_base_queryset(self) -> QuerySet[AccessEntry]:
        """Those of the sites of this user; for who may see all, of sites that are gone too."""
        everywhere = self.request.user.has_perm(f"{APP_LABEL}.{VIEW_ACCESS}")
        return entries_of(self.site_ids, homeless=everywhere)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write down who looks, then show it: their own look is the newest row."""
        look = Look.EXPORTED if self.is_export else Look.VIEWED_LOG
        for site_id in sorted(self._shown):
            note_look(request, site_id=site_id, look=look, target=str(self.page_title))
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    @cached_property
    def _shown(self) -> frozenset[int]:
        """The sites of which this request shows something."""
        chosen = self.filters.form.cleaned_data.get("site") if self.filters.is_valid() else None
        return self.site_ids if chosen is None else frozenset({chosen.pk})

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """As Wagtail writes it, without formulas."""
        return neutralised(super().preprocess_field_value(field, value, export_format))


class AccessMenuItem(MenuItem):
    """The way there, in Wagtail's menu of reports."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may see the log of any site."""
        return bool(sites_of(request, VIEW_ACCESS))


def access_menu_item() -> AccessMenuItem:
    """The entry as the hook hands it over."""
    return AccessMenuItem(
        AccessReportView.page_title,
        reverse("livechat_console:access"),
        name="livechat-access",
        icon_name=AccessReportView.header_icon,
        order=1150,
    )
