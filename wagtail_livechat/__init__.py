"""Live chat between a Wagtail site's visitors and its staff."""

__version__ = "0.1.0"
