"""A banner as a visitor would see it, in the states that an editor wants to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .publishing import purposes_of, texts_of, words_language

if TYPE_CHECKING:
    from .models import ConsentBanner

FIRST, CHOOSE, ACCEPTED, WATCHED = "first", "choose", "accepted", "watched"
REFUSED, SIGNAL, RTL = "refused", "signal", "rtl"

MODES: Final[tuple[tuple[str, Promise], ...]] = (
    (FIRST, _("First visit")),
    (CHOOSE, _("Choosing")),
    (ACCEPTED, _("Accepted")),
    (WATCHED, _("Accepted, and somebody is watching")),
    (REFUSED, _("Refused")),
    (SIGNAL, _("The browser refuses (Global Privacy Control)")),
    (RTL, _("First visit, from right to left")),
)


def shown(banner: ConsentBanner, mode: str) -> dict[str, Any]:
    """What the script of the preview draws; see ``static_src/preview``."""
    texts = texts_of(banner)
    with translation.override(words_language(banner.language)):
        somebody = gettext("An agent")
    return {
        "invitation": None,
        "asked": {
            "banner": {
                "version": 0,
                "texts": texts,
                "purposes": purposes_of(banner),
                "details_url": texts["details_url"],
            },
            "state": FIRST if mode == RTL else mode,
            "names": somebody,
        },
        "dir": "rtl" if mode == RTL else None,
    }
