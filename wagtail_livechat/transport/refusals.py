"""How a refusal is worded for its reader, and which of them end a connection."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_supported_language_variant

from wagtail_livechat.errors import (
    BadCommand,
    Internal,
    LiveChatError,
    TooBig,
    UnknownType,
    UnsupportedVersion,
)
from wagtail_livechat.protocol import codec, updates

from .limits import Rate, buckets

BAD_FRAMES: Final = 4400
IDENTITY: Final = 4401
FORBIDDEN: Final = 4403
TIMEOUT: Final = 4408
TOO_MANY: Final = 4409
GONE: Final = 4410
RESTART: Final = 4412
TOO_BIG: Final = 4413
VERSION: Final = 4426
RATE: Final = 4429

CLOSE_CODES: Final = {
    "bad_frame": BAD_FRAMES,
    "unknown_type": BAD_FRAMES,
    "identity_missing": IDENTITY,
    "ticket_invalid": IDENTITY,
    "session_ended": IDENTITY,
    "forbidden": FORBIDDEN,
    "wrong_origin": FORBIDDEN,
    "no_consent": FORBIDDEN,
    "timeout": TIMEOUT,
    "too_slow": TIMEOUT,
    "too_many_sockets": TOO_MANY,
    "gone": GONE,
    "too_big": TOO_BIG,
    "unsupported_version": VERSION,
    "rate_limited": RATE,
}
"""With which code a connection ends, where it ends."""

ENDS: Final = frozenset(
    {"identity_missing", "ticket_invalid", "session_ended", "gone", "no_consent"}
)
"""Refusals after which nothing more can be asked over the same connection."""

logger = logging.getLogger(__name__)


def of_frame(error: codec.BadFrame) -> LiveChatError:
    """What somebody is told whose frame is no command."""
    match error.code:
        case "too_big":
            return TooBig()
        case "unknown_type":
            return UnknownType()
        case "unsupported_version":
            return UnsupportedVersion()
        case _:
            return BadCommand()


LOGGED: Final = Rate(name="logged", burst=10, per_second=0.1)
_left_out: Counter[str] = Counter()


def log(what: str, code: str, *, role: str, site: str, network: str) -> None:
    """One line for a connection that was refused or ended, and none for each of a flood."""
    if buckets.take(LOGGED, code):
        _left_out[code] += 1
        return
    more = _left_out.pop(code, 0)
    logger.info(
        "A connection was %s: %s (%s, site %s, network %s%s).",
        what,
        code,
        role,
        site,
        network,
        f", and {more} more" if more else "",
    )


def known_language(tag: str) -> str:
    """The project's language that is nearest to what a browser names."""
    try:
        return get_supported_language_variant(tag.lower())
    except LookupError:
        return settings.LANGUAGE_CODE


def _worded(error: Exception, language: str) -> tuple[LiveChatError, str]:
    if isinstance(error, LiveChatError):
        with translation.override(language):
            return error, error.sentence()
    number = secrets.token_hex(4)
    logger.error("Fault %s: %s", number, type(error).__name__, exc_info=error)
    fault = Internal()
    with translation.override(language):
        return fault, f"{fault.sentence()} ({number})"


def refused(error: Exception, language: str, *, ref: str | None = None) -> updates.Refused:
    """What was asked was not done. A fault of ours is logged under a number."""
    refusal, sentence = _worded(error, language)
    return updates.Refused(code=refusal.code, message=sentence, ref=ref, retry_ms=refusal.retry_ms)


def failed(error: Exception, language: str, close_code: int | None = None) -> updates.Failed:
    """The last words before the connection ends."""
    refusal, sentence = _worded(error, language)
    return updates.Failed(
        code=refusal.code,
        message=sentence,
        close_code=close_code or CLOSE_CODES.get(refusal.code, BAD_FRAMES),
        retry_ms=refusal.retry_ms,
    )
