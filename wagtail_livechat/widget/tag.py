"""What the template tag prints: one script, the same for everybody, or nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wagtail_livechat.assets import asset
from wagtail_livechat.protocol.values import PageKind
from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import language_of, page_rules, site_id_for
from wagtail_livechat.tokens import page_token

from .config import known_language, root_url

NOTHING = mark_safe("")
KINDS: Final = frozenset({"search", "not_found", "other"})

logger = logging.getLogger(__name__)


def _read_opening(key: tuple[str, str, Any]) -> str | None:
    language, _prefix, _urlconf = key
    try:
        return format_html(
            '<script type="module" src="{}" data-livechat="{}" data-livechat-config="{}"',
            asset("loader.js"),
            root_url(),
            reverse("wagtail_livechat:config", args=[language]),
        )
    except (NoReverseMatch, ValueError) as error:
        # The addresses are not included, or the static files not collected: a system
        # check says so. The page of the host must not fail for it.
        logger.error("The chat cannot be shown: %s", error)
        return None


_openings: Memory[tuple[str, str, Any], str | None] = Memory(_read_opening)


def page_language(page: Any) -> str:
    """The page's own language; of what is no page, the language it is shown in."""
    if page is not None and getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        code = language_of(page.locale_id)
    else:
        code = get_language()
    return known_language(code or "") or settings.LANGUAGE_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a template says of the view that it shows, as it came out of the context."""

    kind: Any = ""
    results: Any = None

    def attributes(self) -> str:
        """The same for the browser; nothing for what is none of the words that we know."""
        kind = str(self.kind)
        if kind not in KINDS:
            return ""
        counted = kind == PageKind.SEARCH and type(self.results) is int and self.results >= 0
        found = f' data-livechat-results="{self.results}"' if counted else ""
        return f' data-livechat-kind="{kind}"{found}'


PLAIN: Final = View()


def script(request: HttpRequest | None, page: Any, nonce: str, *, view: View = PLAIN) -> SafeString:
    """The script element for ``page`` (or for a view that shows none).

    Nothing where there is no request or no site, in Wagtail's preview, and where the
    chat is switched off. A page where nobody may ever be watched is not named: the browser
    finds a mark there, and says nothing of it. It reads no cookie and no session, and once
    the settings are kept it asks the database nothing.
    """
    if request is None or getattr(request, "is_preview", False):
        return NOTHING
    site_id = site_id_for(request)
    if site_id is None:
        return NOTHING
    saved = page is not None and page.pk is not None
    rules = page_rules(site_id, page.path if saved else "")
    if not rules.enabled.value:
        return NOTHING
    opening = _openings((page_language(page), get_script_prefix(), get_urlconf()))
    if opening is None:
        return NOTHING
    # On a site for children nobody agrees to be watched; a page may still be shown by hand.
    hidden = rules.never_track.value and not rules.never_track.capped
    # A token is of our own alphabet; a nonce is the host's.
    if hidden:
        place = " data-livechat-hidden"
    else:
        place = f' data-livechat-page="{page_token(site_id, page.pk)}"' if saved else ""
        place += view.attributes()
    allowed = f' nonce="{escape(nonce)}"' if nonce else ""
    return mark_safe(f"{opening}{place}{allowed}></script>")  # noqa: S308
