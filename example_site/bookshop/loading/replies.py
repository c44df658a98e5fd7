"""The shop's canned replies, in its two languages: what its agents answer most."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from wagtail.models import Locale, Page, Site

from example_site.bookshop.loading.shops import SHOP_HOST
from wagtail_livechat.canned_replies.models import CannedReply

CONTENT = Path(__file__).resolve().parent.parent / "content" / "replies.toml"


def replies_told() -> list[dict[str, Any]]:
    """The replies as they are written down."""
    told: list[dict[str, Any]] = tomllib.loads(CONTENT.read_text("utf-8"))["reply"]
    return told


def write_down(port: int) -> None:
    """Publish each reply in English and, as its translation, in French."""
    site = Site.objects.get(hostname=SHOP_HOST, port=port)
    english, french = (Locale.objects.get(language_code=code) for code in ("en", "fr"))
    for told in replies_told():
        original = _published(_reply(site, english, told))
        translation = _reply(site, french, told)
        translation.translation_key = original.translation_key
        _published(translation)


def _reply(site: Site, locale: Locale, told: dict[str, Any]) -> CannedReply:
    words = told[locale.language_code]
    reply = CannedReply(
        site=site,
        locale=locale,
        title=words["title"],
        shortcut=told["shortcut"],
        category=told["category"],
        text=words["text"],
        live=False,
    )
    if "card" in words:
        pages = Page.objects.filter(title=words["card"], locale=locale)
        page = next(each for each in pages if each.get_site() == site)
        reply.cards = [{"type": "page", "value": page.pk}]
    reply.tags.set(words.get("tags", []))
    return reply


def _published(reply: CannedReply) -> CannedReply:
    reply.full_clean(exclude=["latest_revision", "live_revision"])
    reply.save()
    reply.save_revision().publish()
    return reply
