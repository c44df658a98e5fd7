"""Publishing what is asked, and writing down what was answered.

A yes leaves a receipt; a no is counted and leaves nothing that could be recognised.
Receipts are added, never changed: an answer that ends another names it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from wagtail_livechat import __version__, bus, clock
from wagtail_livechat.errors import Forbidden, ReplayedReceipt, UnknownPurpose, UnknownVersion
from wagtail_livechat.site_settings.queries import SiteSettings, settings_for

from . import cookies, publishing
from .events import BannerPublished, ChoiceMade
from .models import Action, BannerVersion, Change, ConsentBanner, Receipt, RefusalCount
from .queries import may_count, newest_version_of, version_of
from .rules import (
    CAN_SAY_YES,
    EXTERNAL,
    Choice,
    Interface,
    Numbers,
    Purpose,
    Signals,
    has_lapsed,
    hash_of,
    next_numbers,
    seconds_left,
)

SOFTWARE: Final = f"wagtail_livechat {__version__}"

NO_SIGNAL: Final = Signals()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was written down, and the cookie that says so for ``seconds``."""

    choice: Choice
    cookie: str
    seconds: int
    ended: uuid.UUID | None = None


@transaction.atomic
def answer(
    *,
    site_id: int,
    cookie: str,
    version: int | None,
    assistance: bool,
    statistics: bool,
    interface: str,
    language: str,
    signals: Signals = NO_SIGNAL,
    reference: str = "",
    visit_key_hash: str | None = None,
) -> Answered:
    """A visitor chose. ``cookie``: the choice that the browser had until now.

    Taking a yes back always works, whatever has become of the banner meanwhile. Raises
    :class:`UnknownVersion`, :class:`UnknownPurpose`, :class:`ReplayedReceipt`,
    :class:`Forbidden`.
    """
    now = clock.now()
    site = settings_for(site_id)
    where = Interface(interface)
    before = cookies.read(site_id, cookie)
    previous, is_ended = _lock_receipt(site_id, before)
    if (
        where is Interface.EXTERNAL
        and site.external_consent
        and before is not None
        and _is_repeated(before, assistance, statistics, now)
        and (not before.is_yes or (previous is not None and not is_ended))
    ):
        # Such a tool says the same on every page.
        return Answered(choice=before, cookie=cookie, seconds=seconds_left(before, now))
    if assistance or statistics:
        if where not in CAN_SAY_YES:
            raise Forbidden
        asked = _demand_asked(site, version, where)
        _demand_possible(site, asked, assistance=assistance, statistics=statistics)
        if is_ended:
            raise ReplayedReceipt
    elif previous is not None:
        asked = version_of(site_id, version) if version else previous.version
        asked = asked or previous.version
    else:
        asked = _demand_asked(site, version, where)
    receipt = None
    if assistance or statistics or (previous is not None and not is_ended):
        receipt = Receipt.objects.create(
            site_id=site_id,
            version=asked,
            language=asked.language if asked else language,
            assistance=assistance,
            statistics=statistics,
            action=_action(previous, is_yes=assistance or statistics),
            interface=where,
            gpc=signals.gpc,
            dnt=signals.dnt,
            reference=reference if where is Interface.EXTERNAL else "",
            software=SOFTWARE,
            previous=previous,
            at=now,
        )
    elif before is None or has_lapsed(before.day, now.date()) or before.version != _number(asked):
        _count_refusal(site_id, asked, where, now)
    choice = Choice(
        version=_number(asked),
        assistance=assistance,
        statistics=statistics,
        day=now.date(),
        returning=before is not None and before.returning,
        never=before is not None and before.never,
        receipt=receipt.pk if receipt and (assistance or statistics) else None,
    )
    ended = previous.pk if previous is not None and not is_ended else None
    bus.publish(
        ChoiceMade(
            site_id=site_id,
            assistance=assistance,
            statistics=statistics,
            visit_key_hash=visit_key_hash,
            previous=str(ended) if ended else None,
            receipt=str(choice.receipt) if choice.receipt else None,
        )
    )
    return Answered(
        choice=choice,
        cookie=cookies.sign(site_id, choice),
        seconds=seconds_left(choice, now),
        ended=ended,
    )


def _is_repeated(before: Choice, assistance: bool, statistics: bool, now: datetime) -> bool:
    """Whether the site's own tool has said this already, and it still holds."""
    return (
        before.version == EXTERNAL
        and (before.assistance, before.statistics) == (assistance, statistics)
        and not has_lapsed(before.day, now.date())
    )


def _number(version: BannerVersion | None) -> int:
    return version.pk if version else EXTERNAL


