"""An editor's rich text as plain pieces, so that no markup ever reaches a visitor's page.

Only what is listed here survives: paragraphs, lists, bold, italic, line breaks and links
to addresses of the web. Everything else is dropped, and its words are kept, except those
of scripts and styles.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

Node = str | dict[str, Any]

_BLOCKS: Final = {"p": "p", "ul": "ul", "ol": "ol", "li": "li"}
_INLINE: Final = {"b": "b", "strong": "b", "i": "i", "em": "i", "a": "a"}
_SILENT: Final = frozenset({"script", "style", "template", "iframe", "object", "svg", "math"})
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def safe_address(address: str) -> str | None:
    """An address that may be linked to; ``None`` for one that runs, lies or means nothing."""
    text = address.strip()
    if not text or any(ord(c) < 0x21 or c == "\\" for c in text) or text.startswith("//"):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    if not parts.scheme:
        return text if text.startswith(("/", "#", "?")) else None
    if parts.scheme not in SCHEMES:
        return None
    if parts.scheme in ("http", "https") and (not host or "@" in parts.netloc):
        return None
    return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Node] = []
        self.open: list[tuple[str, list[Node]]] = []
        self.silent = 0

    @property
    def _inner(self) -> list[Node]:
        return self.open[-1][1] if self.open else self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        if self.silent:
            return
        if tag == "br":
            self._inner.append({"t": "br"})
            return
        kind = _BLOCKS.get(tag) or _INLINE.get(tag)
        if kind is None or len(self.open) > 20:
            return
        children: list[Node] = []
        node: dict[str, Any] = {"t": kind, "c": children}
        if kind == "a":
            address = safe_address(dict(attrs).get("href") or "")
            if address is None:
                return
            node["href"] = address
        self._inner.append(node)
        self.open.append((tag, children))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
            return
        if any(name == tag for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data and not self.silent:
            inner = self._inner
            if inner and isinstance(inner[-1], str):
                inner[-1] += data
            elif data.strip() or self.open:
                inner.append(data)


def pieces_of(html: str) -> list[Node]:
    """HTML as a list of pieces: text, or ``{"t": tag, "c": [pieces]}``, links with ``href``.

    What stands outside any block is put into a paragraph.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    blocks: list[Node] = []
    loose: list[Node] = []
    for node in [*reader.root, None]:
        is_block = isinstance(node, dict) and node["t"] in ("p", "ul", "ol")
        if node is not None and not is_block:
            loose.append(node)
            continue
        if loose:
            blocks.append({"t": "p", "c": loose})
            loose = []
        if node is not None:
            blocks.append(node)
    return blocks


def text_of(pieces: list[Node]) -> str:
    """The words alone, a line for each block."""

    def words(node: Node) -> str:
        if isinstance(node, str):
            return node
        if node["t"] == "br":
            return "\n"
        inner = "".join(words(child) for child in node.get("c", ()))
        return f"{inner}\n" if node["t"] in ("p", "li") else inner

    return "".join(words(node) for node in pieces).strip()
