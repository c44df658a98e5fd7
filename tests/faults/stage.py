"""What the bookshop needs besides its pages for visitors to be watched there.

Runs in the bookshop's own project, once for each database that seeds copy:
``python -m tests.faults.stage FILE``. Into the file goes what a browser would find in the
pages: their tokens, and which question is asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGES = 8
"""So many of each site are opened by somebody."""

WATCHERS = {"localhost": ("ada", "emile"), "127.0.0.1": ("noor",)}


def let_watch(host: str) -> dict[str, Any]:
    """A site asks its visitors, and its agents may watch and invite."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Page, Site

    from tests.factories import allow, let_assist, make_banner
    from wagtail_livechat import tokens
    from wagtail_livechat.agents.permissions import INVITE, WATCH
    from wagtail_livechat.consent.queries import banner_for
    from wagtail_livechat.site_settings.queries import signpost_mode
    from wagtail_livechat.site_settings.rules import Signpost

    site = let_assist(Site.objects.get(hostname=host))
    language = str(site.root_page.locale.language_code)
    make_banner(site, language)
    for user in get_user_model().objects.filter(username__in=WATCHERS[host]):
        allow(user, site, WATCH, INVITE)
    banner = banner_for(site.pk, language)
    assert banner is not None
    pages = Page.objects.live().public().descendant_of(site.root_page, inclusive=True)
    guided = [
        page.pk
        for page in pages
        if signpost_mode(site.pk, language=language, page_path=page.path) is Signpost.ALWAYS
    ]
    return {
        "version": banner.version,
        "pages": [
            {"title": page.title, "token": tokens.page_token(site.pk, page.pk)}
            for page in pages.order_by("path")[:PAGES]
        ],
        "guided": tokens.page_token(site.pk, guided[0]) if guided else "",
    }


def main(path: str) -> None:
    import django

    django.setup()
    Path(path).write_text(json.dumps({host: let_watch(host) for host in WATCHERS}))


if __name__ == "__main__":
    main(sys.argv[1])
