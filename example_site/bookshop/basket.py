"""What a reader is about to order, kept in the session from the first book on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from wagtail.models import Locale

from example_site.bookshop.models.books import BookPage

SESSION_KEY = "basket"
MOST_COPIES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """So many copies of one book."""

    book: BookPage
    copies: int

    @property
    def price(self) -> Decimal:
        """The price of all copies."""
        return self.book.price * self.copies


class Basket:
    """The basket of one reader; a book is known by its translation key, so that a change of language keeps it."""

    def __init__(self, request: HttpRequest) -> None:
        self._session = request.session
        self._copies: dict[str, int] = dict(request.session.get(SESSION_KEY, {}))

    def add(self, book: BookPage) -> None:
        """Put one copy more in."""
        key = str(book.translation_key)
        self.put(key, self._copies.get(key, 0) + 1)

    def put(self, key: str, copies: int) -> None:
        """Have exactly so many copies; none takes the book out."""
        if copies > 0:
            self._copies[key] = min(copies, MOST_COPIES)
        else:
            self._copies.pop(key, None)
        self._session[SESSION_KEY] = self._copies

    def change(self, wanted: dict[str, str]) -> None:
        """Apply the quantities of the basket form; whatever is no number changes nothing."""
        for key in list(self._copies):
            if (copies := wanted.get(f"copies-{key}", "")).isdecimal() and len(copies) < 4:
                self.put(key, int(copies))

    def empty(self) -> None:
        """Take everything out."""
        self._session.pop(SESSION_KEY, None)
        self._copies = {}

    def lines(self, locale: Locale) -> list[Line]:
        """The books in the reader's language, in the order in which they were put in."""
        if not self._copies:
            return []
        books: dict[str, BookPage] = {
            str(book.translation_key): book
            for book in BookPage.objects.live()
            .filter(locale=locale, translation_key__in=[UUID(key) for key in self._copies])
            .select_related("author")
        }
        return [Line(books[key], copies) for key, copies in self._copies.items() if key in books]


def totals(lines: list[Line]) -> dict[str, Any]:
    """What the lines cost together: free delivery from fifty euros on."""
    books = sum((line.price for line in lines), Decimal(0))
    delivery = Decimal(0) if not books or books >= 50 else Decimal("4.50")
    return {"books": books, "delivery": delivery, "sum": books + delivery}
