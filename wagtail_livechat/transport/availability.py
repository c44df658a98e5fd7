"""Whether somebody can answer on a site now: one boolean, the same for everybody."""

from __future__ import annotations

from time import monotonic
from typing import Final

from wagtail_livechat.conversations.queries import is_site_answering
from wagtail_livechat.site_settings.queries import is_enabled

KEPT_SECONDS: Final = 3.0

_kept: dict[int, tuple[float, bool]] = {}


def is_available(site_id: int, *, fresh: bool = False) -> bool:
    """The answer, at most :data:`KEPT_SECONDS` old; read now if ``fresh``."""
    found = _kept.get(site_id)
    now = monotonic()
    if found is not None and now < found[0] and not fresh:
        return found[1]
    value = is_enabled(site_id) and is_site_answering(site_id)
    _kept[site_id] = (now + KEPT_SECONDS, value)
    return value


def kept(site_id: int) -> bool | None:
    """The answer, if it is here and young: for callers that must not touch the database."""
    found = _kept.get(site_id)
    return found[1] if found is not None and monotonic() < found[0] else None


def forget() -> None:
    """Read again next time: an agent or a load changed."""
    _kept.clear()
