"""Loads the bookshop into the database; harmless when it is there already."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from example_site.bookshop.loading import load_bookshop


class Command(BaseCommand):
    """`manage.py load_bookshop --port 8000`"""

    help = "Load the bookshop: two sites, their pages, staff accounts. What is there already is not touched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=settings.PORT, help="the port that both sites answer on"
        )
        parser.add_argument(
            "--lived-in",
            action="store_true",
            help="with a banner, a trigger, a team that may watch, and conversations of the last weeks",
        )

    def handle(self, *args: Any, port: int, lived_in: bool, **options: Any) -> None:
        fresh = load_bookshop(port, lived_in=lived_in)
        if options["verbosity"]:
            self.stdout.write(
                f"Loaded: {', '.join(fresh)}." if fresh else "The bookshop was there already."
            )
