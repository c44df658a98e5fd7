"""The bookshop, loaded once for all tests of this folder and taken out again after the last."""

from collections.abc import Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from example_site.bookshop.loading import load_bookshop
from example_site.bookshop.loading.shops import QUAY_HOST, SHOP_HOST

PORT = 8000


def _forget_what_is_cached() -> None:
    """Wagtail keeps the addresses of sites, Django its content types: both belong to one database."""
    cache.clear()
    ContentType.objects.clear_cache()


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The bookshop within one transaction: each test adds its own, and nothing is left at the end."""
    with django_db_blocker.unblock():
        _forget_what_is_cached()
        transaction.set_autocommit(True)
        with transaction.atomic():
            load_bookshop(PORT)
            yield
            transaction.set_rollback(True)
        _forget_what_is_cached()


@pytest.fixture
def bookshop(loaded: None, db: None) -> None:
    """A database with the bookshop."""
    _forget_what_is_cached()


@pytest.fixture
def shop(bookshop: None) -> Client:
    """A browser at the first site."""
    return Client(SERVER_NAME=SHOP_HOST, SERVER_PORT=str(PORT))


@pytest.fixture
def quay(bookshop: None) -> Client:
    """A browser at the second site."""
    return Client(SERVER_NAME=QUAY_HOST, SERVER_PORT=str(PORT))
