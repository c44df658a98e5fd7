"""What every page of the bookshop shares: its frame, and the address in its own language."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import strip_tags
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page

if TYPE_CHECKING:
    PageMixinBase = Page
else:
    PageMixinBase = object

HOME_DEPTH = 2


class Furnished(PageMixinBase):
    """A page with the shop's header and footer, read in two queries however long the menu grows."""

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a reader who asks for this page under another language's address to its own address.

        Wagtail answers `/en/…` with the French tree where a site has no English one: right content, wrong language.
        """
        language = self.locale.language_code
        if not getattr(request, "is_preview", False) and get_language() != language:
            query = request.META.get("QUERY_STRING")
            return redirect(self.get_url(request) + (f"?{query}" if query else ""))
        return super().serve(request, *args, **kwargs)

    @property
    def summary(self) -> str:
        """What the page is about, in plain words, for search engines and lists of results."""
        for name in ("search_description", "introduction", "description", "biography", "body"):
            if isinstance(text := getattr(self, name, ""), str) and text:
                return unescape(strip_tags(text.replace("</p>", " "))).strip()
        return ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the header, the menu, the footer and the languages to what the template sees."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.update(frame_of(self))
        return context


def frame_of(page: Page) -> dict[str, Any]:
    """The home page, menu, footer and languages that surround a page."""
    from example_site.bookshop.models.home import HomePage
    from example_site.bookshop.models.order import OrderStepPage
    from example_site.bookshop.models.search import SearchPage

    home = HomePage.objects.get(path=page.path[: HOME_DEPTH * Page.steplen])
    rooms = list(home.get_children().live().select_related("content_type"))
    language = get_language_info(page.locale.language_code)
    return {
        "home": home,
        "menu": [room for room in rooms if room.show_in_menus],
        "footer": [
            room
            for room in rooms
            if not room.show_in_menus and room.specific_class not in (OrderStepPage, SearchPage)
        ],
        "search_page": _first(rooms, SearchPage),
        "basket_page": _first(rooms, OrderStepPage),
        "language": language,
        "direction": "rtl" if language["bidi"] else "ltr",
        "translations": [
            {"page": other, "language": get_language_info(other.locale.language_code)}
            for other in page.get_translations().live().select_related("locale")
        ],
    }


def _first(rooms: list[Page], kind: type[Page]) -> Page | None:
    return next((room for room in rooms if room.specific_class is kind), None)
