"""Rich text as the plain text that a message is.

Bold and italic go; paragraphs and lists keep their lines and marks; a link keeps its words
and is followed by its address, which the chat shows as a link. A link that leads nowhere
keeps its words alone.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from wagtail.rich_text.rewriters import LinkRewriter

from wagtail_livechat.consent.rich_text import Node, pieces_of
from wagtail_livechat.conversations.rules import normalise

AddressOf = Callable[[int], str | None]
"""Where a page is, by its id; ``None`` for one that nobody may be sent to."""

_WITHOUT_SCHEME: Final = ("mailto:", "tel:")
_ITEM: Final = "• "


def plain_text(html: str, address_of: AddressOf | None = None) -> str:
    """What is sent. Without ``address_of`` the words alone, as they are searched."""
    rewrite = LinkRewriter({"page": _page_rule(address_of or _nowhere)})
    pieces = pieces_of(rewrite(html))
    blocks = [_block(piece, address_of is not None) for piece in pieces]
    return normalise("\n\n".join(block for block in blocks if block))


def _nowhere(page_id: int) -> None:
    return None


def _page_rule(address_of: AddressOf) -> Callable[[Mapping[str, str]], str]:
    def rule(attributes: Mapping[str, str]) -> str:
        page_id = attributes.get("id", "")
        address = address_of(int(page_id)) if page_id.isdecimal() else None
        return f'<a href="{escape(address)}">' if address else "<a>"

    return rule


def _block(piece: Node, with_addresses: bool) -> str:
    if isinstance(piece, dict) and piece["t"] in ("ul", "ol"):
        return "\n".join(_items(piece, with_addresses))
    return _words(piece, with_addresses).strip()


def _items(items: dict[str, Any], with_addresses: bool, depth: int = 0) -> list[str]:
    lines: list[str] = []
    number = 0
    for item in items["c"]:
        if not isinstance(item, dict) or item["t"] != "li":
            continue
        number += 1
        inner = [c for c in item["c"] if isinstance(c, str) or c["t"] not in ("ul", "ol")]
        words = "".join(_words(child, with_addresses) for child in inner).strip()
        mark = f"{number}. " if items["t"] == "ol" else _ITEM
        lines.append(f"{'  ' * depth}{mark}{words}")
        for child in item["c"]:
            if isinstance(child, dict) and child["t"] in ("ul", "ol"):
                lines.extend(_items(child, with_addresses, depth + 1))
    return lines


def _words(piece: Node, with_addresses: bool) -> str:
    if isinstance(piece, str):
        return piece
    if piece["t"] == "br":
        return "\n"
    inner = "".join(_words(child, with_addresses) for child in piece.get("c", ()))
    if piece["t"] == "a" and with_addresses:
        return _with_address(inner, piece["href"])
    return inner


def _with_address(words: str, address: str) -> str:
    for scheme in _WITHOUT_SCHEME:
        if address.startswith(scheme):
            address = address.removeprefix(scheme).partition("?")[0]
    if address.startswith(("#", "?")) or not address or address in words:
        return words
    return f"{words} ({address})" if words.strip() else address
