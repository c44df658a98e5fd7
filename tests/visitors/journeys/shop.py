"""The pages of the demo bookshop, as far as a stuck score has to know them."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.sources import ROOT

CONTENT = ROOT / "example_site" / "bookshop" / "content" / "shop.en.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """One page of the shop: a place in its tree."""

    key: str
    kind: str
    page_id: int
    parent_id: int | None
    path: str
    is_form: bool
    in_funnel: bool
    ends_funnel: bool


def _read() -> dict[str, ShopPage]:
    content = tomllib.loads(CONTENT.read_text("utf-8"))
    entries = [{"key": "home", "type": "home"}] + [
        {"parent": "home", **entry} for entry in content["page"]
    ]
    pages: dict[str, ShopPage] = {}
    children: Counter[str] = Counter()
    last_step = [entry["key"] for entry in entries if entry["type"] == "order"][-1]
    for number, entry in enumerate(entries, start=2):
        parent = pages.get(entry.get("parent", ""))
        above = parent.path if parent else "0001"
        children[above] += 1
        pages[entry["key"]] = ShopPage(
            key=entry["key"],
            kind=entry["type"],
            page_id=number,
            parent_id=parent.page_id if parent else None,
            path=f"{above}{children[above]:04d}",
            is_form=entry["type"] == "contact",
            in_funnel=entry["type"] == "order",
            ends_funnel=entry["key"] == last_step,
        )
    return pages


PAGES: Final = _read()
PLACES: Final = {page.page_id: page for page in PAGES.values()}


def keys_of(kind: str) -> list[str]:
    """The pages of a kind, in the order of the file."""
    return [page.key for page in PAGES.values() if page.kind == kind]


def below(key: str) -> list[str]:
    """The pages right below this one."""
    return [page.key for page in PAGES.values() if page.parent_id == PAGES[key].page_id]


def parent_of(key: str) -> str:
    """The page right above."""
    parent_id = PAGES[key].parent_id
    assert parent_id is not None
    return PLACES[parent_id].key
