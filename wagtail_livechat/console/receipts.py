"""Consent receipts: the proof of what visitors said, with the very words they were shown."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import VIEW_RECEIPTS
from wagtail_livechat.consent.models import INTERFACES, Action, Receipt
from wagtail_livechat.consent.queries import refusals_since
from wagtail_livechat.consent.rich_text import Node
from wagtail_livechat.privacy.models import Look

from .looks import note_look
from .permissions import SitePermissionMixin, sites_of
from .spreadsheets import neutralised

COUNTED: Final = timedelta(days=30)
CHECKSUM: Final = "SHA-256"
ELEMENTS: Final = frozenset({"p", "ul", "ol", "li", "b", "i"})


def _readable_sites(request: HttpRequest | None) -> QuerySet[Site]:
    ids = sites_of(request, VIEW_RECEIPTS) if request is not None else frozenset()
    sites: QuerySet[Site] = Site.objects.filter(pk__in=ids)
    return sites


class ReceiptFilterSet(WagtailFilterSet):
    """By site, by what was said, where, and by time."""

    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=_readable_sites)
    action = django_filters.ChoiceFilter(label=_("What was said"), choices=Action.choices)
    interface = django_filters.ChoiceFilter(label=_("Where"), choices=INTERFACES)
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = Receipt
        fields = ["site", "action", "interface", "at"]


FIELDS: Final[dict[str, Promise]] = {
    "id": _("Receipt"),
    "at": _("Time (UTC)"),
    "site": _("Site"),
    "language": _("Language"),
    "assistance": _("Live assistance"),
    "statistics": _("Statistics"),
    "action": _("What was said"),
    "interface": _("Where"),
    "gpc": _("Global Privacy Control"),
    "dnt": _("Do Not Track"),
    "version": _("Version"),
    "hash": _("Hash of the version"),
    "reference": _("Reference of the site's own tool"),
    "previous": _("Receipt that it ends"),
    "software": _("Software"),
}


class ReceiptsView(SitePermissionMixin, ReportView):  # type: ignore[override]
    """``receipts/``: those of the sites whose receipts this user may see."""

    codenames = (VIEW_RECEIPTS,)
    http_method_names = ["get", "head", "options"]
    page_title: Any = _("Consent receipts")
    header_icon = "livechat-consent"
    index_url_name: Any = "livechat_receipts:list"
    index_results_url_name: Any = "livechat_receipts:list_results"
    template_name = "wagtail_livechat/console/receipts.html"
    model = Receipt
    filterset_class: Any = ReceiptFilterSet
    default_ordering: Any = "-at"
    is_searchable: Any = False
    export_filename = "consent-receipts"
    list_export = list(FIELDS)
    export_headings = FIELDS

    @cached_property
    def columns(self) -> list[Any]:  # type: ignore[override]
        """Each leads to the receipt itself."""
        return [
            TitleColumn(
                "name",
                label=_("Receipt"),
                accessor=str,
                get_url=lambda receipt: reverse("livechat_receipts:receipt", args=[receipt.pk]),
            ),
            DateColumn("at", label=_("Time"), sort_key="at"),
            Column("site", label=_("Site")),
            Column("get_action_display", label=_("What was said"), sort_key="action"),
            BooleanColumn("assistance", label=_("Live assistance")),
            BooleanColumn("statistics", label=_("Statistics")),
            Column("get_interface_display", label=_("Where"), sort_key="interface"),
            Column("language", label=_("Language")),
        ]

    def get_base_queryset(self) -> QuerySet[Receipt]:
        """Those of the sites of this user."""
        found: QuerySet[Receipt] = Receipt.objects.filter(site_id__in=self.site_ids).select_related(
            "site", "version"
        )
        return found

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Beside the receipts, how often the answer was no."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["refusals"] = refusals_since(self._shown, clock.now().date() - COUNTED)
        return context

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write down who takes receipts away, by site."""
        if self.is_export:
            for site_id in sorted(self._shown):
                note_look(request, site_id=site_id, look=Look.EXPORTED, target="Consent receipts")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    @cached_property
    def _shown(self) -> frozenset[int]:
        """The sites of which this request shows something."""
        chosen = self.filters.form.cleaned_data.get("site") if self.filters.is_valid() else None
        return self.site_ids if chosen is None else frozenset({chosen.pk})

    def to_row_dict(self, item: Receipt) -> dict[str, Any]:
        """A receipt as a row: names that mean the same in every language."""
        version = item.version
        return {
            "id": str(item.pk),
            "at": item.at.isoformat(),
            "site": item.site.hostname,
            "language": item.language,
            "assistance": item.assistance,
            "statistics": item.statistics,
            "action": item.action,
            "interface": item.interface,
            "gpc": item.gpc,
            "dnt": item.dnt,
            "version": f"{version.number} ({version.major})" if version else "",
            "hash": version.hash if version else "",
            "reference": item.reference,
            "previous": str(item.previous_id or ""),
            "software": item.software,
        }

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """As Wagtail writes it, without formulas."""
        return neutralised(super().preprocess_field_value(field, value, export_format))

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """The rows, and in the last line the checksum of every byte above it."""
        digest = sha256()
        for line in super().stream_csv(queryset):
            digest.update(line)
            yield line
        yield f"{CHECKSUM},{digest.hexdigest()}\r\n".encode()

    def write_xlsx(self, queryset: Any, output: Any) -> None:
        """The same rows, and on a sheet of its own the checksum that the CSV file has."""
        from openpyxl import load_workbook

        rows = list(queryset)
        super().write_xlsx(rows, output)
        *_, last = self.stream_csv(rows)
        output.seek(0)
        workbook = load_workbook(output)
        workbook.create_sheet(title=CHECKSUM).append(last.decode().strip().split(","))
        output.seek(0)
        output.truncate()
        workbook.save(output)

    def get_heading(self, queryset: Any, field: str) -> str:
        """The column's name, also where the rows are no queryset any more."""
        return str(FIELDS[field])


