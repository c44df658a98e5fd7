"""The gate beside each write about a visitor: closed unless everything says yes.

A choice counts while it carries our signature, is younger than six months, has a receipt
that nothing has ended, and answers a banner that stands and means what it meant. The
database is asked each time: what is kept in a process could be a moment late.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress
from typing import Final

from wagtail_livechat.site_settings.queries import SiteSettings, settings_for

from . import cookies
from .hot_path import StandingReceipt, standing_receipts
from .queries import may_count
from .rules import EXTERNAL, Choice, Purpose, has_lapsed, holds_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What may be done with a visitor now. As it is made, nothing."""

    assistance: bool = False
    statistics: bool = False
    receipt_id: uuid.UUID | None = None
    version_id: int | None = None
    never: bool = False
    returning: bool = False
    since: date | None = None


NONE: Final = Consent()


def consent_in(site_id: int, cookie_text: str, now: datetime) -> Consent:
    """What the visitor with this cookie has agreed to, on this site, now."""
    return consents_in(site_id, [cookie_text], now)[0]


def consents_in(site_id: int, cookie_texts: Iterable[str], now: datetime) -> list[Consent]:
    """The same for many visitors of a site, by one question to the database."""
    choices = [cookies.read(site_id, text) for text in cookie_texts]
    today = now.date()
    choices = [
        choice if choice is not None and not has_lapsed(choice.day, today) else None
        for choice in choices
    ]
    site = settings_for(site_id)
    wanted = [choice.receipt for choice in choices if choice and choice.receipt]
    found = standing_receipts(site_id, wanted) if wanted and may_count(site) else []
    standing = {wanted[place]: receipt for receipt, places in found for place in places}
    return [_consent(site, choice, standing) for choice in choices]


def receipts_that_hold(
    site_id: int,
    receipt_ids: Iterable[uuid.UUID],
    now: datetime,
    *,
    purpose: Purpose = Purpose.ASSISTANCE,
) -> frozenset[uuid.UUID]:
    """Of these receipts, those by which a visitor may be assisted (or counted) now.

    For what goes on without a cookie at hand: a visit remembers the receipt it began with.
    """
    wanted = list(receipt_ids)
    return frozenset(compress(wanted, which_hold(site_id, wanted, now, purpose=purpose)))


def which_hold(
    site_id: int,
    receipt_ids: Sequence[uuid.UUID],
    now: datetime,
    *,
    purpose: Purpose = Purpose.ASSISTANCE,
) -> list[bool]:
    """The same, receipt by receipt: for who writes many in a hurry."""
    hold = [False] * len(receipt_ids)
    site = settings_for(site_id)
    if not hold or not (site.may_watch if purpose is Purpose.ASSISTANCE else may_count(site)):
        return hold
    for receipt, places in standing_receipts(site_id, receipt_ids):
        if not has_lapsed(receipt.day, now.date()) and _may(purpose, site, receipt):
            for place in places:
                hold[place] = True
    return hold


def _consent(
    site: SiteSettings, choice: Choice | None, standing: Mapping[uuid.UUID, StandingReceipt]
) -> Consent:
    if choice is None:
        return NONE
    receipt = standing.get(choice.receipt) if choice.receipt else None
    may = {
        purpose: receipt is not None
        and _same_version(choice, receipt)
        and getattr(choice, purpose.value) is True
        and _may(purpose, site, receipt)
        for purpose in Purpose
    }
    held = any(may.values())
    return Consent(
        assistance=may[Purpose.ASSISTANCE],
        statistics=may[Purpose.STATISTICS],
        receipt_id=choice.receipt if held else None,
        version_id=choice.version or None,
        never=choice.never,
        returning=choice.returning,
        since=choice.day,
    )


def _same_version(choice: Choice, receipt: StandingReceipt) -> bool:
    return choice.version == (receipt.version_id or EXTERNAL)


def _may(purpose: Purpose, site: SiteSettings, receipt: StandingReceipt) -> bool:
    """Whether a standing receipt allows this on the site as it is set now."""
    if purpose is Purpose.ASSISTANCE:
        possible, agreed = site.may_watch, receipt.assistance
    else:
        possible, agreed = may_count(site), receipt.statistics
    if not possible or receipt.is_external != site.external_consent:
        return False
    if receipt.is_external:
        return agreed
    return holds_for(
        purpose,
        agreed=agreed,
        answered_major=receipt.major,
        newest_major=receipt.newest_major,
        newest_purposes=receipt.newest_purposes,
        is_live=receipt.is_live,
    )
