"""What an editor attaches to a canned reply: pages, images and documents, in order.

They are blocks, so that Wagtail's index knows where each is used without a foreign key to a
page model that a project may have replaced.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import Block
from wagtail.blocks.field_block import PageChooserBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock

from wagtail_livechat.protocol.values import CardKind

MOST_CARDS: Final = 5
KINDS: Final = frozenset(kind.value for kind in CardKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One card of a reply, by what it is of."""

    kind: CardKind
    id: int


def card_blocks() -> list[tuple[str, Block]]:
    """What may be attached; documents only where they are installed."""
    offered: list[tuple[str, Block]] = [
        (CardKind.PAGE.value, PageChooserBlock(label=_("Page"))),
        (CardKind.IMAGE.value, ImageChooserBlock(label=_("Image"))),
    ]
    if apps.is_installed("wagtail.documents"):
        from wagtail.documents.blocks import DocumentChooserBlock

        offered.append((CardKind.DOCUMENT.value, DocumentChooserBlock(label=_("Document"))))
    return offered


class CardsField(StreamField):
    """The cards of a reply."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_num", MOST_CARDS)
        kwargs.setdefault("blank", True)
        super().__init__(card_blocks(), **kwargs)

    def deconstruct(self) -> Any:
        """A plain field to migrations: what may be attached changes no column, and differs
        with what a project has installed."""
        name, _path, _args, kwargs = super().deconstruct()
        kept = {key: kwargs[key] for key in ("blank", "verbose_name") if key in kwargs}
        return name, "django.db.models.JSONField", [], kept


def attached_in(stream: Any) -> Iterator[Attached]:
    """The cards of a reply in order, dead or alive, without a query."""
    for block in stream.raw_data if stream else ():
        value = block["value"]
        if block["type"] in KINDS and isinstance(value, int):
            yield Attached(kind=CardKind(block["type"]), id=value)


def stream_of(attached: Iterable[Attached]) -> list[dict[str, Any]]:
    """Cards as they lie in the column."""
    return [{"type": each.kind.value, "value": each.id} for each in attached]
