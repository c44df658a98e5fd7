"""Keys, choices and page tokens: what the server hands out and later recognises.

A visitor key is 256 random bits with a signature, so that a forged one is refused
without a look at the database; only a keyed hash of it is stored. A page token names a
page of a site and carries no time: pages are cached.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.signals import setting_changed

_KEY_BYTES = 32
_SIGNATURE_BYTES = 16
_derived: dict[tuple[str, str], bytes] = {}


def _secrets() -> list[str]:
    return [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _derive(secret: str, use: str) -> bytes:
    """A key of its own for each use, so that one token can never stand for another."""
    found = _derived.get((secret, use))
    if found is None:
        found = hmac.new(
            secret.encode(), f"wagtail_livechat.{use}".encode(), hashlib.sha256
        ).digest()
        _derived[secret, use] = found
    return found


def _forget(*, setting: str, **kwargs: object) -> None:
    if setting in ("SECRET_KEY", "SECRET_KEY_FALLBACKS"):
        _derived.clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_livechat.tokens")


def _sign(secret: str, use: str, payload: bytes) -> bytes:
    return hmac.new(_derive(secret, use), payload, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes | None:
    """Bytes of one canonical spelling; ``None`` for anything else."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, UnicodeEncodeError):
        return None
    return data if _encode(data) == text else None


def _verified(use: str, payload: bytes, signature: bytes) -> bool:
    return any(hmac.compare_digest(_sign(secret, use, payload), signature) for secret in _secrets())


def new_visitor_key(site_id: int) -> str:
    """A fresh key for one visitor of one site: goes into the cookie, and nowhere else."""
    random = secrets.token_bytes(_KEY_BYTES)
    signature = _sign(settings.SECRET_KEY, f"visitor.{site_id}", random)
    return _encode(random + signature)


def hash_visitor_key(site_id: int, key: str) -> str | None:
    """What is stored of a key (hex, 64 characters); ``None`` if we never made this key."""
    data = _decode(key)
    if data is None or len(data) != _KEY_BYTES + _SIGNATURE_BYTES:
        return None
    random, signature = data[:_KEY_BYTES], data[_KEY_BYTES:]
    if not _verified(f"visitor.{site_id}", random, signature):
        return None
    # The random part has full entropy: a plain hash cannot be reversed, and it stays
    # the same when the secret key is rotated.
    return hashlib.sha256(b"wagtail_livechat.visitor" + random).hexdigest()


def new_visit_key(site_id: int) -> str:
    """A fresh key for one visit: another than the chat's, given only to who agreed."""
    random = secrets.token_bytes(_KEY_BYTES)
    return _encode(random + _sign(settings.SECRET_KEY, f"visit.{site_id}", random))


def hash_visit_key(site_id: int, key: str) -> str | None:
    """What is stored of a visit's key (hex, 64 characters); ``None`` if we never made it."""
    data = _decode(key)
    if data is None or len(data) != _KEY_BYTES + _SIGNATURE_BYTES:
        return None
    random, signature = data[:_KEY_BYTES], data[_KEY_BYTES:]
    if not _verified(f"visit.{site_id}", random, signature):
        return None
    return hashlib.sha256(b"wagtail_livechat.visit" + random).hexdigest()


def sign_choice(site_id: int, text: str) -> str:
    """Our signature under a visitor's choice on a site: equal for equal choices."""
    return _encode(_sign(settings.SECRET_KEY, f"choice.{site_id}", text.encode()))


def is_choice_ours(site_id: int, text: str, signature: str) -> bool:
    """Whether we signed this choice for this site."""
    decoded = _decode(signature)
    if decoded is None or not text.isascii():
        return False
    return _verified(f"choice.{site_id}", text.encode(), decoded)


@dataclass(frozen=True, slots=True)
class PageName:
    """What a page token says; whether the page still exists is another question."""

    site_id: int
    page_id: int


def page_token(site_id: int, page_id: int) -> str:
    """The static token that the template tag prints into a page."""
    payload = f"{site_id}.{page_id}"
    return f"{payload}.{_encode(_sign(settings.SECRET_KEY, 'page', payload.encode()))}"


def read_page_token(token: str) -> PageName | None:
    """The page that a token names; ``None`` if we did not sign it."""
    site, _, rest = token.partition(".")
    page, _, signature = rest.partition(".")
    decoded = _decode(signature)
    if (
        decoded is None
        or not (site.isascii() and site.isdigit() and len(site) < 19)
        or not (page.isascii() and page.isdigit() and len(page) < 19)
        or not _verified("page", f"{site}.{page}".encode(), decoded)
    ):
        return None
    return PageName(site_id=int(site), page_id=int(page))


def new_ticket() -> str:
    """A one-time ticket for a staff socket."""
    return secrets.token_urlsafe(24)


def hash_ticket(ticket: str) -> str:
    """What is stored of a ticket (hex, 64 characters)."""
    return hashlib.sha256(b"wagtail_livechat.ticket" + ticket.encode()).hexdigest()
