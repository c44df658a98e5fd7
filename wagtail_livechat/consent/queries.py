"""Reads about consent: what to ask on a site, what was asked, and which receipts stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Sum

from wagtail_livechat.site_settings.memory import Memory
from wagtail_livechat.site_settings.queries import SiteSettings, settings_for

from .models import BannerVersion, Receipt, RefusalCount
from .rules import EXTERNAL, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerData:
    """What to ask in one language: a version as visitors see it.

    ``purposes`` are those that the site as it is set now can have at all.
    """

    version: int
    number: int
    major: int
    language: str
    texts: Mapping[str, Any]
    purposes: tuple[str, ...]
    details_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Banners:
    """What stands on a site: a version for each language, and all that still hold."""

    by_language: Mapping[str, BannerData] = field(default_factory=dict)
    holding: tuple[int, ...] = ()


_NOTHING: Final = _Banners()


def _read_banners(site_id: int) -> _Banners:
    versions = (
        BannerVersion.objects.filter(site_id=site_id, banner__live=True, banner__site_id=site_id)
        .select_related("banner__locale")
        .order_by("banner_id", "-number")
    )
    newest: dict[int, BannerVersion] = {}
    by_language: dict[str, BannerData] = {}
    holding: list[int] = []
    for version in versions:
        if version.banner is None:
            continue
        first = newest.setdefault(version.banner.pk, version)
        if version.major == first.major:
            holding.append(version.pk)
        if version is first:
            by_language[version.banner.locale.language_code] = _data(version)
    return _Banners(by_language=by_language, holding=tuple(sorted(holding)))


def _data(version: BannerVersion) -> BannerData:
    return BannerData(
        version=version.pk,
        number=version.number,
        major=version.major,
        language=version.language,
        texts=version.texts,
        purposes=tuple(version.purposes),
        details_url=version.texts.get("details_url", ""),
    )


_banners: Memory[int, _Banners] = Memory(_read_banners)


def may_count(site: SiteSettings) -> bool:
    """Whether anything may be kept of those who agree: never on a site for children."""
    return site.enabled and not site.child_directed


def banner_for(site_id: int, language: str) -> BannerData | None:
    """What to ask on a page in ``language``; ``None`` where nothing is (or may be) asked.

    Nobody is asked in a language that the page does not speak, except on a site that has
    no translations at all.
    """
    site = settings_for(site_id)
    if site.external_consent or not may_count(site):
        return None
    found = _in_language(_banners(site_id).by_language, language)
    if found is None:
        return None
    purposes = tuple(
        purpose
        for purpose in found.purposes
        if (site.may_watch if purpose == Purpose.ASSISTANCE else True)
    )
    return replace(found, purposes=purposes) if purposes else None


def _in_language(banners: Mapping[str, BannerData], language: str) -> BannerData | None:
    tag = language
    while tag:
        if tag in banners:
            return banners[tag]
        tag = tag.rpartition("-")[0]
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False) and len(banners) == 1:
        return next(iter(banners.values()))
    return None


def versions_that_hold(site_id: int) -> tuple[int, ...]:
    """The versions whose answers need no new question on this site, in any language."""
    site = settings_for(site_id)
    if not may_count(site):
        return ()
    return (EXTERNAL,) if site.external_consent else _banners(site_id).holding


def version_of(site_id: int, version_id: int) -> BannerVersion | None:
    """A version that was shown on this site, standing or not."""
    if not 0 < version_id < 2**63:
        return None
    return (
        BannerVersion.objects.filter(pk=version_id, site_id=site_id)
        .select_related("banner")
        .first()
    )


def newest_version_of(banner_id: int) -> BannerVersion | None:
    """What was published last of a banner."""
    return BannerVersion.objects.filter(banner_id=banner_id).order_by("-number").first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ended a receipt: the one that took its place, and what that one allows."""

    receipt_id: uuid.UUID
    assistance: bool
    statistics: bool


def endings_since(site_ids: Iterable[int], moment: datetime) -> dict[uuid.UUID, Ending]:
    """The receipts of these sites that were ended since then, each with what ended it."""
    return _endings(site_id__in=list(site_ids), at__gte=moment, previous__isnull=False)


def endings_of(receipt_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Ending]:
    """What ended these receipts, for those that were ended."""
    return _endings(previous_id__in=list(receipt_ids))


def _endings(**which: Any) -> dict[uuid.UUID, Ending]:
    rows = Receipt.objects.filter(**which)
    return {
        previous: Ending(receipt_id=pk, assistance=assistance, statistics=statistics)
        for previous, pk, assistance, statistics in rows.values_list(
            "previous_id", "pk", "assistance", "statistics"
        )
        if previous is not None
    }


def refusals_since(site_ids: Iterable[int], day: date) -> int:
    """How often visitors of these sites said no, from this day on."""
    counts = RefusalCount.objects.filter(site_id__in=site_ids, day__gte=day)
    return counts.aggregate(sum=Sum("count"))["sum"] or 0
