"""Whether somebody can answer on a site now, and whether the signpost answers first where one
asks: the same for everybody who asks there."""

from __future__ import annotations

from time import monotonic
from typing import Final, NamedTuple

from wagtail_livechat import tokens
from wagtail_livechat.answers.guiding import answers_first
from wagtail_livechat.conversations.queries import is_site_answering
from wagtail_livechat.site_settings.queries import is_enabled

KEPT_SECONDS: Final = 3.0
MOST_KEPT: Final = 10_000


class Place(NamedTuple):
    """Where one asks."""

    site_id: int
    language: str
    page_id: int | None = None


class Standing(NamedTuple):
    """Who answers there: a person can, the signpost does so first."""

    available: bool
    signpost: bool


_kept: dict[int, tuple[float, bool]] = {}
_kept_first: dict[tuple[Place, bool], tuple[float, bool]] = {}


def is_available(site_id: int, *, fresh: bool = False) -> bool:
    """Whether a person can answer, at most :data:`KEPT_SECONDS` old; read now if ``fresh``."""
    found = _kept.get(site_id)
    now = monotonic()
    if found is not None and now < found[0] and not fresh:
        return found[1]
    value = is_enabled(site_id) and is_site_answering(site_id)
    _kept[site_id] = (now + KEPT_SECONDS, value)
    return value


def standing_at(place: Place, *, fresh: bool = False) -> Standing:
    """Who answers at a place; as old as :func:`is_available`."""
    available = is_available(place.site_id, fresh=fresh)
    return Standing(available, _is_signpost_first(place, available, fresh=fresh))


def _is_signpost_first(place: Place, available: bool, *, fresh: bool) -> bool:
    found = _kept_first.get((place, available))
    now = monotonic()
    if found is not None and now < found[0] and not fresh:
        return found[1]
    value = is_enabled(place.site_id) and answers_first(
        place.site_id,
        language=place.language,
        page_id=place.page_id,
        is_somebody_here=available,
    )
    if len(_kept_first) >= MOST_KEPT:
        _kept_first.clear()
    _kept_first[place, available] = (now + KEPT_SECONDS, value)
    return value


def page_of(site_id: int, token: str | None) -> int | None:
    """The page that a token of this site names; of any other token, none."""
    named = tokens.read_page_token(token) if token else None
    return named.page_id if named is not None and named.site_id == site_id else None


def kept(site_id: int) -> bool | None:
    """The answer, if it is here and young: for callers that must not touch the database."""
    found = _kept.get(site_id)
    return found[1] if found is not None and monotonic() < found[0] else None


def forget() -> None:
    """Read again next time: an agent or a load changed."""
    _kept.clear()
    _kept_first.clear()
