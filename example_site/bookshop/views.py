"""The one address of the bookshop that is no page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from wagtail.models import Page

from example_site.bookshop.basket import Basket
from example_site.bookshop.models import BookPage, OrderStepPage
from example_site.bookshop.models.furniture import HOME_DEPTH


@csrf_exempt
@require_POST
def add_to_basket(request: HttpRequest, book_id: int) -> HttpResponse:
    """Put one copy in the basket and show it.

    A token in the form would make each copy of a book's page different and keep it out of every cache, so the browser's
    own `Origin` header says where the request comes from instead.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        return HttpResponseForbidden()
    book = get_object_or_404(BookPage.objects.live(), pk=book_id)
    Basket(request).add(book)
    basket_page = OrderStepPage.objects.live().get(
        path__startswith=book.path[: HOME_DEPTH * Page.steplen], step=OrderStepPage.Step.BASKET
    )
    return redirect(basket_page.get_url(request))
