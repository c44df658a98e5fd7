"""Searching the shop."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from example_site.bookshop.models.furniture import HOME_DEPTH, Furnished

RESULTS_PER_PAGE = 10
LONGEST_QUERY = 100


class SearchPage(Furnished, Page):
    """Wagtail's own search over the pages of this shop in this language."""

    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("search page")
        verbose_name_plural = _("search pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        # NUL has no place in a query, and PostgreSQL refuses it.
        query = request.GET.get("q", "").replace("\x00", "")[:LONGEST_QUERY].strip()
        context["query"] = query
        context["livechat_kind"] = "search"
        # On SQLite, Wagtail puts each word between quotation marks and lets those of the reader through.
        if words := query.replace('"', " ").strip():
            pages = Page.objects.live().filter(
                path__startswith=self.path[: HOME_DEPTH * Page.steplen]
            )
            results = Paginator(pages.search(words), RESULTS_PER_PAGE).get_page(
                request.GET.get("p")
            )
            # One query for each kind of page that was found, rather than one for each page.
            hits = Page.objects.filter(pk__in=[hit.pk for hit in results]).specific()
            found = {page.pk: page for page in hits}
            context["results"] = results
            context["livechat_results"] = results.paginator.count
            context["found"] = [found[hit.pk] for hit in results]
        return context
