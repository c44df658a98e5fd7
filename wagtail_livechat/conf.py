"""What a deployer decides, read from the one setting ``WAGTAIL_LIVECHAT``.

What an editor may change belongs in ``site_settings``. A mistake here is named by a
system check; see :mod:`wagtail_livechat.checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from .protocol.values import POLL_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The deployer's settings, with their defaults."""

    extra_origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further origins that may speak for a host, where a proxy or an alias hides the
    site's own: ``{"shop.example": ["https://shop.example"]}``."""

    channel_layer: str | None = "default"
    """The alias in ``CHANNEL_LAYERS`` that carries wake-ups between processes;
    ``None`` for one process."""

    trusted_proxies: int = 0
    """How many reverse proxies of one's own append to ``X-Forwarded-For``."""

    inline_database: bool = False
    """Run database work in the calling thread instead of threads of our own: for test
    cases that hold everything in one transaction."""

    answerers: tuple[str, ...] = (
        "wagtail_livechat.answers.telling.ScriptAnswerer",
        "wagtail_livechat.answers.curated.CuratedAnswerer",
        "wagtail_livechat.answers.pages.PageAnswerer",
    )
    """Who may know an answer for the signpost, as dotted paths: asked in this order."""

    answer_seconds: float = 5.0
    """How long they may take together; after that the visitor is offered a human."""

    poll_active_ms: int = 2_000
    """How soon the HTTP fallback asks again while a conversation goes on."""

    poll_idle_ms: int = POLL_MS
    """How soon it asks again otherwise."""

    heartbeat_seconds: float = 25.0
    """How often the server tells each connection that it is here."""

    silence_seconds: float = 45.0
    """After how long without a sign a connection is closed."""

    agent_grace_seconds: float = 20.0
    """How long an agent still counts as present after the last connection went, so that
    turning from one admin page to the next changes nothing."""

    visitor_key_hours: int = 24
    """How long a visitor key lives after its last use."""

    message_burst: int = 10
    """How many messages a visitor may send at once ..."""

    messages_per_second: float = 2.0
    """... and how many a second after that."""

    conversations_per_minute: int = 60
    """How many conversations one network may begin in a minute ..."""

    conversations_per_day: int = 1_000
    """... and in a day."""

    site_conversations_per_day: int = 20_000
    """How many conversations may begin on one site in a day, whoever begins them."""

    connections_per_second: float = 20.0
    """How many connections one network may open a second."""

    sockets_per_key: int = 5
    """How many connections one visitor may hold."""

    sockets_per_network: int = 200
    """How many connections one network may hold."""


def _as_origins(value: Any) -> dict[str, tuple[str, ...]]:
    return {
        str(host).lower(): tuple(str(origin).rstrip("/").lower() for origin in origins)
        for host, origins in dict(value).items()
    }


KEYS = frozenset(f.name.upper() for f in fields(Configuration))


@cache
def configuration() -> Configuration:
    """The settings as they stand; unknown keys are left to the system check."""
    given = getattr(settings, "WAGTAIL_LIVECHAT", {})
    known = {key.lower(): value for key, value in given.items() if key in KEYS}
    if "extra_origins" in known:
        known["extra_origins"] = _as_origins(known["extra_origins"])
    if "answerers" in known:
        known["answerers"] = tuple(known["answerers"])
    return Configuration(**known)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "WAGTAIL_LIVECHAT":
        configuration.cache_clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_livechat.conf")
