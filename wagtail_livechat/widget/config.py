"""The configuration that every visitor of a site in one language is given.

The same bytes for everybody whose browser gives the same signal (Global Privacy Control,
Do Not Track): no name, no key, no availability. It is kept in the process and told apart
by its ETag.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils import translation
from django.utils.translation import get_language_info, get_supported_language_variant
from wagtail.coreutils import get_content_languages
from wagtail.images import get_image_model

from wagtail_livechat.assets import asset
from wagtail_livechat.consent.queries import banner_for, may_count, versions_that_hold
from wagtail_livechat.consent.rules import Signals
from wagtail_livechat.protocol.values import MAX_TEXT, VERSION
from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import (
    OwnTexts,
    SiteSettings,
    has_signpost,
    settings_for,
)

from .texts import ASSIST_TEXTS, LANGUAGE, TEXTS, fill, privacy_notice

PICTURE: Final = "fill-96x96"
MAX_AGE_SECONDS: Final = 60

NO_SIGNAL: Final = Signals()

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Config:
    """The JSON text and the name of its version."""

    body: bytes
    etag: str


def _find_language(tag: str) -> str | None:
    codes = [*dict(settings.LANGUAGES), *dict(get_content_languages()), settings.LANGUAGE_CODE]
    known = {code.lower(): code for code in reversed(codes)}
    wanted = tag.lower()
    while wanted:
        if wanted in known:
            return str(known[wanted])
        wanted = wanted.rpartition("-")[0]
    return None


_languages: Memory[str, str | None] = Memory(_find_language)


def known_language(tag: str) -> str | None:
    """The project's own code for a language tag or for what it is a variant of; ``None``
    for a language that the project does not have."""
    return _languages(tag)


def _direction(language: str) -> str:
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:  # a language of the project's own
        return "rtl" if language in settings.LANGUAGES_BIDI else "ltr"


def _translatable(language: str) -> str:
    """The language to look words up in: the nearest that has a catalogue."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return language


def _picture(image_id: int | None) -> str | None:
    """The address of the team's picture, small."""
    if image_id is None:
        return None
    image = get_image_model()._default_manager.filter(pk=image_id).first()
    if image is None:
        return None
    try:
        url: str = image.get_rendition(PICTURE).url
    except Exception:  # a lost or unreadable file must not take the chat with it
        logger.warning("The picture of the team (image %s) cannot be shown.", image_id)
        return None
    return url


def _own(site: SiteSettings, language: str) -> OwnTexts:
    """The site's words in ``language``, or in the language it is a variant of."""
    return site.texts.get(language) or site.texts.get(language.partition("-")[0], OwnTexts())


def _words_of(own: OwnTexts) -> dict[str, str]:
    """What the site has written itself, in the language of the page."""
    mine = {
        "launcher": own.launcher,
        "welcome": own.welcome,
        "status_unavailable": own.unavailable,
        "privacy": own.privacy,
    }
    return {key: text for key, text in mine.items() if text.strip()}


def _words(site: SiteSettings, own: OwnTexts, team: str) -> dict[str, str]:
    words = {key: str(text) for key, text in TEXTS.items()}
    words["privacy"] = privacy_notice(site.retention_days, for_children=site.child_directed)
    words.update(_words_of(own))
    return {key: fill(text, days=site.retention_days, team=team) for key, text in words.items()}


def _assist(site: SiteSettings, language: str, signals: Signals) -> dict[str, Any] | None:
    """What watching with permission needs; ``None`` where nobody is watched, counted or
    invited. ``holding``: the versions whose answers need no new question."""
    holding = versions_that_hold(site.site_id)
    if not (site.may_watch or (may_count(site) and holding)):
        return None
    banner = banner_for(site.site_id, language)
    root = root_url()
    with translation.override(_translatable(language)):
        words = {key: str(text) for key, text in ASSIST_TEXTS.items()}
    return {
        "external": site.external_consent,
        "signals": {"gpc": signals.gpc, "dnt": signals.dnt},
        "holding": list(holding),
        "banner": {
            "version": banner.version,
            "texts": banner.texts,
            "purposes": list(banner.purposes),
            "details_url": banner.details_url,
        }
        if banner
        else None,
        "urls": {
            "bundle": asset("assist.js"),
            "line": asset("visit.js"),
            "consent": reverse("wagtail_livechat:consent"),
            "visit": reverse("wagtail_livechat:visit"),
            "exchange": f"{root}visit/exchange/",
            "socket": f"{root}visit/ws/",
            "greetings": f"{root}greetings/",
            "hold": f"{root}greetings/hold/",
            "answer": f"{root}greetings/answer/",
        },
        "words": words,
    }


def build(site: SiteSettings, language: str, signals: Signals = NO_SIGNAL) -> dict[str, Any]:
    """The configuration of ``site`` in ``language``, as a JSON object.

    ``signals`` are those of the browser that asks: a page cannot see all of them itself.
    """
    own = _own(site, language)
    team = own.team_name or site.team_name or site.site_name
    with translation.override(_translatable(language)):
        words = _words(site, own, team)
        spoken = str(LANGUAGE)
    root = root_url()
    return {
        "v": VERSION,
        "site": site.site_id,
        "language": language,
        "dir": _direction(language),
        # Words without a translation are another language's; the site's own are the page's.
        "words": {"language": spoken, "own": sorted(_words_of(own))},
        "position": site.position,
        "accent": site.accent,
        "accent_text": site.accent_text,
        "theme": site.theme,
        "sound": site.sound_allowed,
        "sharing": site.sharing_allowed,
        # Where it answers nowhere, nobody need say where they ask.
        "signpost": has_signpost(site.site_id),
        "team": {"name": team, "avatar": _picture(site.team_avatar_id)},
        "urls": {
            "chat": asset("chat.js"),
            "start": reverse("wagtail_livechat:start"),
            "exchange": reverse("wagtail_livechat:exchange"),
            "availability": reverse("wagtail_livechat:availability"),
            "forget": reverse("wagtail_livechat:forget"),
            "socket": f"{root}ws/",
        },
        "max_text": MAX_TEXT,
        "texts": words,
        "assist": _assist(site, language, signals),
    }


def root_url() -> str:
    """Where the host has put our addresses, such as ``/livechat/``."""
    return reverse("wagtail_livechat:availability").removesuffix("availability/")


def _read(key: tuple[int, str, str, Signals]) -> Config:
    site_id, language, _prefix, signals = key
    body = json.dumps(
        build(settings_for(site_id), language, signals),
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    return Config(body=body, etag=f'"{sha256(body).hexdigest()[:20]}"')


_configs: Memory[tuple[int, str, str, Signals], Config] = Memory(_read)


def config_for(site_id: int, language: str, signals: Signals = NO_SIGNAL) -> Config:
    """The configuration of a site in one of the project's languages.

    Raises ``LookupError`` for a language that the project does not have.
    """
    code = known_language(language)
    if code is None:
        raise LookupError(language)
    return _configs((site_id, code, get_script_prefix(), signals))
