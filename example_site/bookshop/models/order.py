"""From the basket to the thanks, in four pages and without any money."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from example_site.bookshop.models.books import PLAIN
from example_site.bookshop.models.furniture import Furnished

ADDRESS_KEY = "order_address"
ORDER_KEY = "last_order"


class OrderStepPage(Furnished, Page):
    """One step of an order: a page of its own, so that the chat sees where a reader is stuck."""

    class Step(models.TextChoices):
        BASKET = "basket", _("Basket")
        ADDRESS = "address", _("Address")
        PAYMENT = "payment", _("Payment")
        THANKS = "thanks", _("Thanks")

    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    body = RichTextField(_("text"), features=PLAIN, blank=True)

    # The form of this very request, kept when its answers were refused.
    refused_form: Form | None = None

    content_panels = [*Page.content_panels, FieldPanel("step"), FieldPanel("body")]
    subpage_types = ["bookshop.OrderStepPage"]

    class Meta:
        verbose_name = _("order step")
        verbose_name_plural = _("order steps")

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return f"bookshop/order/{self.step}.html"

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the answer of this step, then go on to the next one."""
        if request.method == "POST" and (answer := self._take(request)) is not None:
            return answer
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from example_site.bookshop.basket import Basket, totals
        from example_site.bookshop.forms import AddressForm, PaymentForm

        context = super().get_context(request, *args, **kwargs)
        lines = Basket(request).lines(self.locale)
        context.update(
            lines=lines,
            totals=totals(lines),
            address=request.session.get(ADDRESS_KEY),
            order=request.session.get(ORDER_KEY),
            steps=self._steps(),
            address_form=self.refused_form or AddressForm(initial=request.session.get(ADDRESS_KEY)),
            payment_form=self.refused_form or PaymentForm(),
        )
        return context

    def _take(self, request: HttpRequest) -> HttpResponse | None:
        from example_site.bookshop.basket import Basket, totals
        from example_site.bookshop.forms import AddressForm, PaymentForm

        basket = Basket(request)
        match self.step:
            case self.Step.BASKET:
                basket.change(request.POST.dict())
                return redirect(
                    self._url(
                        request, self.Step.BASKET if "update" in request.POST else self.Step.ADDRESS
                    )
                )
            case self.Step.ADDRESS:
                address = AddressForm(request.POST)
                if address.is_valid():
                    request.session[ADDRESS_KEY] = address.cleaned_data
                    return redirect(self._url(request, self.Step.PAYMENT))
                self.refused_form = address
            case self.Step.PAYMENT:
                payment = PaymentForm(request.POST)
                lines = basket.lines(self.locale)
                if not lines or ADDRESS_KEY not in request.session:
                    return redirect(self._url(request, self.Step.BASKET))
                if payment.is_valid():
                    request.session[ORDER_KEY] = {
                        "number": get_random_string(8, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
                        "sum": str(totals(lines)["sum"]),
                        "copies": sum(line.copies for line in lines),
                        "email": request.session[ADDRESS_KEY]["email"],
                    }
                    basket.empty()
                    return redirect(self._url(request, self.Step.THANKS))
                self.refused_form = payment
        return None

    def _steps(self) -> list[OrderStepPage]:
        """All steps of this order, the basket first: it is the parent of the others."""
        basket = self if self.step == self.Step.BASKET else self.get_parent()
        return list(
            OrderStepPage.objects.descendant_of(basket, inclusive=True).live().order_by("path")
        )

    def _url(self, request: HttpRequest, step: str) -> str:
        page = next((one for one in self._steps() if one.step == step), self)
        return str(page.get_url(request))
