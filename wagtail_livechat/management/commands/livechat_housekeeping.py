"""``manage.py livechat_housekeeping``: erase what has been kept for long enough."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_livechat.agents import personal_data as of_agents
from wagtail_livechat.conversations import personal_data as of_conversations
from wagtail_livechat.visitors import personal_data as of_visitors


class Command(BaseCommand):
    """Run it once a day, by cron; running it twice, or stopping it, does no harm."""

    help = "Erases conversations, visitors and tickets that have been kept for long enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be erased.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        counts = {
            # In this order: a visitor goes after the last conversation has gone.
            "conversations": of_conversations.expire(dry_run=dry_run),
            "visitors": of_visitors.expire(dry_run=dry_run),
            "tickets": of_agents.expire(dry_run=dry_run),
        }
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(f"{'Would erase' if dry_run else 'Erased'} {said}.")
