"""An editor's rich text as a visitor gets it: pieces and plain words, without dead links."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from wagtail.rich_text import expand_db_html
from wagtail.rich_text.rewriters import extract_attrs

from wagtail_livechat.consent.rich_text import Node, pieces_of

from .page_texts import read_pages

_LINK: Final = re.compile(r"<a\b([^>]*)>")


def pieces_without_dead_links(html: str, site_id: int) -> list[Node]:
    """The rich text; a link to a page that not everybody may view now is only its words."""
    found = [extract_attrs(match[1]) for match in _LINK.finditer(html)]
    pages = read_pages(site_id, {pk for a in found if (pk := _page_id(a))})

    def link(match: re.Match[str]) -> str:
        attributes = extract_attrs(match[1])
        if attributes.get("linktype") != "page":
            return match[0]
        page = pages.get(_page_id(attributes))
        return f'<a href="{escape(page.url)}">' if page else "<a>"

    return pieces_of(expand_db_html(_LINK.sub(link, html)))


def _page_id(attributes: dict[str, str]) -> int:
    """The page that a link leads to; 0 for any other link."""
    pk = attributes.get("id", "")
    is_page = attributes.get("linktype") == "page" and pk.isdecimal() and len(pk) < 19
    return int(pk) if is_page else 0


def words_of(pieces: Iterable[Any]) -> str:
    """The same in plain words: a line for each block, the address behind each link."""

    def words(node: Any) -> str:
        if isinstance(node, str):
            return node
        inner = "".join(words(child) for child in node.get("c", ()))
        match node["t"]:
            case "br":
                return "\n"
            case "a":
                address: str = node["href"].removeprefix("mailto:").removeprefix("tel:")
                return inner if inner.strip() == address else f"{inner} ({address})"
            case "li":
                return f"– {inner}\n"
            case "p":
                return f"{inner}\n"
        return inner

    return "".join(words(node) for node in pieces).strip()
