"""Turns the plain text of the content files into Wagtail's rich text."""

from __future__ import annotations

import re
from html import escape

from wagtail.models import Page

LINK = re.compile(r"\[([^\]]+)\]\(([\w-]+)\)")
ITALIC = re.compile(r"\*([^*]+)\*")


def rich_text(text: str, pages: dict[str, Page]) -> str:
    """Paragraphs parted by blank lines, lists of dashes, *italics*, and [links](key) to pages planted before."""
    return "".join(_block(block, pages) for block in text.strip().split("\n\n"))


def _block(block: str, pages: dict[str, Page]) -> str:
    lines = block.strip().split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_inline(line[2:], pages)}</li>" for line in lines) + "</ul>"
    return f"<p>{_inline(' '.join(lines), pages)}</p>"


def _inline(text: str, pages: dict[str, Page]) -> str:
    text = ITALIC.sub(r"<i>\1</i>", escape(text, quote=False))
    return LINK.sub(lambda link: _link(link[1], pages.get(link[2])), text)


def _link(words: str, page: Page | None) -> str:
    # A page that stands further down, or that this language lacks, leaves the words without their link.
    return f'<a linktype="page" id="{page.pk}">{words}</a>' if page else words
