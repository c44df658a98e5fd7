"""Turns one address, such as `postgres://user:secret@host/name`, into Django's database settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# A chat writes from several threads. IMMEDIATE takes the write lock when a transaction starts, so that a read
# followed by a write never fails half-way; WAL lets readers go on meanwhile; FULL keeps an acknowledged message
# after a power cut. Many messages change the same few pages: a longer log puts them in their place once.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000;",
}


class UnknownDatabaseError(ValueError):
    """The address names no database that the example site can use."""


def database_from_address(address: str) -> dict[str, Any]:
    """Read `sqlite:///relative`, `sqlite:////absolute`, `sqlite://:memory:` or `postgres://user:secret@host:port/name`."""
    parts = urlsplit(address)
    match parts.scheme:
        case "sqlite":
            return _sqlite(address.removeprefix("sqlite://"))
        case "postgres" | "postgresql":
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.removeprefix("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                # A Unix socket directory does not fit in the host part: it comes as `?host=/run/postgresql`.
                "HOST": dict(parse_qsl(parts.query)).get("host") or unquote(parts.hostname or ""),
                "PORT": str(parts.port or ""),
            }
    raise UnknownDatabaseError(
        f"LIVECHAT_DATABASE is {parts.scheme or 'an empty scheme'}://…; it must begin with sqlite:// or postgres://."
    )


def _sqlite(path: str) -> dict[str, Any]:
    name = path if path == ":memory:" else str(Path(unquote(path.removeprefix("/"))).absolute())
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": dict(SQLITE_OPTIONS)}
