"""Every page type of the bookshop."""

from example_site.bookshop.models.books import (
    AuthorIndexPage,
    AuthorPage,
    BookIndexPage,
    BookPage,
    GenrePage,
)
from example_site.bookshop.models.contact import ContactField, ContactPage
from example_site.bookshop.models.diary import EventIndexPage, EventPage, NewsIndexPage, NewsPage
from example_site.bookshop.models.home import HomePage, InformationPage
from example_site.bookshop.models.loaded import LoadedPart
from example_site.bookshop.models.order import OrderStepPage
from example_site.bookshop.models.search import SearchPage

__all__ = [
    "AuthorIndexPage",
    "AuthorPage",
    "BookIndexPage",
    "BookPage",
    "ContactField",
    "ContactPage",
    "EventIndexPage",
    "EventPage",
    "GenrePage",
    "HomePage",
    "InformationPage",
    "LoadedPart",
    "NewsIndexPage",
    "NewsPage",
    "OrderStepPage",
    "SearchPage",
]
