"""The bookshop as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookshopConfig(AppConfig):
    """Pages, order funnel and demo content of the example site."""

    name = "example_site.bookshop"
    label = "bookshop"
    verbose_name = _("Bookshop")
    default_auto_field = "django.db.models.BigAutoField"
