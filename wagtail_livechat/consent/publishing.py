"""What a banner says word for word: the editor's words, and ours where those are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from wagtail.rich_text import expand_db_html

from .rich_text import pieces_of, safe_address
from .rules import Purpose

if TYPE_CHECKING:
    from .models import ConsentBanner

LABELS: Final[dict[str, Promise]] = {
    "accept_label": _("Accept"),
    "refuse_label": _("Refuse"),
    "choose_label": _("Choose"),
    "save_label": _("Save my choice"),
    "change_label": _("Your choice about live help"),
    "details_label": _("Details"),
    "assistance_title": _("Live help"),
    "assistance_text": _(
        "People of our team may see, live, which pages you view here, to offer you help. "
        "You always see who is watching, and can stop it with one click. "
        "What was seen is erased at most 30 minutes after your visit."
    ),
    "statistics_title": _("Statistics"),
    "statistics_text": _(
        "Your page views are added to daily totals. Nothing of it can be led back to you."
    ),
}
"""Our own words for what an editor leaves empty, under the name that they travel by."""

FIRST_HEADING: Final = _("May our team see your pages, to help you?")
FIRST_BODY: Final = _(
    "{controller} would like to offer you help while you are on this site. If you agree, "
    "people of our team can see, live, which pages you view here. What they see is erased at "
    "most 30 minutes after your visit. If you refuse, nothing changes for you, and you can "
    "chat with us all the same. You can stop it at any time, on every page."
)


def words_language(language: str) -> str:
    """The language to look our words up in: the nearest that has a catalogue."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return language


def purposes_of(banner: ConsentBanner) -> list[str]:
    """What the banner asks for."""
    asks = {
        Purpose.ASSISTANCE: banner.asks_assistance,
        Purpose.STATISTICS: banner.asks_statistics,
    }
    return [purpose.value for purpose in Purpose if asks[purpose]]


def texts_of(banner: ConsentBanner) -> dict[str, Any]:
    """All that a visitor is shown, in the banner's language."""
    with translation.override(words_language(banner.language)):
        words = {
            name: (getattr(banner, name, "").strip() or str(ours)) for name, ours in LABELS.items()
        }
    return {
        "heading": banner.heading.strip(),
        "body": pieces_of(expand_db_html(banner.body)),
        "details_url": safe_address(banner.details_url) or "",
        **words,
    }


def first_words(language: str, controller: str) -> tuple[str, str]:
    """What a new banner begins with: a heading and a text to be changed at will."""
    with translation.override(words_language(language)):
        return str(FIRST_HEADING), str(FIRST_BODY).replace("{controller}", controller)
