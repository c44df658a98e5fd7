"""The contact form."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField
from wagtail.fields import RichTextField
from wagtail.search import index

from example_site.bookshop.models.books import PLAIN
from example_site.bookshop.models.furniture import Furnished


class ContactField(AbstractFormField):
    """One field of the contact form."""

    page = ParentalKey("bookshop.ContactPage", on_delete=models.CASCADE, related_name="form_fields")


class ContactPage(Furnished, AbstractEmailForm):
    """A form whose answers are stored and sent by e-mail."""

    introduction = models.TextField(_("introduction"), blank=True)
    thanks = RichTextField(_("thanks"), features=PLAIN, blank=True)

    content_panels = [
        *AbstractEmailForm.content_panels,
        FieldPanel("introduction"),
        InlinePanel("form_fields", label=_("Fields")),
        FieldPanel("thanks"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("from_address"), FieldPanel("to_address")]),
                FieldPanel("subject"),
            ],
            heading=_("E-mail"),
        ),
    ]
    search_fields = [*AbstractEmailForm.search_fields, index.SearchField("introduction")]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("contact page")
        verbose_name_plural = _("contact pages")

    def render_landing_page(
        self, request: HttpRequest, form_submission: Any = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Thank the reader on the same template, so that the header and the footer stay."""
        context = self.get_context(request)
        context["sent"] = True
        return render(request, self.get_template(request), context)
