"""What holds for a site, a page or a request: kept in the process, never written.

Wagtail's own ``for_site()`` inserts a row where there is none; a visitor's GET must not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.http import HttpRequest
from django.http.request import split_domain_port
from wagtail.models import Locale, Site
from wagtail.models.sites import get_site_for_hostname

from wagtail_livechat.wagtail_versions import page_model

from .memory import Memory
from .models import (
    DEFAULT_ACCENT,
    DEFAULT_RETENTION_DAYS,
    LiveChatSettings,
    PagePolicy,
    Position,
    StuckSettings,
    Theme,
    WidgetText,
)
from .rules import (
    PROACTIVE,
    REACTIVE,
    WHITE,
    Decision,
    Limit,
    PageRules,
    Signpost,
    StuckLimits,
    Word,
    decide,
    model_names,
    rule,
    text_colour_on,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTexts:
    """What a site says in one language in its own words; empty: the built-in."""

    team_name: str = ""
    launcher: str = ""
    welcome: str = ""
    unavailable: str = ""
    privacy: str = ""
    signpost: Signpost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """A site's settings as plain values, safe to keep and to share between threads."""

    site_id: int
    site_name: str
    enabled: bool = False
    team_name: str = ""
    team_avatar_id: int | None = None
    accent: str = DEFAULT_ACCENT
    accent_text: str = WHITE
    theme: str = Theme.AUTO.value
    position: str = Position.RIGHT.value
    sound_allowed: bool = True
    sharing_allowed: bool = True
    retention_days: int = DEFAULT_RETENTION_DAYS
    mode: str = REACTIVE
    child_directed: bool = False
    external_consent: bool = False
    controller: str = ""
    invitations_per_visit: int = 2
    hold_seconds: int = 60
    signpost: Signpost = Signpost.NEVER
    texts: Mapping[str, OwnTexts] = field(default_factory=dict)

    def signpost_in(self, language: str | None) -> Signpost:
        """When the signpost answers first in a language, where no page says otherwise."""
        own = self.texts.get(language or "")
        return (own and own.signpost) or self.signpost

    @property
    def may_watch(self) -> bool:
        """Whether visitors who agreed may be watched anywhere on this site."""
        return self.enabled and self.mode == PROACTIVE and not self.child_directed


def _read_settings(site_id: int) -> SiteSettings | None:
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        return None
    name = site.site_name or site.hostname
    row = LiveChatSettings.objects.filter(site_id=site_id).first()
    if row is None:
        return SiteSettings(site_id=site_id, site_name=name, controller=name)
    texts = {
        text.language: OwnTexts(
            team_name=text.team_name,
            launcher=text.launcher,
            welcome=text.welcome,
            unavailable=text.unavailable,
            privacy=text.privacy,
            signpost=Signpost(text.signpost) if text.signpost else None,
        )
        for text in WidgetText.objects.filter(settings_id=row.pk)
    }
    return SiteSettings(
        site_id=site_id,
        site_name=name,
        enabled=row.enabled,
        team_name=row.team_name,
        team_avatar_id=row.team_avatar_id,
        accent=row.accent,
        # A colour that came in around the form still gets a readable text.
        accent_text=text_colour_on(row.accent) or WHITE,
        theme=row.theme,
        position=row.position,
        sound_allowed=row.sound_allowed,
        sharing_allowed=row.sharing_allowed,
        retention_days=row.retention_days,
        mode=row.mode,
        child_directed=row.child_directed,
        external_consent=row.external_consent,
        controller=row.controller,
        invitations_per_visit=row.invitations_per_visit,
        hold_seconds=row.hold_seconds,
        signpost=Signpost(row.signpost),
        texts=MappingProxyType(texts),
    )


def _word(row: PagePolicy) -> Word:
    return Word(
        enabled=row.enabled,
        mode=row.mode or None,
        triggers_allowed=row.triggers_allowed,
        never_track=row.never_track,
        signpost=Signpost(row.signpost) if row.signpost else None,
    )


def _read_words(_key: None) -> Mapping[str, Word]:
    said = {row.page_id: _word(row) for row in PagePolicy.objects.all()}
    if not said:
        return {}
    places = page_model()._default_manager.filter(pk__in=said)
    return {path: said[pk] for pk, path in places.values_list("pk", "path")}


