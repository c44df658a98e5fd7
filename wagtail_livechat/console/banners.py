"""Consent banners in Wagtail: write, preview as a visitor, approve, publish."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import LiveStatusTagColumn, UpdatedAtColumn

from wagtail_livechat.consent.models import Change, ConsentBanner
from wagtail_livechat.consent.publishing import LABELS, first_words, purposes_of
from wagtail_livechat.consent.queries import newest_version_of
from wagtail_livechat.site_settings.queries import settings_for

from .snippets import SiteScopedForm, SiteScopedViewSet


class BannerForm(SiteScopedForm):
    """Begins with words that say all that must be said, and refuses what would deceive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in LABELS.items():
            if name in self.fields:
                self.fields[name].widget.attrs.setdefault("placeholder", words)
        if self.instance.pk is None and not self.instance.body:
            self._begin()

    def _begin(self) -> None:
        """Fill in what an editor may leave or change."""
        site = self.sites.order_by("-is_default_site", "pk").first()
        language = self.instance.locale.language_code if self.instance.locale_id else "en"
        controller = settings_for(site.pk).controller if site else ""
        heading, body = first_words(language, controller or (site.site_name if site else ""))
        begun = {
            "site": site.pk if site else None,
            "name": _("Consent banner"),
            "heading": heading,
            "body": format_html("<p>{}</p>", body),
        }
        self.initial = begun | {
            name: value for name, value in self.initial.items() if value not in (None, "")
        }

    def clean(self) -> dict[str, Any]:
        """One banner asks at a time, asks for something, and says truly what changed."""
        cleaned: dict[str, Any] = super().clean() or {}
        newest = newest_version_of(self.instance.pk) if self.instance.pk else None
        site = cleaned.get("site")
        if newest and site and newest.site_id != site.pk:
            self.add_error(
                "site",
                _("What visitors of a site were asked belongs to that site. Copy the banner."),
            )
        if not (cleaned.get("asks_assistance") or cleaned.get("asks_statistics")):
            self.add_error("asks_assistance", _("A banner asks for at least one of the two."))
        elif newest and cleaned.get("change") == Change.MINOR:
            asks = ConsentBanner(
                asks_assistance=cleaned["asks_assistance"],
                asks_statistics=cleaned["asks_statistics"],
            )
            if set(purposes_of(asks)) - set(newest.purposes):
                self.add_error(
                    "change", _("Asking for something new is major: visitors must be asked again.")
                )
        return cleaned


def _labels() -> list[FieldPanel]:
    names = ("accept_label", "refuse_label", "choose_label", "save_label", "change_label")
    return [FieldPanel(name) for name in names]


class BannerViewSet(SiteScopedViewSet):
    """``/admin/livechat/banners/``."""

    model: Any = ConsentBanner
    url_prefix = "livechat/banners"
    icon = "livechat-consent"
    menu_label: Any = gettext_lazy("Consent banners")
    menu_name = "livechat-banners"
    menu_order: Any = 20
    list_display = ["name", "site", "heading", UpdatedAtColumn(), LiveStatusTagColumn()]
    list_filter = ["site"]
    copy_view_enabled = True
    edit_handler = ObjectList(
        [
            FieldPanel("name", required_on_save=True),
            FieldPanel("site", widget=forms.Select),
            MultiFieldPanel(
                [FieldPanel("heading"), FieldPanel("body"), FieldPanel("details_url")],
                heading=gettext_lazy("First layer"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("asks_assistance"),
                    FieldPanel("assistance_title"),
                    FieldPanel("assistance_text", widget=forms.Textarea(attrs={"rows": 3})),
                ],
                heading=gettext_lazy("Live assistance"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("asks_statistics"),
                    FieldPanel("statistics_title"),
                    FieldPanel("statistics_text", widget=forms.Textarea(attrs={"rows": 3})),
                ],
                heading=gettext_lazy("Statistics"),
            ),
            MultiFieldPanel(
                _labels(),
                heading=gettext_lazy("Labels"),
                help_text=gettext_lazy(
                    "Empty: our own words, in the language of the banner. The three buttons "
                    "look the same whatever they say."
                ),
                classname="collapsed",
            ),
            FieldPanel("change"),
            PublishingPanel(),
        ],
        base_form_class=BannerForm,
    )
