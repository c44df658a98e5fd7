"""Decisions about visitor keys."""

from __future__ import annotations

_REVOKED = "x"  # no hexadecimal digit


def revoked(key_hash: str) -> str:
    """What is kept in the place of a key that was revoked, so that it stays refused."""
    return _REVOKED + key_hash[1:]


def is_revoked(stored: str | None) -> bool:
    """Whether nobody can claim a visitor with this stored hash any more."""
    return stored is None or stored.startswith(_REVOKED)
