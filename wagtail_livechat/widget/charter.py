"""The charter of the live help: what a site does with its visitors, from the settings themselves.

Nothing is written here a second time: the fields are those of the wire, the purposes those
of the banner, the times those by which the house is kept, the groups those that hold the
right now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_livechat.agents.permissions import WATCH, groups_who_may
from wagtail_livechat.consent.publishing import LABELS, words_language
from wagtail_livechat.consent.queries import BannerData, banner_for
from wagtail_livechat.consent.rules import MONTHS, MONTHS_OF_PROOF, Purpose
from wagtail_livechat.privacy.personal_data import KEPT_DAYS
from wagtail_livechat.protocol.values import PageCard, VisitRow
from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import (
    SiteSettings,
    has_signpost,
    settings_for,
    site_id_for,
)
from wagtail_livechat.visitors.rules import KEPT_AFTER_END, MONTHS_OF_COUNTS

from .tag import NOTHING, page_language
from .texts import ASSIST_TEXTS

TEMPLATE: Final = "wagtail_livechat/widget/charter.html"

PAGE_FIELDS: Final[dict[str, Promise]] = {
    "kind": gettext_lazy("whether it is a page, a search, a missing page or another one"),
    "title": gettext_lazy("its title"),
    "type": gettext_lazy("its type"),
    "section": gettext_lazy("the section of the site"),
    "url": gettext_lazy("its address, without what follows a question mark"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something with a name, and what is to be said of it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """All of it, worded in one language."""

    controller: str
    team: str
    is_watched: bool
    for_children: bool
    is_asked_elsewhere: bool
    purposes: tuple[Item, ...]
    fields: tuple[str, ...]
    page_fields: tuple[str, ...]
    groups: tuple[str, ...]
    kept: tuple[Item, ...]
    change_label: str
    stop_label: str
    show_label: str


def _read_groups(site_id: int) -> tuple[str, ...]:
    return groups_who_may(WATCH, site_id)


_groups: Memory[int, tuple[str, ...]] = Memory(_read_groups)


def charter(request: HttpRequest | None, page: Any) -> SafeString:
    """The charter of the site that this page is on, in the page's language."""
    site_id = site_id_for(request) if request is not None else None
    if site_id is None:
        return NOTHING
    language = page_language(page)
    with translation.override(words_language(language)):
        return render_to_string(TEMPLATE, {"charter": charter_of(site_id, language)})


def charter_of(site_id: int, language: str) -> Charter:
    """What holds on this site now, in the words of ``language``."""
    site = settings_for(site_id)
    banner = banner_for(site_id, language)
    with translation.override(words_language(language)):
        return Charter(
            controller=site.controller or site.site_name,
            team=site.team_name or site.site_name,
            is_watched=site.may_watch,
            for_children=site.child_directed,
            is_asked_elsewhere=site.external_consent,
            purposes=_purposes(site, banner),
            fields=tuple(_field(name) for name in VisitRow.__struct_fields__),
            page_fields=tuple(
                str(PAGE_FIELDS.get(name, name)) for name in PageCard.__struct_fields__
            ),
            groups=_groups(site_id) if site.may_watch else (),
            kept=_kept(site),
            change_label=_label(banner, "change_label"),
            stop_label=str(ASSIST_TEXTS["stop"]),
            show_label=str(ASSIST_TEXTS["show"]),
        )


def _field(name: str) -> str:
    """A field by the words under which its visitor is shown it; never left out."""
    return str(ASSIST_TEXTS.get(f"field_{name}", name))


def _label(banner: BannerData | None, name: str) -> str:
    return str(banner.texts.get(name) or LABELS[name]) if banner else str(LABELS[name])


def _purposes(site: SiteSettings, banner: BannerData | None) -> tuple[Item, ...]:
    """What is asked, in the banner's own words where there is one."""
    if banner is not None:
        asked: tuple[str, ...] = banner.purposes
    elif site.external_consent and site.may_watch:
        asked = tuple(purpose.value for purpose in Purpose)
    else:
        asked = ()
    return tuple(
        Item(name=_label(banner, f"{purpose}_title"), text=_label(banner, f"{purpose}_text"))
        for purpose in asked
    )


def _kept(site: SiteSettings) -> tuple[Item, ...]:
    """What is kept for how long."""
    minutes = int(KEPT_AFTER_END.total_seconds() // 60)
    days = site.retention_days
    always: tuple[Item, ...] = (
        Item(
            name=_("A conversation, with what both sides wrote"),
            text=ngettext(
                "%(count)s day after its last word", "%(count)s days after its last word", days
            )
            % {"count": days},
        ),
    )
    if has_signpost(site.site_id):
        always += (
            Item(
                name=_("With a question to the automatic helper, the page where you asked it"),
                text=_("as long as the conversation"),
            ),
        )
    if not site.may_watch:
        return always
    return (
        Item(
            name=_("Which pages you viewed"),
            text=ngettext(
                "at most %(count)s minute after your visit, and not a moment after you stop it",
                "at most %(count)s minutes after your visit, and not a moment after you stop it",
                minutes,
            )
            % {"count": minutes},
        ),
        *always,
        Item(name=_("Your answer, in your browser"), text=_months(MONTHS)),
        Item(
            name=_("The proof that you agreed; of a refusal there is none"),
            text=ngettext(
                "%(count)s month after it ended",
                "%(count)s months after it ended",
                MONTHS_OF_PROOF,
            )
            % {"count": MONTHS_OF_PROOF},
        ),
        Item(name=_("How often a page was viewed on a day"), text=_months(MONTHS_OF_COUNTS)),
        Item(name=_("Who of the staff looked, and when"), text=_months(KEPT_DAYS * 12 // 365)),
    )


def _months(count: int) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}
