"""What the server never does: ask other servers, and lend its tables to what is public."""

from __future__ import annotations

import ast

from django.apps import apps
from django.db.models import Model
from wagtail.models import Page
from wagtail.search.index import Indexed
from wagtail.snippets.models import get_snippet_models

from tests.sources import shown, tracked_files
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.engagement.models import Trigger

ASKS_OTHERS = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "wagtail.embeds",
}


def imported_by(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def asks_others(name: str) -> bool:
    return any(name == client or name.startswith(f"{client}.") for client in ASKS_OTHERS)


def test_no_part_of_it_can_ask_another_server() -> None:
    """No previews of links, no calls home: an address in a message is only text."""
    assert asks_others("urllib.request.urlopen") and not asks_others("urllib.parse")
    found = {
        f"{shown(path)}: {name}"
        for path in tracked_files("wagtail_livechat/*.py")
        for name in imported_by(path.read_text())
        if asks_others(name)
    }
    assert found == set()


WRITTEN_BY_EDITORS = {CannedReply, ConsentBanner, CuratedAnswer, SignpostScript, Trigger}
"""What editors write and approve: snippets, and searched by editors. Nothing of a person."""


def tables() -> list[type[Model]]:
    return list(apps.get_app_config("wagtail_livechat").get_models())


def test_no_table_of_ours_is_a_page() -> None:
    """What is none is in no sitemap, and has no address of its own."""
    assert tables()
    assert not [model for model in tables() if issubclass(model, Page)]


def test_only_what_editors_write_is_a_snippet_and_searched() -> None:
    """And that only in the admin: no search of a site asks for it."""
    snippets = get_snippet_models()
    assert {model for model in tables() if model in snippets} == WRITTEN_BY_EDITORS
    assert {model for model in tables() if issubclass(model, Indexed)} == WRITTEN_BY_EDITORS


def test_no_table_of_ours_is_offered_by_an_api() -> None:
    """Wagtail's API serves what names its fields for it."""
    assert not [model for model in tables() if hasattr(model, "api_fields")]
