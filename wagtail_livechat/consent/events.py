"""What happened to consent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade:
    """A visitor answered, changed or withdrew. Without assistance no visit may go on.

    ``visit_key_hash`` names the visit of the browser that answered, if it had one;
    ``previous`` is the receipt that no longer holds, ``receipt`` the one that holds now:
    a visit that goes on goes on by that one.
    """

    site_id: int
    assistance: bool
    statistics: bool
    visit_key_hash: str | None = None
    previous: str | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerPublished:
    """Another version of a site's banner holds, or none any more."""

    site_id: int
