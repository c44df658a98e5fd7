"""``manage.py livechat_study``: study the exchanges of the sites, here and now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.queries import Sought
from wagtail_livechat.study.rules import Kind


class Command(BaseCommand):
    """By cron each night, say; or where nobody runs the project's background tasks."""

    help = (
        "Studies what is asked and answered again and again. Takes on a study that somebody "
        "has put down in the admin and that nobody has begun."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--site", action="append", metavar="HOST", help="Only this site; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["site"]
        sites = Site.objects.order_by("pk")
        if wanted:
            sites = sites.filter(hostname__in=wanted)
            missing = set(wanted) - set(sites.values_list("hostname", flat=True))
            if missing:
                raise CommandError(f"There is no site {', '.join(sorted(missing))}.")
        for site in sites:
            run, _is_new = actions.queue_study(site.pk)
            if not actions.study(run.pk):
                self.stdout.write(f"{site.hostname}: a study is under way.")
                continue
            run.refresh_from_db()
            found = [
                queries.groups_found(run, kind, Sought(), dealt_with=None).count() for kind in Kind
            ]
            self.stdout.write(
                f"{site.hostname}: {run.conversations} conversations, {found[0]} recurring "
                f"questions, {found[1]} recurring replies."
            )