def _read_stuck(site_id: int) -> StuckLimits:
    row = StuckSettings.objects.filter(site_id=site_id).first()
    if row is None:
        return StuckLimits()
    return StuckLimits(
        score=row.score,
        back_and_forth=Limit(on=row.back_and_forth, least=row.back_and_forth_times),
        sibling_loop=Limit(on=row.sibling_loop, least=row.sibling_loop_times),
        not_found_search=Limit(on=row.not_found_search, least=row.not_found_search_seconds),
        empty_search=Limit(on=row.empty_search, least=row.empty_search_times),
        form_left=Limit(on=row.form_left, least=row.form_left_seconds),
        order_dwell=Limit(on=row.order_dwell, least=row.order_dwell_seconds),
        same_page=Limit(on=row.same_page, least=row.same_page_times),
        funnel_models=model_names(row.funnel_pages),
        form_models=model_names(row.form_pages),
    )


def _read_locale(locale_id: int) -> str | None:
    locale = Locale.objects.filter(pk=locale_id).first()
    return locale.language_code if locale else None


def _read_site(name: tuple[str, str]) -> int | None:
    try:
        site_id: int = get_site_for_hostname(*name).pk
    except Site.DoesNotExist:
        return None
    return site_id


_sites: Memory[tuple[str, str], int | None] = Memory(_read_site)
_settings: Memory[int, SiteSettings | None] = Memory(_read_settings)
_words: Memory[None, Mapping[str, Word]] = Memory(_read_words)
_stuck: Memory[int, StuckLimits] = Memory(_read_stuck)
_locales: Memory[int, str | None] = Memory(_read_locale)


def settings_for(site_id: int) -> SiteSettings:
    """The settings of a site; the defaults where nobody has set any.

    A site that does not exist (any more) is one where the chat is off.
    """
    return _settings(site_id) or SiteSettings(site_id=site_id, site_name="")


def stuck_settings_for(site_id: int) -> StuckLimits:
    """When a visitor of this site seems stuck; the defaults where nobody has set any."""
    return _stuck(site_id)


def page_decision(site_id: int, page_path: str) -> Decision:
    """Whether the chat is offered on the page at ``page_path``, and who said so."""
    return decide(page_path, _words(None), site_enabled=settings_for(site_id).enabled)


def page_rules(site_id: int, page_path: str, language: str | None = None) -> PageRules:
    """What holds on the page at ``page_path``, aspect by aspect, and who said so.

    ``language`` is the page's; it matters for the signpost alone.
    """
    site = settings_for(site_id)
    return rule(
        page_path,
        _words(None),
        site_enabled=site.enabled,
        site_mode=site.mode,
        child_directed=site.child_directed,
        signpost=site.signpost_in(language),
    )


def signpost_mode(site_id: int, *, language: str | None, page_path: str = "") -> Signpost:
    """When the signpost answers first: the nearest page that says so, else what the site says
    in this language, else what the site says."""
    return page_rules(site_id, page_path, language).signpost.value


def has_signpost(site_id: int) -> bool:
    """Whether the signpost answers first anywhere on a site, as far as that is known here: in
    a language, or on a page of whatever site."""
    site = settings_for(site_id)
    said = {site.signpost, *(own.signpost for own in site.texts.values())}
    said |= {word.signpost for word in _words(None).values()}
    return bool(said & {Signpost.ALWAYS, Signpost.ABSENT})


def is_enabled(site_id: int, page_path: str | None = None) -> bool:
    """Whether the chat is offered on a page, or (no path) on the site at large."""
    if page_path is None:
        return settings_for(site_id).enabled
    return page_decision(site_id, page_path).enabled


def language_of(locale_id: int) -> str | None:
    """The language code of a page's locale."""
    return _locales(locale_id)


def own_policy(page_id: int) -> Word:
    """What this page itself says."""
    row = PagePolicy.objects.filter(page_id=page_id).first()
    return Word() if row is None else _word(row)


def site_id_for(request: HttpRequest) -> int | None:
    """The Wagtail site that this request is for: the one that serving a page found, or
    the one of the host's name as it is kept here. It reads no session and no cookie."""
    if hasattr(request, "_wagtail_site"):
        site = request._wagtail_site
        return site.pk if site else None
    # As Wagtail does: whether the host is allowed has been decided before us.
    raw_host = request._get_raw_host()  # type: ignore[attr-defined]
    host, _port = split_domain_port(raw_host)
    return _sites((host, request.get_port()))
