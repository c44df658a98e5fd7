"""A canned reply as a visitor would see it, in the states that an editor wants to try."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from wagtail.models import Site

from wagtail_livechat.conversations.cards import card_for_everybody
from wagtail_livechat.protocol.canned import Placeholder
from wagtail_livechat.wagtail_versions import page_model

from .cards import attached_in
from .placeholders import Facts, fill
from .words import PLACEHOLDERS
from .writing import plain_text

if TYPE_CHECKING:
    from .models import CannedReply

KNOWN, UNKNOWN = "known", "unknown"

MODES: Final[tuple[tuple[str, Promise], ...]] = (
    (KNOWN, gettext_lazy("Everything is known")),
    (UNKNOWN, gettext_lazy("Nothing is known of the visitor")),
)


def shown(reply: CannedReply, mode: str) -> dict[str, Any]:
    """The text with examples put in, what could not be, and what is attached."""
    with translation.override(reply.language):
        facts = _examples(reply, knows=mode != UNKNOWN)
    filled = fill(plain_text(reply.text, _address_of), facts)
    site = reply.site or Site.objects.order_by("-is_default_site", "pk").first()
    site_id = site.pk if site is not None else 0
    return {
        "language": reply.language,
        "site_id": site_id,
        "missing": [PLACEHOLDERS[each] for each in filled.missing],
        "shown": {
            "invitation": None,
            "alias": facts[Placeholder.AGENT_ALIAS],
            "messages": [
                {"text": filled.text, "card": None},
                *({"text": card["title"], "card": card} for card in _cards(reply, site_id)),
            ],
        },
    }


def _cards(reply: CannedReply, site_id: int) -> Iterator[dict[str, Any]]:
    """What is attached, as it would be sent; by its name, and leading nowhere, what would not."""
    for each, block in zip(attached_in(reply.cards), reply.cards, strict=False):
        card = card_for_everybody(each.kind, each.id, site_id, reply.language)
        if card is not None:
            yield msgspec.to_builtins(card)
        elif block.value is not None:
            title = getattr(block.value, "title", str(block.value))
            yield {"kind": each.kind.value, "title": title, "url": "", "picture": None, "text": ""}


def _examples(reply: CannedReply, *, knows: bool) -> Facts:
    site = reply.site
    always = {
        Placeholder.AGENT_ALIAS: gettext("Your alias"),
        Placeholder.SITE_NAME: (site.site_name or site.hostname) if site else gettext("Your site"),
    }
    if not knows:
        return always
    return always | {
        Placeholder.VISITOR_NAME: gettext("The visitor"),
        Placeholder.PAGE_TITLE: gettext("The page that the visitor shows"),
        Placeholder.PAGE_LINK: "https://example.com/page/",
    }


def _address_of(page_id: int) -> str | None:
    page: Any = page_model()._default_manager.filter(pk=page_id, live=True).first()
    return page.full_url if page is not None else None
