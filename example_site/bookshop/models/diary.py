"""What happens in the shop, and what happened."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from example_site.bookshop.models.books import PLAIN
from example_site.bookshop.models.furniture import Furnished


class EventIndexPage(Furnished, Page):
    """Readings, clubs and workshops, the next one first."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    subpage_types = ["bookshop.EventPage"]

    class Meta:
        verbose_name = _("event index")
        verbose_name_plural = _("event indexes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        events = EventPage.objects.child_of(self).live()
        today = timezone.localdate()
        context["coming"] = events.filter(day__gte=today).order_by("day", "start")
        context["past"] = events.filter(day__lt=today).order_by("-day")
        return context


class EventPage(Furnished, Page):
    """One evening in the shop."""

    day = models.DateField(_("day"))
    start = models.TimeField(_("starts at"))
    place = models.CharField(_("place"), max_length=120)
    seats = models.PositiveSmallIntegerField(_("seats left"), default=0)
    body = RichTextField(_("description"), features=PLAIN)

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("day"), FieldPanel("start")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("seats")]),
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("body"), index.SearchField("place")]
    parent_page_types = ["bookshop.EventIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")


class NewsIndexPage(Furnished, Page):
    """News of the shop, the newest first."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    subpage_types = ["bookshop.NewsPage"]

    class Meta:
        verbose_name = _("news index")
        verbose_name_plural = _("news indexes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["news"] = NewsPage.objects.child_of(self).live().order_by("-day")
        return context


class NewsPage(Furnished, Page):
    """One piece of news."""

    day = models.DateField(_("day"))
    introduction = models.TextField(_("introduction"))
    body = RichTextField(_("text"), features=PLAIN)

    content_panels = [
        *Page.content_panels,
        FieldPanel("day"),
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]
    parent_page_types = ["bookshop.NewsIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
