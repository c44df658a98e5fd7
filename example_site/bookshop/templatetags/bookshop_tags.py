"""Small words of the bookshop's templates."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def price(amount: Decimal | str) -> str:
    """An amount in euros, as the reader's language writes it."""
    try:
        number = floatformat(Decimal(amount), 2)
    except InvalidOperation:
        return ""
    return pgettext("price", "€%(amount)s") % {"amount": number}


@register.inclusion_tag("bookshop/cover.html")
def cover(book: Any) -> dict[str, Any]:
    """A cover set in type, which every theme and window can show."""
    return {"book": book}