def _lock_receipt(site_id: int, before: Choice | None) -> tuple[Receipt | None, bool]:
    """The receipt that the browser had, and whether another has ended it already."""
    if before is None or before.receipt is None:
        return None, False
    found = (
        Receipt.objects.select_for_update(of=("self",))
        .select_related("version")
        .filter(pk=before.receipt, site_id=site_id)
        .first()
    )
    if found is None:
        return None, False
    return found, Receipt.objects.filter(previous=found).exists()


def _action(previous: Receipt | None, *, is_yes: bool) -> Action:
    if not is_yes:
        return Action.WITHDRAWN
    return Action.CHANGED if previous is not None else Action.GIVEN


def _demand_asked(
    site: SiteSettings, version_id: int | None, where: Interface
) -> BannerVersion | None:
    """The version that is answered: shown on this site, standing, and not outdated by a
    major change. ``None`` is the site's own tool."""
    if site.external_consent:
        if where is not Interface.EXTERNAL:
            raise UnknownVersion
        return None
    if where is Interface.EXTERNAL:
        raise Forbidden
    found = version_of(site.site_id, version_id) if version_id else None
    if found is None or found.banner is None or not found.banner.live:
        raise UnknownVersion
    newest = newest_version_of(found.banner.pk)
    if newest is None or newest.site_id != site.site_id or newest.major != found.major:
        raise UnknownVersion
    return found


def _demand_possible(
    site: SiteSettings, asked: BannerVersion | None, *, assistance: bool, statistics: bool
) -> None:
    """Only what was asked can be answered, and only where the site can have it."""
    may = {Purpose.ASSISTANCE: site.may_watch, Purpose.STATISTICS: may_count(site)}
    for purpose, said in ((Purpose.ASSISTANCE, assistance), (Purpose.STATISTICS, statistics)):
        was_asked = asked is None or purpose.value in asked.purposes
        if said and not (was_asked and may[purpose]):
            raise UnknownPurpose


def _count_refusal(
    site_id: int, version: BannerVersion | None, where: Interface, now: datetime
) -> None:
    """One more, on this day."""
    kind = {"site_id": site_id, "version": version, "day": now.date(), "interface": where}
    if RefusalCount.objects.filter(**kind).update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            RefusalCount.objects.create(**kind, count=1)
    except IntegrityError:  # somebody else was the first of the day
        RefusalCount.objects.filter(**kind).update(count=F("count") + 1)


def flag(
    *, site_id: int, cookie: str, returning: bool = False, never: bool = False
) -> Answered | None:
    """The same choice with a flag more, and the cookie for it; ``None`` without a choice.

    It holds no longer than before.
    """
    before = cookies.read(site_id, cookie)
    now = clock.now()
    if before is None or has_lapsed(before.day, now.date()):
        return None
    choice = replace(before, returning=before.returning or returning, never=before.never or never)
    return Answered(
        choice=choice,
        cookie=cookies.sign(site_id, choice),
        seconds=seconds_left(choice, now),
    )


@transaction.atomic
def publish_version(*, banner_id: int, revision_id: int | None = None) -> BannerVersion | None:
    """What the banner says now becomes a version; told twice, it is one version.

    The same words again are no new version: nobody is asked twice about nothing.
    """
    banner = (
        ConsentBanner.objects.select_for_update(of=("self",))
        .select_related("locale", "site")
        .filter(pk=banner_id, live=True)
        .first()
    )
    if banner is None:
        return None
    language = banner.language
    texts = publishing.texts_of(banner)
    purposes = publishing.purposes_of(banner)
    name = hash_of(language=language, purposes=purposes, texts=texts)
    newest = newest_version_of(banner.pk)
    if newest is None or newest.hash != name or newest.site_id != banner.site_id:
        moved = newest is not None and newest.site_id != banner.site_id
        numbers = next_numbers(
            Numbers(number=newest.number, major=newest.major) if newest else None,
            says_minor=banner.change == Change.MINOR and not moved,
            purposes=purposes,
            previous_purposes=newest.purposes if newest else (),
        )
        newest = BannerVersion.objects.create(
            site_id=banner.site_id,
            banner=banner,
            language=language,
            number=numbers.number,
            major=numbers.major,
            texts=texts,
            purposes=purposes,
            hash=name,
            revision_id=revision_id,
            published_at=clock.now(),
        )
    _take_down_others(banner)
    bus.publish(BannerPublished(site_id=banner.site_id))
    return newest


def _take_down_others(banner: ConsentBanner) -> None:
    """One banner asks at a time. The form refuses a second; a schedule or a workflow may
    publish one all the same, and then the newer one stands."""
    for other in ConsentBanner.objects.filter(
        site_id=banner.site_id, locale_id=banner.locale_id, live=True
    ).exclude(pk=banner.pk):
        other.unpublish()  # type: ignore[no-untyped-call]


@transaction.atomic
def take_down(*, site_id: int) -> None:
    """A banner of the site stands no more: whoever agreed to it is not watched any longer."""
    bus.publish(BannerPublished(site_id=site_id))
