"""What the signpost points to: kept as it was said, and looked at again when it is told again.

A page that was unpublished, made private or moved to another site since keeps its title in
the thread, and nothing more: no link leads nowhere, and no passage outlives its page.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from wagtail.models import Page, PageViewRestriction

from wagtail_livechat.protocol.values import MOST_CARDS, Card, CardKind, Guidance, Piece

PAGE: Final = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePointer:
    """A page that the signpost points to, as it was when it was found."""

    page_id: int
    title: str
    passage: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """What the signpost adds to its words. ``source`` says what answered, for staff."""

    pages: Sequence[PagePointer] = ()
    choices: Sequence[str] = ()
    pieces: Sequence[Any] = ()
    source: str = ""


Stored = Mapping[str, Any]
"""What lies in ``Message.guidance``."""


def to_store(pointing: Pointing, site_id: int) -> dict[str, Any]:
    """What is said on a site, as it lies in ``Message.guidance``."""
    return {
        "site": site_id,
        "pages": [
            {"page": each.page_id, "title": each.title, "text": each.passage, "url": each.url}
            for each in pointing.pages[:MOST_CARDS]
        ],
        "choices": list(pointing.choices),
        "pieces": list(pointing.pieces),
        "source": pointing.source,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where pages are for everybody now, by site and page; what is not here is nowhere."""

    known: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def of(self, site_id: int, page_id: int) -> str:
        """The page's address, or nothing."""
        return self.known.get((site_id, page_id), "")


def addresses_of(stored: Iterable[Stored | None]) -> Addresses:
    """Look at all pages that these point to; no query where there are none."""
    wanted = {card["page"] for each in stored if each for card in each["pages"]}
    if not wanted:
        return Addresses()
    closed = list(PageViewRestriction.objects.values_list("page__path", flat=True))
    known: dict[tuple[int, int], str] = {}
    for page in Page.objects.filter(pk__in=wanted, live=True).specific():
        if any(page.path.startswith(path) for path in closed):
            continue
        # The model of the page decides where it is.
        parts = page.get_url_parts()
        if parts is not None and parts[2] is not None:
            known[parts[0], page.pk] = f"{parts[1]}{parts[2]}"
    return Addresses(known=known)


def guidance_of(stored: Stored | None, addresses: Addresses) -> Guidance | None:
    """What was stored, as it travels now."""
    if not stored:
        return None
    cards = []
    for page in stored["pages"]:
        url = addresses.of(stored["site"], page["page"])
        text = page["text"] if url else ""
        cards.append(Card(kind=CardKind.PAGE, title=page["title"], url=url, text=text))
    return Guidance(cards=cards, choices=stored["choices"], pieces=_pieces(stored["pieces"]))


def guidance_said(pointing: Pointing) -> Guidance:
    """What has just been said, and was looked at a moment ago."""
    return Guidance(
        cards=[
            Card(kind=CardKind.PAGE, title=each.title, url=each.url, text=each.passage)
            for each in pointing.pages[:MOST_CARDS]
        ],
        choices=list(pointing.choices),
        pieces=_pieces(pointing.pieces),
    )


def _pieces(pieces: Sequence[Any]) -> list[str | Piece]:
    return msgspec.convert(list(pieces), list[str | Piece])
