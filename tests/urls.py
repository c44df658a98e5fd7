"""Addresses of the test site: those of the bookshop, which is laid out as a host is told to."""

from example_site.urls import urlpatterns

__all__ = ["urlpatterns"]
