"""What the server never does: ask other servers, and lend its tables to what is public."""

from __future__ import annotations

import ast

from django.apps import apps
from wagtail.models import Page
from wagtail.search.index import Indexed
from wagtail.snippets.models import get_snippet_models

from tests.sources import shown, tracked_files

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


def test_no_table_of_ours_is_a_page_a_snippet_or_searched() -> None:
    """What is neither is in no sitemap, no public search and no API of Wagtail's."""
    models = list(apps.get_app_config("wagtail_livechat").get_models())
    assert models
    for model in models:
        assert not issubclass(model, Page | Indexed), model
        assert model not in get_snippet_models()
