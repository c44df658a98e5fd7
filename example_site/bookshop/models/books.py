"""The shelves: genres, books and the people who wrote them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from example_site.bookshop.models.furniture import Furnished

PLAIN = ["bold", "italic", "link", "ul"]


class BookIndexPage(Furnished, Page):
    """All shelves, one after the other."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    subpage_types = ["bookshop.GenrePage"]

    class Meta:
        verbose_name = _("book index")
        verbose_name_plural = _("book indexes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        shelves = list(GenrePage.objects.child_of(self).live())
        books = list(BookPage.objects.descendant_of(self).live().select_related("author"))
        context["shelves"] = [
            (shelf, [book for book in books if book.path.startswith(shelf.path)])
            for shelf in shelves
        ]
        return context


class GenrePage(Furnished, Page):
    """One shelf."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types = ["bookshop.BookIndexPage"]
    subpage_types = ["bookshop.BookPage"]

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["shelves"] = GenrePage.objects.sibling_of(self).live()
        context["books"] = BookPage.objects.child_of(self).live().select_related("author")
        return context


class AuthorIndexPage(Furnished, Page):
    """Everybody whose books are sold here, by the first letter of the family name."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    subpage_types = ["bookshop.AuthorPage"]

    class Meta:
        verbose_name = _("author index")
        verbose_name_plural = _("author indexes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        authors = (
            AuthorPage.objects.child_of(self)
            .live()
            .annotate(book_count=models.Count("books", filter=models.Q(books__live=True)))
            .order_by("sort_name")
        )
        context["letters"] = [
            (letter, list(group)) for letter, group in groupby(authors, lambda one: one.letter)
        ]
        return context


class AuthorPage(Furnished, Page):
    """One author: a few words of a life, and the books in stock."""

    sort_name = models.CharField(_("name to sort by"), max_length=120)
    born = models.SmallIntegerField(_("born"), null=True, blank=True)
    died = models.SmallIntegerField(_("died"), null=True, blank=True)
    biography = RichTextField(_("biography"), features=PLAIN)

    content_panels = [
        *Page.content_panels,
        FieldPanel("sort_name"),
        FieldRowPanel([FieldPanel("born"), FieldPanel("died")]),
        FieldPanel("biography"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("biography")]
    parent_page_types = ["bookshop.AuthorIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    @property
    def letter(self) -> str:
        """The heading under which the index lists this author."""
        return self.sort_name[:1].upper()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["books"] = (
            BookPage.objects.live().filter(author=self).select_related("author").order_by("year")
        )
        return context


class BookPage(Furnished, Page):
    """A book with its price, the copies left and a cover set in type."""

    class Cloth(models.TextChoices):
        BOTTLE = "bottle", _("Bottle green")
        CLARET = "claret", _("Claret")
        INK = "ink", _("Ink blue")
        MUSTARD = "mustard", _("Mustard")
        PLUM = "plum", _("Plum")
        SLATE = "slate", _("Slate")
        TEAL = "teal", _("Teal")
        TERRACOTTA = "terracotta", _("Terracotta")
        CREAM = "cream", _("Cream")
        ROSE = "rose", _("Rose")

    class Motif(models.TextChoices):
        WAVES = "waves", _("Waves")
        SUN = "sun", _("Sun")
        MOON = "moon", _("Moon and stars")
        ARCHES = "arches", _("Arches")
        LEAVES = "leaves", _("Leaves")
        PEAKS = "peaks", _("Peaks")
        RINGS = "rings", _("Rings")
        DIAMONDS = "diamonds", _("Diamonds")
        RAILS = "rails", _("Rails")
        KEY = "key", _("Key")

    class Binding(models.TextChoices):
        PAPERBACK = "paperback", _("Paperback")
        HARDBACK = "hardback", _("Hardback")
        SECOND_HAND = "second-hand", _("Second-hand")

    author = models.ForeignKey(
        AuthorPage,
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        related_name="books",
        null=True,
        blank=True,
    )
    price = models.DecimalField(_("price in euros"), max_digits=7, decimal_places=2)
    stock = models.PositiveSmallIntegerField(_("copies in stock"), default=0)
    year = models.SmallIntegerField(_("first published"))
    page_count = models.PositiveSmallIntegerField(_("number of pages"))
    binding = models.CharField(
        _("binding"), max_length=12, choices=Binding.choices, default=Binding.PAPERBACK
    )
    description = RichTextField(_("description"), features=PLAIN)
    featured = models.BooleanField(
        _("in the window"), default=False, help_text=_("Shown on the home page.")
    )
    cloth = models.CharField(_("cloth"), max_length=12, choices=Cloth.choices, default=Cloth.BOTTLE)
    motif = models.CharField(_("motif"), max_length=12, choices=Motif.choices, default=Motif.RINGS)

    content_panels = [
        *Page.content_panels,
        PageChooserPanel("author", "bookshop.AuthorPage"),
        FieldRowPanel([FieldPanel("price"), FieldPanel("stock")]),
        FieldRowPanel([FieldPanel("year"), FieldPanel("page_count"), FieldPanel("binding")]),
        FieldPanel("description"),
        FieldPanel("featured"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("cloth"), FieldPanel("motif")])], heading=_("Cover")
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("description"),
        index.RelatedFields("author", [index.SearchField("title")]),
    ]
    parent_page_types = ["bookshop.GenrePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["shelf"] = self.get_parent()
        context["neighbours"] = (
            BookPage.objects.sibling_of(self, inclusive=False).live().select_related("author")[:4]
        )
        return context
