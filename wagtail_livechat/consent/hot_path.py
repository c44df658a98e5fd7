"""The question that is asked beside each write, as one statement for many receipts.

Most of them say the same: given on one of a few days, by an answer to one of a few versions.
So the database puts them together, looks at each version once, and answers with few rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import OuterRef, Subquery

from .models import BannerVersion, ConsentBanner, Receipt
from .rules import Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingReceipt:
    """What receipts say that nothing has ended, and what has become of the banner.

    ``day``: when they were given.
    """

    assistance: bool
    statistics: bool
    day: date
    is_external: bool
    version_id: int | None
    major: int
    newest_major: int | None
    newest_purposes: Collection[str]
    is_live: bool


Standing = tuple[StandingReceipt, list[int]]
"""What receipts say, and which of those that were asked for, by their places in the list."""


def standing_receipts(site_id: int, receipt_ids: Sequence[uuid.UUID]) -> list[Standing]:
    """Of these receipts of a site, those that no other has ended."""
    db = connections[DEFAULT_DB_ALIAS]
    rows = _ask(db, site_id, receipt_ids) if db.vendor in _ASKED else _plainly(site_id, receipt_ids)
    return [
        (
            StandingReceipt(
                assistance=bool(row.assistance),
                statistics=bool(row.statistics),
                day=row.day,
                is_external=row.interface == Interface.EXTERNAL,
                version_id=row.version_id,
                major=row.major or 0,
                newest_major=row.newest_major,
                newest_purposes=tuple(row.newest_purposes),
                is_live=bool(row.banner_live) and row.banner_site_id == site_id,
            ),
            row.places,
        )
        for row in rows
    ]


class _Row(NamedTuple):
    places: list[int]
    version_id: int | None
    assistance: bool
    statistics: bool
    interface: str
    day: date
    major: int | None
    banner_live: bool | None
    banner_site_id: int | None
    newest_major: int | None
    newest_purposes: Collection[str]


def _plainly(site_id: int, receipt_ids: Sequence[uuid.UUID]) -> Iterator[_Row]:
    places: dict[uuid.UUID, list[int]] = {}
    for place, receipt_id in enumerate(receipt_ids):
        places.setdefault(receipt_id, []).append(place)
    newest = BannerVersion.objects.filter(banner=OuterRef("version__banner")).order_by("-number")
    rows = Receipt.objects.filter(pk__in=list(places), site_id=site_id, next__isnull=True)
    for pk, *said, at, major, live, on_site, newest_major, purposes in rows.values_list(
        "id",
        "version_id",
        "assistance",
        "statistics",
        "interface",
        "at",
        "version__major",
        "version__banner__live",
        "version__banner__site_id",
        Subquery(newest.values("major")[:1]),
        Subquery(newest.values("purposes")[:1]),
    ):
        banner = (major, live, on_site, newest_major, purposes or ())
        yield _Row._make([places[pk], *said, at.date(), *banner])


_RECEIPT: Final = Receipt._meta.db_table
_VERSION: Final = BannerVersion._meta.db_table
_BANNER: Final = ConsentBanner._meta.db_table


def _words(*, wanted: str, receipt_id: str, day: str, places: str) -> str:
    """The statement. Of SQLite, only CROSS JOIN makes sure that it goes by the receipts."""
    return f"""
        WITH standing AS (
            SELECT receipt.version_id, receipt.assistance, receipt.statistics,
                receipt.interface, {day} AS day, {places} AS places
            FROM {wanted} CROSS JOIN {_RECEIPT} AS receipt
            WHERE receipt.id = {receipt_id} AND receipt.site_id = %s
                AND NOT EXISTS (
                    SELECT 1 FROM {_RECEIPT} AS later WHERE later.previous_id = receipt.id
                )
            GROUP BY 1, 2, 3, 4, 5
        )
        SELECT standing.places, standing.version_id, standing.assistance, standing.statistics,
            standing.interface, standing.day, version.major, banner.live, banner.site_id,
            newest.major, newest.purposes
        FROM standing
        LEFT JOIN {_VERSION} AS version ON version.id = standing.version_id
        LEFT JOIN {_BANNER} AS banner ON banner.id = version.banner_id
        LEFT JOIN {_VERSION} AS newest ON newest.banner_id = banner.id AND newest.number = (
            SELECT MAX(number) FROM {_VERSION} WHERE banner_id = version.banner_id
        )
    """  # noqa: S608


_ASKED: Final = {
    "sqlite": _words(
        wanted="json_each(%s) AS wanted",
        receipt_id="wanted.value",
        day="substr(receipt.at, 1, 10)",
        places="json_group_array(wanted.key)",
    ),
    "postgresql": _words(
        wanted="json_array_elements_text(%s::json) WITH ORDINALITY AS wanted (value, key)",
        receipt_id="wanted.value::uuid",
        day="to_char(receipt.at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        places="jsonb_agg(wanted.key - 1)",
    ),
}
_encode: Final = msgspec.json.Encoder(uuid_format="hex").encode
_decode: Final = msgspec.json.decode


def _ask(db: Any, site_id: int, receipt_ids: Sequence[uuid.UUID]) -> Iterator[_Row]:
    with db.cursor() as cursor:
        cursor.execute(_ASKED[db.vendor], (_encode(receipt_ids).decode(), site_id))
        rows = cursor.fetchall()
    for places, *said, day, major, live, on_site, newest_major, purposes in rows:
        banner = (major, live, on_site, newest_major, _decode(purposes or "[]"))
        yield _Row._make([_decode(places), *said, date.fromisoformat(day), *banner])
