"""The front door, and the plain pages that say how the shop works."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from example_site.bookshop.models.furniture import Furnished

FEATURED_BOOKS = 6
NEXT_EVENTS = 3
LATEST_NEWS = 3


class HomePage(Furnished, Page):
    """The first page of a shop, and the name and colours of all that lie below it."""

    class Look(models.TextChoices):
        LAMP = "lamp", _("Lamplight: green and brass")
        QUAY = "quay", _("Quay: blue and brick")

    shop_name = models.CharField(_("shop name"), max_length=60)
    look = models.CharField(_("look"), max_length=10, choices=Look.choices, default=Look.LAMP)
    tagline = models.CharField(_("tagline"), max_length=120)
    introduction = models.TextField(_("introduction"))
    address = models.TextField(_("address"), help_text=_("At the foot of every page."))
    hours = models.CharField(_("hours in one line"), max_length=120)

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("shop_name"), FieldPanel("look")], heading=_("Shop")),
        FieldPanel("tagline"),
        FieldPanel("introduction"),
        MultiFieldPanel(
            [FieldPanel("address"), FieldPanel("hours")], heading=_("Foot of the page")
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from example_site.bookshop.models.books import BookPage
        from example_site.bookshop.models.diary import EventPage, NewsPage

        context = super().get_context(request, *args, **kwargs)
        today = timezone.localdate()
        context["books"] = (
            BookPage.objects.descendant_of(self)
            .live()
            .filter(featured=True)
            .select_related("author")[:FEATURED_BOOKS]
        )
        context["events"] = (
            EventPage.objects.descendant_of(self)
            .live()
            .filter(day__gte=today)
            .order_by("day")[:NEXT_EVENTS]
        )
        context["news"] = NewsPage.objects.descendant_of(self).live().order_by("-day")[:LATEST_NEWS]
        return context


class FactBlock(blocks.StructBlock):
    """One line of a list of facts: a day and its hours, a country and its postage."""

    label = blocks.CharBlock(label=_("Label"))
    value = blocks.CharBlock(label=_("Value"))


class QuestionBlock(blocks.StructBlock):
    """A question that people ask, folded until it is opened."""

    question = blocks.CharBlock(label=_("Question"))
    answer = blocks.RichTextBlock(label=_("Answer"))


class InformationPage(Furnished, Page):
    """Opening hours, delivery, gift cards, questions: text with a few useful shapes."""

    introduction = models.TextField(_("introduction"), blank=True)
    body = StreamField(
        [
            (
                "heading",
                blocks.CharBlock(label=_("Heading"), template="bookshop/blocks/heading.html"),
            ),
            ("text", blocks.RichTextBlock(label=_("Text"), template="bookshop/blocks/text.html")),
            (
                "facts",
                blocks.ListBlock(
                    FactBlock(),
                    label=_("Facts"),
                    icon="table",
                    template="bookshop/blocks/facts.html",
                ),
            ),
            (
                "questions",
                blocks.ListBlock(
                    QuestionBlock(),
                    label=_("Questions"),
                    icon="help",
                    template="bookshop/blocks/questions.html",
                ),
            ),
            (
                "quote",
                blocks.StructBlock(
                    [("words", blocks.TextBlock()), ("source", blocks.CharBlock())],
                    label=_("Quotation"),
                    icon="openquote",
                    template="bookshop/blocks/quote.html",
                ),
            ),
            (
                "charter",
                blocks.StaticBlock(
                    label=_("Charter of the live help"),
                    icon="livechat",
                    admin_text=_("Written from the settings of the live chat."),
                    template="bookshop/blocks/charter.html",
                ),
            ),
        ],
        verbose_name=_("body"),
        blank=True,
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")