def html_of(pieces: list[Node]) -> SafeString:
    """An editor's text as it was shown: each piece of it escaped."""
    return format_html_join("", "{}", ((_element(piece),) for piece in pieces))


def _element(piece: Node) -> SafeString:
    if isinstance(piece, str):
        return format_html("{}", piece)
    inner = html_of(piece.get("c", []))
    match piece["t"]:
        case "br":
            return mark_safe("<br>")
        case "a":
            # To be read, not followed: it is proof of what stood there.
            return format_html("<u>{}</u> ({})", inner, piece.get("href", ""))
        case tag if tag in ELEMENTS:
            return format_html("<{}>{}</{}>", tag, inner, tag)
        case _:
            return inner


class ReceiptView(SitePermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """``receipts/<id>/``: one receipt, and what its visitor was shown, word for word."""

    codenames = (VIEW_RECEIPTS,)
    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/receipt.html"
    page_title: Any = _("Consent receipt")
    header_icon = "livechat-consent"

    @cached_property
    def receipt(self) -> Receipt:
        """The receipt, if it is of one of this user's sites."""
        found: Receipt | None = (
            Receipt.objects.filter(pk=self.kwargs["receipt_id"], site_id__in=self.site_ids)
            .select_related("site", "version", "previous")
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get_page_subtitle(self) -> str:
        """Which one."""
        return str(self.receipt)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the list, then here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("livechat_receipts:list"), "label": ReceiptsView.page_title},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it says, then what was shown."""
        receipt = self.receipt
        version = receipt.version
        return {
            **super().get_context_data(**kwargs),
            "receipt": receipt,
            "version": version,
            "ended_by": Receipt.objects.filter(previous=receipt).first(),
            "body": html_of(version.texts["body"]) if version else "",
            "purposes": [
                (version.texts[f"{purpose}_title"], version.texts[f"{purpose}_text"])
                for purpose in version.purposes
            ]
            if version
            else [],
            "labels": [(words, version.texts[name]) for name, words in _label_names()]
            if version
            else [],
        }


def _label_names() -> list[tuple[str, str]]:
    return [
        ("accept_label", gettext("Button: accept")),
        ("refuse_label", gettext("Button: refuse")),
        ("choose_label", gettext("Button: choose")),
        ("save_label", gettext("Button: save")),
        ("change_label", gettext("Control on every page")),
        ("details_label", gettext("Link to the details")),
        ("details_url", gettext("Address of the details")),
    ]


class ReceiptsMenuItem(MenuItem):
    """The way there, for those who may see receipts of any site."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether there is anything to see."""
        return bool(sites_of(request, VIEW_RECEIPTS))


class ReceiptsViewSet(ViewSet):
    """``/admin/livechat/receipts/``."""

    name: Any = "livechat_receipts"
    url_prefix = "livechat/receipts"
    icon = "livechat-consent"
    menu_label: Any = gettext_lazy("Consent receipts")
    menu_name = "livechat-receipts"
    menu_order: Any = 40
    menu_item_class = ReceiptsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """The list, and each of them."""
        return [
            path("", ReceiptsView.as_view(), name="list"),
            path("results/", ReceiptsView.as_view(results_only=True), name="list_results"),
            path("<uuid:receipt_id>/", ReceiptView.as_view(), name="receipt"),
        ]
