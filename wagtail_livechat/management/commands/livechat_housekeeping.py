"""``manage.py livechat_housekeeping``: erase what has been kept for long enough."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_livechat.privacy.actions import keep_house


class Command(BaseCommand):
    """Run it every few minutes, by cron; running it twice, or stopping it, does no harm."""

    help = (
        "Erases trails, conversations, visitors, invitations, receipts, tickets and entries "
        "of the access log that have been kept for long enough."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be erased.")
        parser.add_argument(
            "--seconds", type=float, help="Stop after so many seconds; the next run goes on."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        kept = keep_house(dry_run=dry_run, seconds=options["seconds"])
        said = ", ".join(f"{count} {name}" for name, count in kept.erased.items())
        self.stdout.write(f"{'Would erase' if dry_run else 'Erased'} {said or 'nothing'}.")
        if kept.unfinished:
            self.stdout.write(f"Not finished in time: {', '.join(kept.unfinished)}.")
        if kept.failed:
            raise CommandError(f"Failed: {', '.join(kept.failed)}. The log says why.")
