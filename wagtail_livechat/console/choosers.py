"""Wagtail's own choosers, for what an agent sends besides words."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.apps import apps
from django.urls import NoReverseMatch, reverse
from wagtail.admin.widgets import AdminPageChooser
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.widgets import AdminImageChooser
from wagtail.models import Site

from wagtail_livechat.wagtail_versions import may_choose_some, page_model


def choosers_for(user: Any, site_ids: Iterable[int]) -> dict[str, Any]:
    """Where ``static_src/console/choosers.ts`` finds the choosers that this user may use.

    That of pages opens in the tree of the conversation's site.
    """
    roots = Site.objects.filter(pk__in=list(site_ids)).values_list("pk", "root_page_id")
    choosers: dict[str, Any] = {
        "page": {
            "url": reverse("wagtailadmin_choose_page"),
            "model": page_model()._meta.label_lower,
            "roots": {str(site_id): page_id for site_id, page_id in roots},
        }
    }
    if may_choose_some(user, get_image_model()):
        choosers["image"] = {"url": reverse("wagtailimages_chooser:choose")}
    if apps.is_installed("wagtail.documents") and may_choose_some(user, get_document_model()):
        try:
            choosers["document"] = {"url": reverse("wagtaildocs_chooser:choose")}
        except NoReverseMatch:
            pass  # installed without its addresses in the admin
    return choosers


def media() -> forms.Media:
    """The scripts of the choosers' windows."""
    scripts: forms.Media = AdminPageChooser().media + AdminImageChooser().media
    if apps.is_installed("wagtail.documents"):
        from wagtail.documents.widgets import AdminDocumentChooser

        scripts += AdminDocumentChooser().media
    return scripts
